"""What a summary stands for, as a person looks at it: its parts, and each of them word for word."""

from collections.abc import Iterable, Sequence

from heartbit_tui.context import transcript
from heartbit_tui.kernel.conversation import Conversation
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import ContextRestored, ContextSummarized, Envelope, Span
from heartbit_tui.kernel.past import Past

NOTHING = "Nothing is summarised: the model is told the whole conversation."
SUMMARISING = "The older part of the conversation is being summarised for the model."
UNKNOWN = "/{command} takes the number of a part, from 1 to {last}; without one {without}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of what a summary stands for; `back` is one that the model is told whole again."""

    number: int
    span: Span
    back: bool = False


def past_of(log: Iterable[Envelope], agent: str) -> Past:
    """What an agent's log comes to."""
    return Conversation(agent, log).past()


def parts(past: Past) -> tuple[Part, ...]:
    """The parts of the newest summary, numbered from 1; none where nothing is summarised."""
    fold = past.fold
    if fold is None:
        return ()
    return tuple(
        Part(number=number, span=span, back=not any(fold.hides(seq) for seq in _seqs(past, span)))
        for number, span in enumerate(fold.event.spans, 1)
    )


def chosen(found: Sequence[Part], argument: str) -> Part | None:
    """The part whose number was typed; None where there is none."""
    return found[int(argument) - 1] if argument.isdecimal() and 0 < int(argument) <= len(found) else None


def original(past: Past, part: Part) -> str:
    """A part as it was said."""
    return transcript.text(past.between(part.span.first, part.span.last))


def line(part: Part) -> str:
    """A part in one line."""
    back = " (the model is told it whole again)" if part.back else ""
    return f"#{part.span.first}–#{part.span.last}  {part.span.title}{back}"


def told(event: ContextSummarized | ContextRestored) -> str:
    """What is told when a summary takes the place of something, or what it stood for comes back."""
    if isinstance(event, ContextRestored):
        what = f"#{event.first} to #{event.last}" if event.first else "what was summarised"
        return f"The model is told {what} whole again."
    if not event.spans:
        return "The conversation so far was summarised for the model."
    count = len(event.spans)
    size = f", {event.tokens_before:,} tokens are now about {event.tokens_after:,}" if event.tokens_before else ""
    return (
        f"The conversation so far was summarised for the model: {count} part{'' if count == 1 else 's'}{size}. "
        "Nothing is lost: /expand shows them, /uncompact takes it back."
    )


def _seqs(past: Past, span: Span) -> list[int]:
    return [placed.seq for placed in past.between(span.first, span.last)]
