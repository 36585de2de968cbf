"""What a summary leaves word for word: the task, the person's last words, the plan, what is still to be done."""

from collections.abc import Iterator, Mapping, Sequence

from heartbit_tui.context import tokens
from heartbit_tui.context.transcript import cut
from heartbit_tui.kernel.events import Span
from heartbit_tui.kernel.messages import Text, User
from heartbit_tui.kernel.past import Past, Placed

WORDS = 20_000
"""Tokens of a person's own words that stay as they are."""

BESIDE = "\n\n[Kept beside this summary]\n"
"""Where that begins; what stands before it was written by a model."""

OPEN = ("pending", "in_progress", "blocked")


def kept(entries: Sequence[Placed], most: int = WORDS) -> tuple[int, ...]:
    """The seqs of the person's words that stay: those of the task, then the newest, as long as they fit."""
    own = [placed for placed in entries if placed.own]
    chosen: set[int] = set()
    left = most
    for placed in (*own[:1], *reversed(own[1:])):
        left -= tokens.entry(placed.entry)
        if left < 0:
            break
        chosen.add(placed.seq)
    return tuple(sorted(chosen))


def text(written: str, past: Past, spans: Sequence[Span], *, most: int = WORDS) -> str:
    """A summary with all that is told with it: `written` by a model, the task, the plan, what is to be done, the links.

    `most` is how many tokens the task and the plan may have each where they cannot stay as they are.
    """
    beside = (_task(past, most), _plan(past, most), _todos(past), "\n".join(_links(spans)))
    return written.strip() + BESIDE + "\n\n".join(filter(None, beside))


def written(summary: str) -> str:
    """What of an earlier summary stands for the conversation, without what is kept beside it."""
    return summary.partition(BESIDE)[0]


def _task(past: Past, most: int) -> str:
    """The beginning and the end of a task that is too long to stay whole."""
    first = next((placed for placed in past.entries if placed.own), None)
    if first is None or not isinstance(first.entry, User) or tokens.entry(first.entry) <= most:
        return ""
    words = "\n".join(block.text for block in first.entry.content if isinstance(block, Text))
    return f"## The task, shortened (#{first.seq})\n{cut(words, most * tokens.BYTES)}"


def _plan(past: Past, most: int) -> str:
    return f"## The plan\n{cut(past.plan.strip(), most * tokens.BYTES)}" if past.plan.strip() else ""


def _todos(past: Past) -> str:
    lines = [f"- [{_of(todo, 'status')}] {_of(todo, 'content')}" for todo in past.todos if _of(todo, "status") in OPEN]
    return "\n".join(("## Still to do", *lines)) if lines else ""


def _links(spans: Sequence[Span]) -> Iterator[str]:
    yield "## What the summary stands for"
    yield "Every part is kept. The tool recall_context brings it back word for word, by its first and last number:"
    for span in spans:
        yield f"- #{span.first}–#{span.last}: {span.title}"
    yield "What the person said last of that follows, word for word."


def _of(todo: Mapping[str, object], key: str) -> str:
    return str(todo.get(key, ""))
