"""Chat Completions: OpenAI, OpenRouter, and every server that is compatible with them."""

from urllib.parse import urlsplit

import httpx

from heartbit_tui.kernel.messages import JsonObject, Message
from heartbit_tui.kernel.protocols import Clock, Request
from heartbit_tui.providers import models, openai_chat_request, remote
from heartbit_tui.providers.memo import Memo
from heartbit_tui.providers.openai_chat_request import Flavour, Sender
from heartbit_tui.providers.openai_chat_stream import Decoder
from heartbit_tui.providers.pricing import Prices
from heartbit_tui.providers.types import Settings


class Chat:
    """The dialect: one sender's requests and the decoders of its answers."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._encoded = Memo[Message, openai_chat_request.Encoded](
            lambda message: openai_chat_request.encoded(message, sender)
        )
        self._tools = Memo(openai_chat_request.tool)

    def body(self, request: Request) -> JsonObject:
        messages, tools = self._encoded(request.messages), self._tools(request.tools)
        return openai_chat_request.body(request, self._sender, messages, tools)

    def decoder(self) -> Decoder:
        return Decoder(self._sender.provider)


def build(
    settings: Settings, *, key: str, client: httpx.AsyncClient, clock: Clock, prices: Prices | None = None
) -> remote.Remote:
    """The provider for these settings."""
    model = remote.model_of(settings)
    headers = {"authorization": f"Bearer {key}"} if key else {}
    endpoint = remote.endpoint(settings, "/chat/completions", headers, key)
    sender = Sender(
        provider=settings.name,
        model=model,
        flavour=flavour(settings.name, endpoint.url),
        known=models.known(model) or openai_chat_request.UNKNOWN,
        caching=settings.prompt_caching,
        ttl=settings.cache_ttl,
    )
    exchange = remote.exchange(endpoint, settings, client=client, clock=clock)
    return remote.Remote(exchange, Chat(sender), name=settings.name, model=model, prices=prices or Prices())


def flavour(name: str, url: str) -> Flavour:
    """Whose flavour of the format is spoken at this address: by its host, else OpenRouter's by the provider's name."""
    host = urlsplit(url).hostname or ""
    if host == "openrouter.ai" or name == "openrouter":
        return "openrouter"
    return "openai" if host.endswith(("openai.com", ".openai.azure.com")) else "other"
