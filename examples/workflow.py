"""Steps put together: two side by side, then one that is repeated until its text is short enough. No model is asked."""

from scripts import says

from heartbit_tui import Agent, Loop, Parallel, Sequential, SessionStep, StepEnded


async def count(text: str) -> str:
    """How many words there are."""
    return f"{len(text.split())} words"


def shout(text: str) -> str:
    """The text in capitals."""
    return text.upper()


def shorten(text: str) -> str:
    """The text without its last line."""
    return text.rpartition("\n")[0]


poet = SessionStep(name="poet", agent=Agent(provider=says("A line.\nAnother line."), ephemeral=True))
flow = Sequential(poet, Parallel(count, shout), Loop(shorten, until=lambda text: len(text) < 40, max_iterations=9))
ended: list[str] = []
result = flow.run_sync(
    "Write two lines.", on_event=lambda event: ended.append(event.name) if isinstance(event, StepEnded) else None
)
print(result.text)
print(result.how, result.usage.total, "tokens;", ", ".join(ended))
