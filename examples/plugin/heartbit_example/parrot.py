"""A provider: the entry point names the function that builds it from heartbit's settings."""

from collections.abc import AsyncGenerator
from typing import Any

from heartbit_tui import Block, Finish, Provider, ProviderSettings, Request, StopReason, Text, TextDelta, Usage, User


class Parrot:
    """Says what it was told."""

    name = "parrot"

    def __init__(self, model: str) -> None:
        self.model = model or "parrot-1"

    async def stream(self, request: Request) -> AsyncGenerator[TextDelta | Block | Finish, None]:
        said = next(message for message in request.messages if isinstance(message, User)).content[0]
        words = f"Polly: {said.text}" if isinstance(said, Text) else "Polly: ?"
        yield TextDelta(text=words)
        yield Block(block=Text(text=words))
        usage = Usage(input_tokens=1, output_tokens=len(words.split()))
        yield Finish(stop=StopReason.END_TURN, usage=usage, provider=self.name, model=self.model, cost_usd=0.0)


def build(settings: ProviderSettings, **means: Any) -> Provider:
    """The provider; `means` has the `key`, an HTTP `client`, a `clock` and the `prices`."""
    return Parrot(settings.model)
