"""How far the auto mode goes in one run before it asks whether to go on."""

import os
import re
from contextlib import suppress
from pathlib import Path

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import ApprovalDecision, Envelope, ModelCalled, RunStarted
from heartbit_tui.kernel.protocols import Action, Clock, Effects

SPENT = "auto budget"
"""The rule that a verdict names when the budget asks."""

_MOST_WORDS = 500
_EDGES = "\"'`()[]{}<>,;:!?"
_WORD = re.compile(r"\S*[\w/~.]\S*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What the auto mode may do unasked in one run.

    `commands` is a number of command lines, `files` one of files changed outside of the area that was asked for,
    `cost_usd` dollars for models, `minutes` the time since the run began or was approved to go on.
    """

    commands: int = 200
    files: int = 20
    cost_usd: float = 5.0
    minutes: float = 60.0


class Budget:
    """What one run has used of its bounds. It begins anew with each run, and when a person approves to go on.

    The area that was asked for are the files and folders that the task names, each file with its folder; a task
    that names none is about everything.
    """

    def __init__(self, bounds: Bounds, clock: Clock, root: str) -> None:
        self._bounds = bounds
        self._clock = clock
        self._root = root
        self._area: tuple[str, ...] = ()
        self._asked: set[str] = set()
        self._renew()

    def spent(self, action: Action) -> str:
        """What is used up so that this call cannot pass unasked, as a sentence; empty while there is some left."""
        bounds, used = self._bounds, (self._clock.monotonic() - self._began) / 60
        if action.effects is Effects.EXECUTE and self._commands >= bounds.commands:
            return _sentence(f"{self._commands} of {bounds.commands} commands")
        if len(self._files | self._outside(action)) > bounds.files:
            return _sentence(f"{len(self._files)} of {bounds.files} files outside the area of the task")
        if self._cost >= bounds.cost_usd:
            return _sentence(f"${self._cost:.2f} of ${bounds.cost_usd:.2f}")
        if used >= bounds.minutes:
            return _sentence(f"{used:.0f} of {bounds.minutes:g} minutes")
        return ""

    def use(self, action: Action) -> None:
        """Count a call that passes."""
        self._commands += action.effects is Effects.EXECUTE
        self._files |= self._outside(action)

    def ask(self, call_id: str) -> None:
        """This call is asked about because the budget is used up; approving it begins a new one."""
        self._asked.add(call_id)

    def take(self, envelope: Envelope) -> None:
        """Hear an event of the session: its runs, what models cost, and what is approved."""
        match envelope.event:
            case RunStarted(task=task):
                self._area = _named(task, self._root)
                self._renew()
            case ModelCalled(cost_usd=cost):
                self._cost += cost or 0.0
            case ApprovalDecision(tool_call_id=call, approved=approved) if call in self._asked:
                self._asked.discard(call)
                if approved:
                    self._renew()
            case _:
                return

    def _renew(self) -> None:
        self._commands = 0
        self._files = frozenset[str]()
        self._cost = 0.0
        self._began = self._clock.monotonic()

    def _outside(self, action: Action) -> frozenset[str]:
        """The files that the call would change and that do not belong to the task."""
        written = (touch.real or touch.what for touch in action.touches if touch.kind == "write")
        return frozenset(path for path in written if self._area and not _within(path, self._area))


def _sentence(used: str) -> str:
    return f"The auto mode has used up {used} in this run. Approving this lets it go on for as much again."


def _named(task: str, root: str) -> tuple[str, ...]:
    """The folders that a task names, and those of the files that it names."""
    words = (word.strip(_EDGES).removeprefix("@").rstrip(".") for word in _WORD.findall(task)[:_MOST_WORDS])
    folders = (_folder(Path(root, word)) for word in dict.fromkeys(words) if word)
    return tuple(dict.fromkeys(folder for folder in folders if folder))


def _folder(path: Path) -> str:
    """Where a path that is there really lies: the folder itself, or the one that the file is in."""
    with suppress(OSError, ValueError):  # a word of a task may be longer than a name may be, or hold anything
        if path.exists():
            return os.path.realpath(path if path.is_dir() else path.parent)
    return ""


def _within(path: str, folders: tuple[str, ...]) -> bool:
    return any(path == folder or path.startswith(f"{folder.rstrip('/')}/") for folder in folders)
