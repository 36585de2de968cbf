"""The Responses API: OpenAI, and the servers that are compatible with it."""

import httpx

from heartbit_tui.kernel.messages import JsonObject, Message
from heartbit_tui.kernel.protocols import Clock, Request
from heartbit_tui.providers import models, openai_responses_request, remote
from heartbit_tui.providers.memo import Memo
from heartbit_tui.providers.openai_responses_request import Sender
from heartbit_tui.providers.openai_responses_stream import Decoder
from heartbit_tui.providers.pricing import Prices
from heartbit_tui.providers.types import Settings


class Responses:
    """The dialect: one sender's requests and the decoders of its answers."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._encoded = Memo[Message, openai_responses_request.Encoded](
            lambda message: openai_responses_request.encoded(message, sender)
        )
        self._tools = Memo(openai_responses_request.tool)

    def body(self, request: Request) -> JsonObject:
        messages, tools = self._encoded(request.messages), self._tools(request.tools)
        return openai_responses_request.body(request, self._sender, messages, tools)

    def decoder(self) -> Decoder:
        return Decoder(self._sender.provider)


def build(
    settings: Settings, *, key: str, client: httpx.AsyncClient, clock: Clock, prices: Prices | None = None
) -> remote.Remote:
    """The provider for these settings."""
    model = remote.model_of(settings)
    headers = {"authorization": f"Bearer {key}"} if key else {}
    endpoint = remote.endpoint(settings, "/responses", headers, key)
    known = models.known(model) or openai_responses_request.UNKNOWN
    sender = Sender(provider=settings.name, model=model, known=known)
    exchange = remote.exchange(endpoint, settings, client=client, clock=clock)
    return remote.Remote(exchange, Responses(sender), name=settings.name, model=model, prices=prices or Prices())
