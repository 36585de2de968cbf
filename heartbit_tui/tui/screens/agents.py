"""The agents that work for a session's own one: how each stands, what it costs, and ways to say something or to stop it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from textual.timer import Timer

from heartbit_tui.client import crew
from heartbit_tui.client.crew import Mate, Stage
from heartbit_tui.client.visible import one_line
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.keys.keymap import Keymap
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import BLANK, Line
from heartbit_tui.tui.lines.look import SIGNS, Look
from heartbit_tui.tui.picker.screen import Picker
from heartbit_tui.tui.picker.types import Confirm, Listing, Name, Row, Tone

EVERY = 1.0
"""Seconds between two looks at the agents while one is at work and somebody sees the list."""

TASK = 400
"""Letters of a task in its row."""

ORDER: tuple[Stage, ...] = ("asking", "working", "waiting", "failed", "stopped", "done")
"""Who needs the person stands first, then who works."""

MARKS: Mapping[Stage, tuple[str, Tone]] = MappingProxyType(
    {
        "waiting": (SIGNS["waiting"], "muted"),
        "working": (SIGNS["running"], "running"),
        "asking": (SIGNS["asking"], "warning"),
        "done": (SIGNS["ok"], "ok"),
        "failed": (SIGNS["failed"], "error"),
        "stopped": (SIGNS["cut"], "muted"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """What the list needs: the agents as they are, in the order in which they were handed their tasks, and the time.

    `say` tells the agent of a name something, `stop` stops it; each gives the reason why that cannot be, else nothing.
    """

    know: Callable[[], tuple[Mate, ...]]
    say: Callable[[str, str], str]
    stop: Callable[[str], str]
    now: Callable[[], datetime]


class Agents(Picker[str]):
    """The list; the name of the one that is to be followed comes of choosing. It looks again while one is at work."""

    def __init__(self, ways: Ways, live: Keymap, ink: Ink, *, start: str = "") -> None:
        self._ways = ways
        self._shown: Sequence[Row[str]] = ()
        self._timer: Timer | None = None
        listing = Listing(
            title="Agents",
            rows=self._found,
            verb="follow",
            empty=crew.NONE,
            extras=(
                Confirm(action="delete-row", title="stop", asks=_stops, act=self._stop),
                Name(action="say-row", title="say", asks="say it", words=lambda _: "", act=self._say),
            ),
            preview=lambda name, look: lines(self._find(name), look, ways.now()),
            start=start or None,
            status=lambda: crew.counted(ways.know()),
        )
        super().__init__(listing, live, ink)

    def on_mount(self) -> None:
        """Begin to look."""
        if any(not mate.over for mate in self._ways.know()):
            self._timer = self.set_interval(EVERY, self._look)

    def _stop(self, name: str) -> str:
        return self._ways.stop(name) or f"{one_line(name, crew.NAME)} is being stopped."

    def _say(self, name: str, words: str) -> str:
        return self._ways.say(name, words) or f"{one_line(name, crew.NAME)} {crew.READS}"

    async def _found(self, query: str) -> Sequence[Row[str]]:
        words = query.lower().split()
        self._shown = rows(self._ways.know(), self._ways.now())
        return [
            each
            for each in self._shown
            if all(word in f"{each.key} {each.title} {each.note}".lower() for word in words)
        ]

    def _look(self) -> None:
        mates = self._ways.know()
        if rows(mates, self._ways.now()) != self._shown:
            self.reload()
        if self._timer is not None and all(mate.over for mate in mates):
            self._timer.stop()
            self._timer = None

    def _find(self, name: str) -> Mate:
        return next(mate for mate in self._ways.know() if mate.name == name)


def rows(mates: Sequence[Mate], now: datetime) -> list[Row[str]]:
    """A row for each, those that need somebody first."""
    return [row(mate, now) for mate in sorted(mates, key=lambda mate: ORDER.index(mate.stage))]


def row(mate: Mate, now: datetime) -> Row[str]:
    """An agent: how it stands, its name, its task, what it took; below, what it is at or why it ended."""
    return Row(
        key=mate.name,
        title=setting.one_line(mate.task[:TASK]),
        lead=(f"{one_line(mate.name, crew.NAME)}  ", "strong"),
        mark=MARKS[mate.stage],
        meta=((" · ".join(crew.figures(mate, now)), "muted"),),
        note=one_line(crew.standing(mate), TASK),
    )


def lines(mate: Mate, look: Look, now: datetime) -> list[Line]:
    """The whole task of one, how it stands, and what it cost."""
    ink = look.ink
    told = setting.wrapped([(one_line(mate.name, crew.NAME), ink.strong)], look.width)
    told += setting.wrapped([(setting.clean(crew.standing(mate)), ink.muted)], look.width)
    calls = f"{mate.calls} call{'' if mate.calls == 1 else 's'}" if mate.calls else ""
    told += setting.wrapped(
        [(" · ".join(each for each in (calls, *crew.figures(mate, now)) if each), ink.muted)], look.width
    )
    told.append(BLANK)
    for each in (mate.task or "(its task is not known)").split("\n"):
        told += setting.wrapped([(setting.clean(each), ink.text)], look.width)
    return told


def _stops(name: str) -> str:
    return f"Stop {one_line(name, crew.NAME)}? The others go on."
