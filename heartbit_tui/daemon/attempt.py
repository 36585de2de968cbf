"""One task at work, from its prompt to its outcome."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final, cast

from heartbit_tui.client.tally import Tally
from heartbit_tui.daemon.live import Live
from heartbit_tui.kernel.errors import HeartbitError, StoreError
from heartbit_tui.kernel.events import Envelope, Event, RunCompleted, RunFailed, RunInterrupted, RunStarted
from heartbit_tui.kernel.messages import Text, Usage
from heartbit_tui.kernel.ops import Interrupt, Prompt
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.tasks import Outcome, State, Task

TOO_LATE: Final = "Its deadline passed while it was at work."
BROKE_OFF: Final = (
    "Its session broke off before it was done: {why} What was done until then stands in the session; look, and hand the task "
    "over anew where something is missing."
)
CLOSED: Final = "nobody knows why."
AGAIN: Final = (Path(__file__).parent / "again.md").read_text(encoding="utf-8").strip()
"""What an agent is told that was interrupted by the end of its process."""


class Attempt:
    """Does a task in a session that is open. `stop` may be called at any time, also before `run`."""

    def __init__(self, task: Task, clock: Clock) -> None:
        self.task = task
        self._clock = clock
        self._live: Live | None = None
        self._stopped: tuple[State, str] | None = None

    def stop(self, state: State, why: str) -> None:
        """Stop it: where it has not ended by itself meanwhile, this is how it stands and why."""
        if self._stopped is not None:
            return
        self._stopped = (state, why)
        if self._live is not None:
            self._live.client.submit(Interrupt(reason=why))

    async def run(self, live: Live, first: int, known: str = "") -> Outcome:
        """What came of the task, which begins in this session after the seq `first`; `known` stands behind its words."""
        earlier = [each for each in await live.client.whole() if each.seq > first] if self.task.attempts > 1 else []
        if self._stopped is not None:
            return self.gave_up(*self._stopped, earlier=earlier)
        tally, ended = Tally(), asyncio.get_running_loop().create_future()

        def hear(envelope: Envelope) -> None:
            tally.take(envelope)
            if tally.ends_run(envelope) and not ended.done():
                ended.set_result(envelope)

        live.hearers.add(hear)
        alarm = asyncio.create_task(self._watch_deadline(), name=f"deadline of {self.task.id}")
        try:
            self._live = live
            words = self._prompt(earlier)
            texts = (words,) if words == AGAIN or not known else (words, known)
            live.client.submit(Prompt(content=tuple(Text(text=each) for each in texts)))
            await asyncio.wait({ended, live.over}, return_when=asyncio.FIRST_COMPLETED)
            if not ended.done():
                return self._outcome("failed", BROKE_OFF.format(why=_cause(live.over.result())), tally, earlier)
            with suppress(StoreError):  # what came of it is known, and is kept beside the session too
                await live.client.settled()
        finally:
            self._live = None
            live.hearers.discard(hear)
            alarm.cancel()
            await asyncio.gather(alarm, return_exceptions=True)
        end: Envelope = ended.result()
        return replace(self._outcome(*self._state(end.event, tally), tally, earlier), last_seq=end.seq)

    def gave_up(self, state: State, why: str, *, earlier: Sequence[Envelope] = ()) -> Outcome:
        """The outcome of a task that was not begun this time, with what its earlier attempts have used."""
        return self._outcome(state, why, Tally(), earlier)

    def _prompt(self, earlier: Sequence[Envelope]) -> str:
        begun = any(isinstance(each.event, RunStarted) for each in earlier)
        return AGAIN if begun else self.task.request.task

    def _state(self, end: Event, tally: Tally) -> tuple[State, str]:
        match end:
            case RunCompleted():
                return "completed", tally.text
            case RunFailed(error=error):
                return "failed", error
            case RunInterrupted(reason=reason):
                return self._stopped or ("cancelled", f"It was interrupted by {reason}.")
            case _:
                raise TypeError(f"{end!r} ends no run.")

    def _outcome(self, state: State, text: str, tally: Tally, earlier: Sequence[Envelope]) -> Outcome:
        before = Tally()
        for envelope in earlier:
            before.take(envelope)
        return outcome_of(self.task, state, text, before, tally)

    async def _watch_deadline(self) -> None:
        deadline = self.task.request.deadline
        if deadline is not None:
            await self._clock.sleep(max((deadline - self._clock.now()).total_seconds(), 0.0))
            self.stop("failed", TOO_LATE)


def outcome_of(task: Task, state: State, text: str, *tallies: Tally) -> Outcome:
    """What came of a task, with all that these have counted; of a call that was cut off nothing is known."""
    costs = [each.known_cost_usd for each in tallies]
    return Outcome(
        id=task.id,
        state=state,
        text=text,
        usage=sum((each.usage for each in tallies), Usage()),
        cost_usd=None if None in costs else sum(filter(None, costs)),
        tool_calls=sum(each.calls for each in tallies),
    )


def _cause(error: BaseException | None) -> str:
    """The first thing that went wrong, as a sentence."""
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    if error is None:
        return CLOSED
    return (
        str(error) if isinstance(error, HeartbitError) else f"heartbit itself failed: {type(error).__name__}: {error}."
    )
