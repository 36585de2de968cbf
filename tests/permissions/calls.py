"""Calls and gates for the tests of permissions."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TypeAlias

from heartbit_tui.kernel.messages import ToolCall
from heartbit_tui.kernel.protocols import Action, Effects, Touch
from heartbit_tui.permissions import Rule, RuleGate, Workspace, workspace
from heartbit_tui.permissions.learned import Memory
from heartbit_tui.testing.clock import FakeClock

Kind: TypeAlias = Literal["read", "write", "command", "url"]


def action(tool: str, effects: Effects, *touches: tuple[Kind, str], **given: object) -> Action:
    """A call that touches these things."""
    touched = tuple(Touch(kind=kind, what=what) for kind, what in touches)
    return Action(call=ToolCall(id="c1", name=tool, input=given), effects=effects, touches=touched)


def bash(command: str) -> Action:
    return action("bash", Effects.EXECUTE, ("command", command), command=command)


def read(path: Path | str) -> Action:
    return action("read", Effects.READ, ("read", str(path)), path=str(path))


def write(path: Path | str, *, tool: str = "write") -> Action:
    return action(tool, Effects.WRITE, ("write", str(path)), path=str(path))


def fetch(url: str) -> Action:
    return action("webfetch", Effects.NETWORK, ("url", url), url=url)


def place(root: Path) -> Workspace:
    """A workspace in a folder that is there, with a home folder beside it."""
    root.mkdir(parents=True, exist_ok=True)
    return workspace([str(root)], home=str(root.parent / "home"))


def gate(
    root: Path, *rules: Rule, memory: Memory | None = None, clock: FakeClock | None = None, sandboxed: bool = False
) -> RuleGate:
    return RuleGate(rules=rules, workspace=place(root), clock=clock or FakeClock(), memory=memory, sandboxed=sandboxed)


def kinds(verdicts: Sequence[object]) -> list[str]:
    """The names of the verdicts."""
    return [type(verdict).__name__ for verdict in verdicts]
