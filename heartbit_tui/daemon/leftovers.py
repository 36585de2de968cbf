"""What a daemon that died has left of a task, as far as its session tells."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from heartbit_tui.client.tally import Tally
from heartbit_tui.daemon.attempt import outcome_of
from heartbit_tui.kernel.conversation import Conversation
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.kernel.events import Envelope, RunCompleted, RunFailed, RunStarted
from heartbit_tui.store.index import NoSessionError
from heartbit_tui.store.store import Store
from heartbit_tui.tasks import Outcome, Task

ASKING: Final = frozenset({"webfetch", "websearch"})
"""Tools that use the network and change nothing there."""

HARMLESS: Final = ASKING | {
    *("read", "grep", "glob", "list", "todoread", "todowrite", "question", "skill"),
    *("bash_output", "kill_shell", "memory_recall", "recall_context"),
}
"""Tools that may be used twice without harm; what any other one did that was cut off, a person has to look at.

A log has no more of a tool than its name; a test holds this equal to what the tools say of themselves.
"""

UNKNOWN: Final = (
    "heartbit was stopped while this was running, so what it did is not known: {calls}. "
    "Look, then take the task up again or cancel it."
)
UNREAD: Final = (
    "heartbit was stopped while this task was at work, and what it had done cannot be read: {why} "
    "Look, then take the task up again or cancel it."
)
DAMAGED: Final = "damaged events in its log: {count}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """How far a task had come: what came of it where it had ended, else what is not known of it, in a sentence, or nothing."""

    outcome: Outcome | None = None
    doubts: str = ""


LookBack: TypeAlias = Callable[[Task], Awaitable[Left]]


def looking_back(store: Store, *, careful: bool = True) -> LookBack:
    """Reads in its session how far a task had come; what a call that was cut off did is only asked by who is careful."""

    async def look_back(task: Task) -> Left:
        first = task.first_seq or 0
        try:
            log = await store.load(task.session)
        except NoSessionError:
            return Left()
        except StoreError as error:
            return Left(doubts=UNREAD.format(why=error))
        if task.first_seq is not None and (outcome := _ended(task, log.envelopes)) is not None:
            return Left(outcome=outcome)
        if not careful:
            return Left()
        if lost := [each for each in log.skipped if each.seq > first]:
            return Left(doubts=UNREAD.format(why=DAMAGED.format(count=len(lost))))
        unknown = unknown_calls([each for each in log.envelopes if each.seq > first])
        return Left(doubts=UNKNOWN.format(calls=", ".join(unknown)) if unknown else "")

    return look_back


def unknown_calls(log: Sequence[Envelope]) -> tuple[str, ...]:
    """The names of the tools whose calls had begun when the log broke off, and may have changed something."""
    agents = dict.fromkeys(each.agent for each in log if isinstance(each.event, RunStarted))
    calls = (call for agent in agents for call in Conversation(agent, log).open_calls())
    return tuple(call.call.name for call in calls if call.began is not None and call.call.name not in HARMLESS)


def _ended(task: Task, log: Sequence[Envelope]) -> Outcome | None:
    """What came of the last run after a task began, where it had ended by itself; None where it was cut off.

    A session has one task at work at a time, and this one still counts as that.
    """
    tally, last = Tally(), 0
    for envelope in log:
        if envelope.seq > (task.first_seq or 0):
            tally.take(envelope)
            last = envelope.seq if tally.ends_run(envelope) else last
    match tally.end:
        case RunCompleted():
            return replace(outcome_of(task, "completed", tally.text, tally), last_seq=last)
        case RunFailed(error=error):
            return replace(outcome_of(task, "failed", error, tally), last_seq=last)
        case _:
            return None
