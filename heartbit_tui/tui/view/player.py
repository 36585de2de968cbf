"""Envelopes on a clock of their own: played, paused, stepped through, faster, slower, from any place."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import Delta, Envelope
from heartbit_tui.tui.timeline.spans import between

LONGEST: Final = 2.0
"""Seconds of a pause that are played; a person who thought for an hour is not waited for."""

SPEEDS: Final = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 64.0)


Passes: TypeAlias = Callable[[Envelope], bool]
"""Whether an envelope is stopped at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where a replay is: `at` of `of` envelopes; `playing` and the `speed`; `grows` where more may come."""

    at: int = 0
    of: int = 0
    playing: bool = True
    speed: float = 1.0
    grows: bool = False


class Player:
    """Tells which envelopes are due. Times are in seconds of a clock that is passed in; nothing here waits."""

    def __init__(self, envelopes: Iterable[Envelope] = (), *, playing: bool = True, speed: float = 1.0) -> None:
        self._envelopes: list[Envelope] = []
        self._due: list[float] = []
        self._at = 0
        self._wanted = 0
        self._played = 0.0
        self._last: float | None = None
        self._playing = playing
        self._speed = speed
        self.grows = False
        self.agents: list[str] = []
        """Whose events there are, in the order in which they come first."""
        self.feed(envelopes)

    @property
    def state(self) -> State:
        """Where the replay is."""
        return State(at=self._at, of=len(self._envelopes), playing=self._playing, speed=self._speed, grows=self.grows)

    @property
    def shown(self) -> Sequence[Envelope]:
        """The envelopes up to where the replay is."""
        return self._envelopes[: self._at]

    @property
    def wait(self) -> float | None:
        """Seconds until the next envelope is due; None while nothing will be by itself."""
        if self._wanted > self._at:
            return 0.0
        if not self._playing or self._at >= len(self._due):
            return None
        return max(self._due[self._at] - self._played, 0.0) / self._speed

    def feed(self, envelopes: Iterable[Envelope]) -> None:
        """More envelopes, after those that there are."""
        for envelope in envelopes:
            gap = between(self._envelopes[-1].at, envelope.at) / 1000 if self._envelopes else 0.0
            self._due.append((self._due[-1] if self._due else 0.0) + min(gap, LONGEST))
            self._envelopes.append(envelope)
            if envelope.agent and envelope.agent not in self.agents:
                self.agents.append(envelope.agent)

    def take(self, now: float) -> tuple[Envelope, ...]:
        """The envelopes that have become due since the last time, or that a step or a jump asked for."""
        passed = now - self._last if self._last is not None else 0.0
        self._last = now
        if self._wanted > self._at:
            found = self._up_to(self._wanted)
            self._stand()
            return found
        if not self._playing or not self._due:
            return ()
        self._played = min(self._played + max(passed, 0.0) * self._speed, max(self._due[-1], self._played))
        return self._up_to(bisect_right(self._due, self._played))

    def play(self, playing: bool | None = None) -> None:
        """Play or pause; the other of the two where it is not said."""
        self._playing = not self._playing if playing is None else playing
        self._last = None

    def faster(self, by: int) -> None:
        """The next speed, or (negative) the one before."""
        near = min(range(len(SPEEDS)), key=lambda number: abs(SPEEDS[number] - self._speed))
        self._speed = SPEEDS[min(max(near + by, 0), len(SPEEDS) - 1)]

    def step(self) -> None:
        """Pause, and let the next envelope that is no piece of something be taken."""
        self._playing = False
        end = self._at
        while end < len(self._envelopes):
            end += 1
            if not isinstance(self._envelopes[end - 1].event, Delta):
                break
        self._wanted = end

    def jump(self, to: int) -> bool:
        """Go to a place: what lies on the way is taken next. True where it lies before, and the story begins anew."""
        to = min(max(to, 0), len(self._envelopes))
        back = to < self._at
        if back:
            self._at = to
        self._wanted = to
        self._stand()
        return back

    def before(self) -> int:
        """The place one step back."""
        at = self._at - 1
        while at > 0 and isinstance(self._envelopes[at - 1].event, Delta):
            at -= 1
        return max(at, 0)

    @property
    def last(self) -> Envelope | None:
        """The envelope where the replay is, None at its beginning."""
        return self._envelopes[self._at - 1] if self._at else None

    def ahead(self, passes: Passes) -> int | None:
        """The place after the next envelope that passes, None where none does any more."""
        return next((n + 1 for n in range(self._at, len(self._envelopes)) if passes(self._envelopes[n])), None)

    def behind(self, passes: Passes) -> int | None:
        """The place after the last envelope that passes before the one where the replay is."""
        return next((n + 1 for n in range(self._at - 2, -1, -1) if passes(self._envelopes[n])), None)

    def _up_to(self, end: int) -> tuple[Envelope, ...]:
        found = tuple(self._envelopes[self._at : end])
        self._at = max(self._at, end)
        return found

    def _stand(self) -> None:
        """The clock of the replay stands where it is now."""
        self._last = None
        self._played = self._due[self._at - 1] if self._at else 0.0
