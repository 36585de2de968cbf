"""What the tests of tools share: a call's context, and a look at which processes live."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from heartbit_tui.kernel.events import Event, Question, ToolProgress
from heartbit_tui.kernel.ops import Decide


class Context:
    """Keeps what a call emits, and answers its questions as told; `progressed` is set with the first progress."""

    agent = "tester"
    call_id = "call-1"
    places: Mapping[str, str] = MappingProxyType({})

    def __init__(self, answers: tuple[tuple[str, ...], ...] | None = None) -> None:
        self.answers = answers
        self.events: list[Event] = []
        self.asked: list[Question] = []
        self.progressed = asyncio.Event()

    def emit(self, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, ToolProgress):
            self.progressed.set()

    async def ask(self, questions: Sequence[Question]) -> tuple[tuple[str, ...], ...] | None:
        self.asked.extend(questions)
        return self.answers

    async def approve(self, reason: str, *, rule: str, proposal: str = "") -> Decide | None:
        return None

    @property
    def progress(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, ToolProgress))


def running(word: str) -> list[int]:
    """The living processes whose command line has this word as an argument."""
    return [pid for pid in _pids() if word.encode() in _content(pid, "cmdline").split(b"\0") and not _dead(pid)]


def _pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]


def _dead(pid: int) -> bool:
    return _content(pid, "stat").rpartition(b")")[2].split()[:1] in ([], [b"Z"], [b"X"])


def _content(pid: int, name: str) -> bytes:
    try:
        return (Path("/proc") / str(pid) / name).read_bytes()
    except OSError:
        return b""
