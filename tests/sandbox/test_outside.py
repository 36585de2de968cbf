"""S8: what fails for the sandbox's sake runs outside only where a person was asked and said so."""

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from heartbit_tui.client.local import local
from heartbit_tui.kernel.events import (
    ApprovalDecision,
    ApprovalRequested,
    Event,
    PermissionDenied,
    RunCompleted,
    RunFailed,
    ToolAnswered,
)
from heartbit_tui.kernel.host import OnAsk
from heartbit_tui.kernel.messages import Text
from heartbit_tui.kernel.ops import Decide, Mode, Prompt, Scope
from heartbit_tui.permissions import workspace
from heartbit_tui.permissions.sandbox import Absent, Confinement, Wanted, find, grounds
from heartbit_tui.permissions.sandbox.hints import allowed_to_this_process, refused
from heartbit_tui.runtime.options import Options
from heartbit_tui.testing import FakeCallContext
from heartbit_tui.tools.bash import Bash
from tests.headless.machine import ROOT
from tests.sandbox.ground import KINDS
from tests.sandbox.test_boundary import outside

__all__ = ["outside"]

YES = Decide(id="1", allow=True)
SESSION = Decide(id="1", allow=True, scope="session")


def asking(root: Path, kind: Wanted, *, asks: bool = True) -> Confinement:
    found = find(os.environ, [str(root)], kind)
    if isinstance(found, Absent):
        pytest.skip(f"no sandbox: {found.reason}")
    planned = grounds(workspace([str(root)], home="/"), os.environ, writable=(), network=False)
    temporary = root.with_name("temporary")
    temporary.mkdir(exist_ok=True)
    return Confinement(found, planned, temporary=str(temporary), asks=asks)


@pytest.fixture(autouse=True)
def checkout() -> None:
    """Skip where no sandbox sees the folder that these tests want to change."""
    if ROOT.is_relative_to("/tmp"):
        pytest.skip("a sandbox does not see the folder that this checkout lies in")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root").mkdir()
    return tmp_path / "root"


@pytest.mark.security("S8")
@pytest.mark.parametrize("kind", KINDS)
async def test_a_yes_is_for_once_and_a_lasting_one_for_this_line_alone(kind: Wanted, root: Path, outside: Path) -> None:
    line, other = f"echo x >> {outside}/new", f"echo  x >> {outside}/new"
    context = FakeCallContext(decisions=[YES, SESSION])
    async with Bash(root, root / "logs", os.environ, confinement=asking(root, kind)) as bash:
        told = [await bash.run({"command": each}, context) for each in (line, line, line, other)]
    assert [each.is_error for each in told] == [False, False, False, True]
    assert ((outside / "new").read_text(), len(context.wanted)) == ("x\n" * 3, 3)
    assert "The person allowed it once outside" in told[0].content
    assert told[2].content.startswith("(This ran outside of the sandbox, as the person allowed for this session.)")
    assert context.wanted[0].proposal == line


@pytest.mark.security("S8")
@pytest.mark.parametrize("kind", KINDS)
async def test_a_no_is_kept_and_nothing_runs_outside(kind: Wanted, root: Path, outside: Path) -> None:
    context = FakeCallContext()
    async with Bash(root, root / "logs", os.environ, confinement=asking(root, kind)) as bash:
        told = [await bash.run({"command": f"echo x > {outside}/new"}, context) for _ in range(2)]
    assert ([each.is_error for each in told], (outside / "new").exists()) == ([True, True], False)
    assert all("Running it outside was not allowed" in each.content for each in told)
    assert len(context.wanted) == 1


@pytest.mark.security("S8")
async def test_a_required_sandbox_is_never_left(root: Path, outside: Path) -> None:
    context = FakeCallContext(decisions=[YES])
    async with Bash(root, root / "logs", os.environ, confinement=asking(root, "any", asks=False)) as bash:
        got = await bash.run({"command": f"echo x > {outside}/new"}, context)
    assert (got.is_error, context.wanted, (outside / "new").exists()) == (True, [], False)


@pytest.mark.parametrize("command", ["exit 1", "ls /no/such", "false; echo 'it is read-only'", "cat ../none", "true"])
async def test_what_fails_for_another_reason_is_not_asked_about(command: str, root: Path) -> None:
    context = FakeCallContext(decisions=[YES])
    async with Bash(root, root / "logs", os.environ, confinement=asking(root, "any")) as bash:
        await bash.run({"command": command}, context)
    assert context.wanted == []


@pytest.mark.parametrize(
    ("output", "network", "found"),
    [
        ("touch: cannot touch '/beyond/x': Permission denied", False, True),
        ("bash: line 1: /beyond/x: Permission denied", False, True),
        ("PermissionError: [Errno 13] Permission denied: '/beyond/x'", False, True),
        ("Error: EACCES: permission denied, open '/beyond/x'", False, True),
        ("rm: cannot remove '/forbidden/x': Permission denied", False, False),
        ("touch: cannot touch '/beyond/x': Read-only file system", False, True),
        ("Permission denied (publickey).", False, False),
        ("curl: (6) Could not resolve host: example.com", False, True),
        ("curl: (6) Could not resolve host: example.com", True, False),
        ("bash: socket: Operation not permitted", False, True),
        ("connect: Network is unreachable", False, True),
        ("Error: connect EPERM 192.0.2.1:443", False, True),
        ("kill: (1) - Operation not permitted", False, False),
        ("", False, False),
    ],
)
def test_outputs_that_point_to_the_sandbox_are_told_from_others(output: str, network: bool, found: bool) -> None:
    said = refused(output, network=network, temporary="/tmp", may_touch=lambda path: path.startswith("/beyond"))
    assert bool(said) == found


@pytest.mark.timeout(10)
@pytest.mark.parametrize("line", ["permission denied: 'x' ", "a", "a: ", "'", "/dev/tcp/", 'socket.py" ', "connect"])
def test_a_large_output_is_looked_through_quickly_and_its_end_counts(line: str) -> None:
    output = line * 400_000 + "\ncurl: (6) Could not resolve host: example.com"
    said = refused(output, network=False, temporary="/tmp", may_touch=allowed_to_this_process("/"))
    assert "the network is off" in said


def replies(*commands: str) -> Iterator[dict[str, Any]]:
    for command in commands:
        yield {"blocks": [{"call": "bash", "input": {"command": command}}]}
    yield {"blocks": [{"text": "done"}]}


async def session(
    home: Path, *commands: str, on_ask: OnAsk = "person", answers: Sequence[Scope | None] = (), **rules: Any
) -> list[Event]:
    """What happened in a session in which the model ran these; None refuses what is asked about the sandbox."""
    if isinstance(found := find(os.environ, ()), Absent):
        pytest.skip(f"no sandbox: {found.reason}")
    script = home / "script.json"
    script.write_text(json.dumps({"replies": list(replies(*commands))}))
    flags = {"provider.name": "scripted", "provider.script": str(script), **rules.pop("flags", {})}
    environment = {"HOME": str(home), "PATH": os.environ["PATH"]}
    options = Options(cwd=home, environment=environment, flags=flags, on_ask=on_ask, **rules)
    happened, left = list[Event](), list(answers)
    async with local(options) as client:
        client.submit(Prompt(content=(Text(text="Go."),)))
        async for envelope in client.envelopes():
            event = envelope.event
            happened.append(event)
            if isinstance(event, ApprovalRequested) and on_ask == "person":
                scope = left.pop(0)
                client.submit(Decide(id=event.id, allow=scope is not None, scope=scope or "once"))
            if isinstance(event, RunCompleted | RunFailed):
                break
    return happened


def told(events: Sequence[Event]) -> list[str]:
    return [event.result.content for event in events if isinstance(event, ToolAnswered)]


@pytest.mark.security("S8")
@pytest.mark.parametrize("scope", ["once", None])
async def test_a_session_asks_as_it_asks_about_every_call(scope: Scope | None, root: Path, outside: Path) -> None:
    line = f"echo x >> {outside}/new"
    events = await session(root, line, answers=[scope], mode=Mode.YOLO)
    (asked,) = [event for event in events if isinstance(event, ApprovalRequested)]
    (decided,) = [event for event in events if isinstance(event, ApprovalDecision)]
    assert (asked.rule, asked.call.input, asked.preview, decided.by) == ("sandbox", {"command": line}, line, "person")
    assert "once more from its beginning, outside of the sandbox" in asked.reason
    assert ((outside / "new").exists(), decided.approved) == (scope is not None, scope is not None)
    assert ("The person allowed it once outside" in told(events)[0]) == (scope is not None)


@pytest.mark.security("S8")
@pytest.mark.parametrize("on_ask", ["deny", "fail"])
async def test_where_nobody_can_be_asked_nothing_runs_outside_and_the_run_goes_on(
    on_ask: OnAsk, root: Path, outside: Path
) -> None:
    events = await session(root, f"echo x > {outside}/new", on_ask=on_ask, mode=Mode.YOLO)
    (denied,) = [event for event in events if isinstance(event, PermissionDenied)]
    assert (denied.rule, (outside / "new").exists()) == ("sandbox", False)
    assert "because nobody could be asked" in told(events)[0]
    assert isinstance(events[-1], RunCompleted)


@pytest.mark.security("S8")
async def test_no_answer_lifts_a_deny_and_no_question_comes_where_the_sandbox_is_required(
    root: Path, outside: Path
) -> None:
    denied = await session(root, f"touch {outside}/new", mode=Mode.YOLO, deny=("bash(touch *)",))
    required = await session(root, f"mkdir {outside}/new", mode=Mode.YOLO, flags={"sandbox.required": True})
    asked = [event for event in (*denied, *required) if isinstance(event, ApprovalRequested)]
    assert (asked, (outside / "new").exists()) == ([], False)
    assert "Only the person can change that" in told(required)[0]
