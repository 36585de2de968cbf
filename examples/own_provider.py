"""A model service of one's own: whatever can answer a request, part by part."""

from collections.abc import AsyncGenerator

from heartbit_tui import Block, Finish, Request, StopReason, Text, TextDelta, Usage, User, run_sync


class Parrot:
    """Says what it was told, and says it is a parrot."""

    name, model = "parrot", "parrot-1"

    async def stream(self, request: Request) -> AsyncGenerator[TextDelta | Block | Finish, None]:
        said = next(message for message in request.messages if isinstance(message, User)).content[0]
        words = f"Polly: {said.text}" if isinstance(said, Text) else "Polly: ?"
        yield TextDelta(text=words)
        yield Block(block=Text(text=words))
        usage = Usage(input_tokens=len(request.messages), output_tokens=len(words.split()))
        yield Finish(stop=StopReason.END_TURN, usage=usage, provider=self.name, model=self.model, cost_usd=0.0)


result = run_sync("pieces of eight", provider=Parrot(), ephemeral=True)
print(result.text)
print(f"It cost ${result.cost_usd}")
