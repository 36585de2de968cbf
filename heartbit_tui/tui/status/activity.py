"""The row above the draft while a run is active: what is going on, for how long, and how to stop it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal

from textual import events
from textual.timer import Timer

from heartbit_tui.client.titles import span
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import BLANK, Line
from heartbit_tui.tui.pane.one_line import OneLine

BEATS = ("●", "•", "●", "•", "·", "·", "·", "·")
"""A heart at work: two beats and a rest."""

EVERY = 0.2
"""Seconds between two beats."""

STOPS = "Esc interrupts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """What is going on: `words` such as `bash pytest -q`, `since` when, and how many calls work beside it.

    `kind` `asking` waits for the person: nothing beats then, and the time is the person's own. `queued` prompts wait
    for the run's end. `note` stands at the end instead of how to interrupt.
    """

    words: str
    since: datetime | None = None
    beside: int = 0
    kind: Literal["working", "asking"] = "working"
    queued: int = 0
    note: str = STOPS


def activity(doing: Doing, width: int, ink: Ink, now: datetime | None, beat: int = 0) -> Line:
    """The row. `now` is None where no time is to be counted; the row then tells since when."""
    if width < 4:
        return BLANK
    asking = doing.kind == "asking"
    sign = ("? ", ink.warning) if asking else (f"{BEATS[beat % len(BEATS)]} ", ink.accent)
    tail = _tail(doing, now)
    if width < 30:
        tail = tail[:1]
    end = "".join(f" · {part}" for part in tail)
    room = max(width - 2 - setting.cells(end), min(width - 2, 8))
    words = setting.cut(setting.one_line(doing.words[:1000]), room)
    return setting.fitted([sign, (words, ink.warning if asking else ink.text), (end, ink.muted)], width)


def _tail(doing: Doing, now: datetime | None) -> list[str]:
    found: list[str] = []
    if doing.since is not None:
        found.append(_time(doing.since, now))
    if doing.beside:
        found.append(f"{doing.beside} more")
    if doing.queued:
        found.append(f"{doing.queued} queued")
    if doing.note:
        found.append(doing.note)
    return found


def _time(since: datetime, now: datetime | None) -> str:
    if now is None:
        local = since.astimezone()
        return f"since {local.hour:02}:{local.minute:02}:{local.second:02}"
    seconds = max(int((now - since).total_seconds()), 0)
    return span(seconds * 1000).replace(".0 s", " s") if seconds else "0 s"


class Activity(OneLine):
    """The row as a widget: it beats only while something goes on, and never where `calm` asks for no motion."""

    DEFAULT_CSS = "Activity { height: 1; width: 1fr; margin: 0 1; }"

    def __init__(
        self,
        ink: Ink,
        *,
        calm: bool = False,
        now: Callable[[], datetime] | None = None,
        id: str | None = "activity",
    ) -> None:
        super().__init__(id=id)
        self._ink = ink
        self._calm = calm
        self._now = now or (lambda: datetime.now(UTC))
        self._doing: Doing | None = None
        self._timer: Timer | None = None
        self._beat = 0

    @property
    def beating(self) -> bool:
        """Whether a timer runs."""
        return self._timer is not None

    def tell(self, doing: Doing | None) -> None:
        """Show what goes on now; None for nothing."""
        if doing == self._doing:
            return
        self._doing = doing
        if self.is_mounted:
            # A timer lives in the context of who starts it, and who tells may be no part of the application.
            self.call_later(self._keep_time)
        self._set()

    def set_ink(self, ink: Ink) -> None:
        """Draw with the styles of another theme."""
        self._ink = ink
        self._set()

    def on_mount(self) -> None:
        """Begin to beat if something goes on already."""
        self._keep_time()

    def on_resize(self, event: events.Resize) -> None:
        """Fit the new width."""
        self._set()

    def _keep_time(self) -> None:
        wanted = self._doing is not None and self._doing.kind == "working" and not self._calm and self.is_mounted
        if wanted and self._timer is None:
            self._beat = 0
            self._timer = self.set_interval(EVERY, self._beats)
        elif not wanted and self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _beats(self) -> None:
        self._beat += 1
        self._set()

    def _set(self) -> None:
        if not self.size.width:
            return
        if self._doing is None:
            self.show(BLANK)
        else:
            counted = None if self._calm or self._doing.kind == "asking" else self._now()
            self.show(activity(self._doing, self.size.width, self._ink, counted, self._beat))
