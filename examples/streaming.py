"""What happens, while it happens: the words of the answer, and every other event."""

import asyncio

from scripts import calls, says

from heartbit_tui import TextDelta, ToolCallStarted, stream


async def main() -> None:
    model = says(calls("glob", pattern="*.md"), "There is one page: README.md.")
    async with stream("Which pages are there?", provider=model, ephemeral=True) as events:
        async for envelope in events:
            match envelope.event:
                case TextDelta(text=piece):
                    print(piece, end="", flush=True)
                case ToolCallStarted(tool_name=name):
                    print(f"[{name}]")
                case _:
                    pass
    print(f"\n{events.result.reason}, {events.result.turns} turns")


asyncio.run(main())
