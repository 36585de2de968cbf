"""The runs of sessions that are kept, as meditation looks at them."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import field
from datetime import datetime
from typing import Final, cast

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import (
    Envelope,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    RunStarted,
    SessionStarted,
    ToolCallCompleted,
    ToolCallStarted,
)
from heartbit_tui.memory.meditation_runs import Step, Worked
from heartbit_tui.store.recorder import Owner
from heartbit_tui.store.store import Store
from heartbit_tui.wire.write import timestamp

MOST: Final = 200
"""Sessions that are looked at in one cycle, the ones used last."""

TYPES: Final = (
    SessionStarted,
    RunStarted,
    ToolCallStarted,
    ToolCallCompleted,
    RunCompleted,
    RunFailed,
    RunInterrupted,
)


async def runs_of(store: Store, owner: Owner, since: datetime) -> tuple[Worked, ...]:
    """The runs of an owner's sessions that ended well after a moment, the oldest first. Raises `StoreError`."""
    found: list[Worked] = []
    for info in await store.index.search(limit=MOST, owner=owner):
        if info.summary.updated <= timestamp(since):
            break
        log = await store.load(info.id, only=TYPES)
        found += (each for each in worked(log.envelopes) if each.ended > since)
    return tuple(sorted(found, key=lambda each: each.ended))


@dataclass(slots=True, kw_only=True)
class _Going:
    """A run as far as it was read."""

    began: datetime
    task: str
    given: dict[str, str] = field(default_factory=dict[str, str])
    steps: list[Step] = field(default_factory=list[Step])


def worked(log: Iterable[Envelope]) -> Iterator[Worked]:
    """The runs in the log of a session that ended well, with the calls of the agent that was at each."""
    folder, going = "", dict[tuple[str, str], _Going]()
    for envelope in log:
        whose = (envelope.run, envelope.agent)
        run = going.get(whose)
        match envelope.event:
            case SessionStarted(cwd=cwd):
                folder = cwd
            case RunStarted(task=task):
                going[whose] = _Going(began=envelope.at, task=task)
            case ToolCallStarted(tool_call_id=call, input=given) if run is not None:
                run.given[call] = given
            case ToolCallCompleted() as done if run is not None:
                run.steps.append(_step(done, run.given.pop(done.tool_call_id, "")))
            case RunCompleted() if run is not None:
                yield _worked(envelope, folder, going.pop(whose))
            case _:
                going.pop(whose, None)


def _worked(end: Envelope, folder: str, run: _Going) -> Worked:
    return Worked(
        session=end.session,
        folder=folder,
        task=run.task,
        steps=tuple(run.steps),
        seconds=(end.at - run.began).total_seconds(),
        ended=end.at,
    )


def _step(done: ToolCallCompleted, given: str) -> Step:
    return Step(
        tool=done.tool_name,
        input=_command(given) if done.tool_name == "bash" else given,
        failed=done.is_error,
        said=done.output if done.is_error else "",
    )


def _command(given: str) -> str:
    """The command line of a call's input; the input as it is where it was cut or is none."""
    try:
        found: object = json.loads(given)
    except ValueError:
        return given
    command = cast("dict[str, object]", found).get("command") if isinstance(found, dict) else None
    return command if isinstance(command, str) else given
