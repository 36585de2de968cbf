"""The auto mode asks when what it may do unasked in one run is used up, through whole sessions."""

from pathlib import Path

import pytest

from heartbit_tui.kernel.events import ApprovalRequested, PermissionDenied, ToolCallStarted
from heartbit_tui.kernel.host import OnAsk
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.ops import Decide, Mode
from heartbit_tui.kernel.protocols import CallContext, Effects, Output
from heartbit_tui.permissions import Bounds, RuleGate, workspace
from heartbit_tui.permissions.trust import SPENT
from heartbit_tui.providers.script import Reply, call
from heartbit_tui.testing.clock import FakeClock
from heartbit_tui.testing.tools import FakeTool
from heartbit_tui.tools.tracker import Tracker
from heartbit_tui.tools.write import Write
from tests.kernel.rig import Plan, opened, says, turn


def plan(root: Path, replies: list[Reply], on_ask: OnAsk = "person", **bounds: float) -> Plan:
    """A session in the auto mode with a sandbox, whose clock a command moves by ten minutes."""
    root.mkdir(parents=True, exist_ok=True)
    clock = FakeClock()

    async def run(input: JsonObject, context: CallContext) -> Output:
        await clock.advance(600)
        return Output(content="ran")

    given = Bounds(
        commands=int(bounds.get("commands", 99)),
        files=int(bounds.get("files", 99)),
        cost_usd=bounds.get("cost_usd", 99),
        minutes=bounds.get("minutes", 9_999),
    )
    ground = workspace([str(root)], home=str(root.parent / "home"))
    gate = RuleGate(rules=(), workspace=ground, clock=clock, sandboxed=True, bounds=given)
    return Plan(
        replies=replies,
        tools=[FakeTool("bash", run, effects=Effects.EXECUTE), Write(root, Tracker())],
        gate=gate,
        clock=clock,
        mode=Mode.AUTO,
        on_ask=on_ask,
        sinks=[gate.take],
    )


def commands(number: int) -> list[Reply]:
    return [*(turn(call("bash", f"c{at}", command=f"make part{at}")) for at in range(number)), says("done")]


async def test_the_call_after_the_last_command_asks_and_approving_lets_as_many_pass_again(tmp_path: Path) -> None:
    async with opened(plan(tmp_path / "w", commands(8), commands=3)) as rig:
        rig.prompt("go")
        for count, expected in ((1, "c3"), (2, "c7")):
            event = await rig.until(ApprovalRequested, count)
            assert (event.call.id, event.rule, event.proposal) == (expected, SPENT, "")
            assert event.reason == (
                "The auto mode has used up 3 of 3 commands in this run. Approving this lets it go on for as much again."
            )
            rig.session.submit(Decide(id=event.id, allow=True))
        await rig.session.settled()
    assert len(rig.of(ToolCallStarted)) == 8


async def test_each_run_begins_with_the_whole_budget(tmp_path: Path) -> None:
    replies = [*commands(3), turn(call("bash", "d", command="make d")), says("done")]
    async with opened(plan(tmp_path / "w", replies, commands=3)) as rig:
        await rig.ask("one")
        await rig.ask("two")
    assert rig.of(ApprovalRequested) == []
    assert len(rig.of(ToolCallStarted)) == 4


@pytest.mark.parametrize("on_ask", ["deny", "fail"])
async def test_where_nobody_is_there_the_policy_holds_as_for_any_ask(tmp_path: Path, on_ask: OnAsk) -> None:
    async with opened(plan(tmp_path / "w", commands(4), on_ask, commands=2)) as rig:
        await rig.ask("go")
    assert [event.tool_call_id for event in rig.of(ToolCallStarted)] == ["c0", "c1"]
    refused = rig.of(PermissionDenied)
    assert {event.rule for event in refused} == {SPENT}
    assert len(refused) == (2 if on_ask == "deny" else 1)


async def test_minutes_that_are_over_are_told(tmp_path: Path) -> None:
    async with opened(plan(tmp_path / "w", commands(4), "deny", minutes=15)) as rig:
        await rig.ask("go")
    assert [event.tool_call_id for event in rig.of(ToolCallStarted)] == ["c0", "c1"]
    assert "used up 20 of 15 minutes" in rig.of(PermissionDenied)[0].reason


async def test_money_that_is_spent_is_told(tmp_path: Path) -> None:
    replies = [turn(call("bash", f"c{at}", command="make"), cost_usd=0.5) for at in range(4)]
    async with opened(plan(tmp_path / "w", [*replies, says("done")], "deny", cost_usd=1.0)) as rig:
        await rig.ask("go")
    assert [event.tool_call_id for event in rig.of(ToolCallStarted)] == ["c0"]
    assert "used up $1.00 of $1.00" in rig.of(PermissionDenied)[0].reason


async def test_files_outside_of_what_the_task_names_count_and_those_within_do_not(tmp_path: Path) -> None:
    root = tmp_path / "w"
    for folder in ("src/app", "docs"):
        (root / folder).mkdir(parents=True)
    (root / "src/app/main.py").write_text("x")
    names = ("src/app/a.py", "docs/a", "src/app/b/c.py", "docs/a", "docs/b", "docs/c", "src/app/d.py")
    replies = [turn(call("write", f"c{at}", file_path=name, content=str(at))) for at, name in enumerate(names)]
    async with opened(plan(root, [*replies, says("done")], "deny", files=2)) as rig:
        await rig.ask("Mend `src/app/main.py`, please.")
    [refused] = rig.of(PermissionDenied)
    assert refused.tool_call_id == "c5"
    assert "2 of 2 files outside the area of the task" in refused.reason
    async with opened(plan(root, [*replies, says("done")], "deny", files=2)) as rig:
        await rig.ask("Mend it.")
    assert rig.of(PermissionDenied) == []


async def test_what_a_rule_allows_costs_nothing_of_the_budget(tmp_path: Path) -> None:
    replies = [turn(call("bash", f"c{at}", command=f"ls part{at}")) for at in range(5)]
    async with opened(plan(tmp_path / "w", [*replies, says("done")], "deny", commands=0)) as rig:
        await rig.ask("go")
    assert len(rig.of(ToolCallStarted)) == 5
