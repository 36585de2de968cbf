"""The three ways of telling a run, and events on the side: pure folds from envelopes to two texts."""

from typing import Literal, Protocol, TypeAlias

from heartbit_tui.client.tally import Tally
from heartbit_tui.client.types import About
from heartbit_tui.headless import progress
from heartbit_tui.headless.endings import Ending
from heartbit_tui.headless.lines import Lines
from heartbit_tui.headless.progress import Progress
from heartbit_tui.headless.result import init, result
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import Delta, Envelope
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.wire.write import dumps, encode

Format: TypeAlias = Literal["text", "json", "stream-json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What goes to stdout, and what goes to stderr."""

    out: str = ""
    err: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Last:
    """What the end of a run is told from."""

    tally: Tally
    ending: Ending
    session_id: str
    duration_ms: int


class Reporter(Protocol):
    """Tells a run: `begin` once, then `take` for each envelope, then `end` once, on every path."""

    def begin(self, about: About) -> Said: ...
    def take(self, envelope: Envelope) -> Said: ...
    def end(self, last: Last) -> Said: ...


class InText:
    """The answer alone on stdout, once it is whole; progress on stderr. A failure leaves stdout empty.

    With `terminal` what could steer a terminal is made visible in the answer.
    """

    def __init__(self, *, terminal: bool = False) -> None:
        self._terminal = terminal
        self._progress = Progress()

    def begin(self, about: About) -> Said:
        return Said(err=_joined(self._progress.begin(about)))

    def take(self, envelope: Envelope) -> Said:
        return Said(err=_joined(self._progress.take(envelope)))

    def end(self, last: Last) -> Said:
        answer = "" if last.ending.is_error else last.tally.text
        shown = progress.visible(answer) if self._terminal else answer
        line_end = "" if shown.endswith("\n") or not shown else "\n"
        return Said(out=shown + line_end, err=_joined(progress.end(last.tally, last.ending)))


class InJson:
    """One JSON object on stdout, at the end."""

    def begin(self, about: About) -> Said:
        return Said(err=_joined(Progress().begin(about)))

    def take(self, envelope: Envelope) -> Said:
        return Said()

    def end(self, last: Last) -> Said:
        return Said(out=_line(_result(last)), err=_joined(progress.wrong(last.ending)))


class InStream:
    """JSON lines on stdout while it happens: `init` first, `result` last."""

    def __init__(self, *, partial: bool = False, runs: bool = False) -> None:
        self._partial = partial
        self._runs = runs
        self._lines = Lines("")

    def begin(self, about: About) -> Said:
        self._lines = Lines(about.session_id, partial=self._partial, runs=self._runs)
        warnings = (
            {"type": "system", "subtype": "notice", "level": "warning", "text": each, "session_id": about.session_id}
            for each in about.warnings
        )
        return Said(out="".join(_line(each) for each in (init(about), *warnings)))

    def take(self, envelope: Envelope) -> Said:
        return Said(out="".join(_line(each) for each in self._lines.take(envelope)))

    def end(self, last: Last) -> Said:
        return Said(out=_line(_result(last)), err=_joined(progress.wrong(last.ending)))


class WithEvents:
    """What another reporter tells, with every event as a JSON line on stderr in place of its progress.

    The pieces of an answer are left out unless `partial` asks for them.
    """

    def __init__(self, inner: Reporter, *, partial: bool = False) -> None:
        self._inner = inner
        self._partial = partial

    def begin(self, about: About) -> Said:
        return self._inner.begin(about)

    def take(self, envelope: Envelope) -> Said:
        told = self._partial or not isinstance(envelope.event, Delta)
        return Said(out=self._inner.take(envelope).out, err=f"{dumps(envelope)}\n" if told else "")

    def end(self, last: Last) -> Said:
        return self._inner.end(last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How to tell: the fields are the flags of the reporters; `verbose` tells events on stderr too."""

    format: Format
    partial: bool = False
    runs: bool = False
    terminal: bool = False
    verbose: bool = False


def reporter(manner: Manner) -> Reporter:
    """The reporter for this manner."""
    plain: Reporter
    match manner.format:
        case "text":
            plain = InText(terminal=manner.terminal)
        case "json":
            plain = InJson()
        case "stream-json":
            plain = InStream(partial=manner.partial, runs=manner.runs)
    return WithEvents(plain, partial=manner.partial) if manner.verbose else plain


def _result(last: Last) -> JsonObject:
    return result(last.tally, last.ending, session_id=last.session_id, duration_ms=last.duration_ms)


def _line(value: JsonObject) -> str:
    return encode(value) + "\n"


def _joined(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
