"""Anthropic's Messages API, and every service that speaks it."""

import httpx

from heartbit_tui.kernel.messages import JsonObject, Message
from heartbit_tui.kernel.protocols import Clock, Request
from heartbit_tui.providers import anthropic_request, remote
from heartbit_tui.providers.anthropic_request import Sender
from heartbit_tui.providers.anthropic_stream import Decoder
from heartbit_tui.providers.memo import Memo
from heartbit_tui.providers.pricing import Prices
from heartbit_tui.providers.types import Settings

VERSION = "2023-06-01"


class Messages:
    """The dialect: one sender's requests and the decoders of its answers."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._encoded = Memo[Message, anthropic_request.Encoded](
            lambda message: anthropic_request.encoded(message, sender)
        )
        self._tools = Memo(anthropic_request.tool)

    def body(self, request: Request) -> JsonObject:
        messages, tools = self._encoded(request.messages), self._tools(request.tools)
        return anthropic_request.body(request, self._sender, messages, tools)

    def decoder(self) -> Decoder:
        return Decoder(self._sender.provider)


def build(
    settings: Settings, *, key: str, client: httpx.AsyncClient, clock: Clock, prices: Prices | None = None
) -> remote.Remote:
    """The provider for these settings."""
    model = remote.model_of(settings)
    known = anthropic_request.known(model)
    headers = {"anthropic-version": VERSION}
    if key:
        headers["x-api-key"] = key
    if beta := anthropic_request.beta(known):
        headers["anthropic-beta"] = beta
    path = "/messages" if settings.base_url.rstrip("/").endswith("/v1") else "/v1/messages"
    exchange = remote.exchange(remote.endpoint(settings, path, headers, key), settings, client=client, clock=clock)
    sender = Sender(
        provider=settings.name, model=model, known=known, caching=settings.prompt_caching, ttl=settings.cache_ttl
    )
    return remote.Remote(exchange, Messages(sender), name=settings.name, model=model, prices=prices or Prices())
