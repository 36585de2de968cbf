"""Ten turns with edits, tests, approvals, an interrupt and a resume: what is said, and how two logs are compared."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, Protocol, TypeAlias, cast

from heartbit_tui.demo import project, script
from heartbit_tui.kernel.events import Delta, Envelope
from heartbit_tui.store.store import Store
from heartbit_tui.testing import FakeClock
from heartbit_tui.wire.write import dump_envelope

TEST = project.command()
PARTIAL = "slow words one two three four five six"


def call(name: str, id: str, **input: Any) -> dict[str, Any]:
    return {"call": name, "id": id, "input": input}


def todos(*states: str) -> list[dict[str, str]]:
    return [
        {"content": f"step {place}", "status": state, "priority": "medium"} for place, state in enumerate(states, 1)
    ]


REPLIES: tuple[Mapping[str, Any], ...] = (
    {"blocks": [{"text": "I read."}, call("read", "c1", file_path="pulse.py")]},
    {"blocks": [call("read", "c2", file_path="test_pulse.py")]},
    {"blocks": [call("todowrite", "c3", todos=todos("in_progress", "pending"))]},
    {"blocks": [{"text": "The tests first."}, call("bash", "c4", command=TEST)]},
    {"blocks": [call("edit", "c5", file_path="pulse.py", old_string=script.BROKEN, new_string=script.MENDED)]},
    {"blocks": [call("bash", "c6", command=TEST)]},
    {"blocks": [call("bash", "c7", command=f"{TEST} ")]},
    {"blocks": [{"text": "The first part is done."}]},
    {
        "blocks": [{"text": PARTIAL + " that nobody sees" * 4}],
        "chunk": len(PARTIAL),
        "fault": {"kind": "stall", "after": 4, "pings": True},
    },
    {"blocks": [call("write", "c8", file_path="notes.txt", content="no\n")], "when": "after the pause"},
    {"blocks": [call("write", "c9", file_path="docs/notes.md", content="# Notes\n")]},
    {"blocks": [call("todowrite", "c10", todos=todos("completed", "completed"))]},
    {"blocks": [call("bash", "c11", command="touch docs/notes.md && cat docs/notes.md")]},
    {"blocks": [{"text": "All of it is done."}]},
)
"""What the model answers, in order; one call a turn, so that the order of the log is one alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """A prompt."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide:
    """A decision on the approval that is asked for."""

    how: Literal["once", "session", "no"]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The run ends, and these are the last words of its answer."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Interrupt:
    """Once this much of an answer is shown, the run is stopped."""

    shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """The process is left, and another one takes the session up."""


Step: TypeAlias = Say | Decide | Answered | Interrupt | Resume

STEPS: tuple[Step, ...] = (
    Say(text="mend the tests"),
    Decide(how="once"),
    Decide(how="once"),
    Decide(how="session"),
    Decide(how="once"),
    Answered(text="The first part is done."),
    Say(text="now slowly"),
    Interrupt(shown=PARTIAL),
    Resume(),
    Say(text="after the pause"),
    Decide(how="no", note="not at the top"),
    Decide(how="once"),
    Decide(how="once"),
    Answered(text="All of it is done."),
)


class Side(Protocol):
    """One way to walk the steps."""

    def say(self, text: str) -> None: ...
    def decide(self, how: str, note: str) -> None: ...
    def answered(self, text: str) -> None: ...
    def interrupt(self, shown: str) -> None: ...
    def leave(self) -> None: ...


def walk(begin: Callable[[str], Side], session: Callable[[], str], steps: Sequence[Step] = STEPS) -> None:
    """Walk the steps; `begin` starts a process, with the id of the session to take up or nothing."""
    side = begin("")
    for step in steps:
        match step:
            case Say(text=text):
                side.say(text)
            case Decide(how=how, note=note):
                side.decide(how, note)
            case Answered(text=text):
                side.answered(text)
            case Interrupt(shown=shown):
                side.interrupt(shown)
            case Resume():
                side.leave()
                side = begin(session())
    side.leave()


def tree(root: Path) -> Mapping[str, bytes]:
    """Every file below `root`."""
    found = {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}
    return MappingProxyType(dict(sorted(found.items())))


async def log(home: Path) -> tuple[Envelope, ...]:
    """The log of the one session that is kept below `home`."""
    async with Store.open(_file(home), FakeClock()) as store:
        (only,) = await store.index.search()
        return (await store.load(only.id)).envelopes


def the_session(home: Path) -> str:
    """Its id, as the file says it."""
    import asyncio

    async def find() -> str:
        async with Store.open(_file(home), FakeClock()) as store:
            (only,) = await store.index.search()
            return only.id

    return asyncio.run(find())


def normal(envelopes: Sequence[Envelope], root: Path, home: Path) -> list[Any]:
    """A log without times, durations, bounds, ids of sessions, pieces and places."""
    session = envelopes[0].session
    told = [dump_envelope(envelope) for envelope in envelopes if not isinstance(envelope.event, Delta)]
    return [_normal({k: v for k, v in each.items() if k not in ("seq", "at")}, root, home, session) for each in told]


_TIMES = frozenset({"duration_ms", "latency_ms", "time_to_first_token_ms", "max_turns", "record"})
"""What differs from run to run, as times do, also within what undo keeps of files; a person at hand may let a run have more turns than a script may."""
_SECONDS = re.compile(r"\b(\d+ tests? in) \d+\.\d+s")


def _normal(value: Any, root: Path, home: Path, session: str) -> Any:
    if isinstance(value, Mapping):
        items = cast("Mapping[str, Any]", value).items()
        return {key: 0 if key in _TIMES else _normal(each, root, home, session) for key, each in items}
    if isinstance(value, list | tuple):
        return [_normal(each, root, home, session) for each in cast("Sequence[Any]", value)]
    if isinstance(value, str):
        text = value.replace(str(root), "<project>").replace(str(home), "<home>").replace(session, "<session>")
        return _SECONDS.sub(r"\1 0s", text)
    return value


def _file(home: Path) -> Path:
    (found,) = home.rglob("heartbit.db")
    return found
