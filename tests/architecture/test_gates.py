"""Every call of every surface passes the same gate: one function runs tools, and it asks first."""

import pytest

from tests.architecture.gates import RUNNING, SURFACES, callers, executions, order, strays
from tests.architecture.source import found, module, package_modules

MODULES = package_modules()
CALLS = next(each for each in MODULES if each.name == "heartbit_tui.kernel.calls")


@pytest.mark.security("P15", n=len(MODULES))
def test_a_tool_is_run_by_one_function_alone() -> None:
    """The others hand on a call that has passed: a tool that is loaded late, the checking of its arguments, and undo."""
    assert executions(MODULES) == [
        "heartbit_tui.kernel.calls:_run",
        "heartbit_tui.lsp.around:run",
        "heartbit_tui.lsp.around:run",
        "heartbit_tui.lsp.tools:act",
        "heartbit_tui.runtime.planning:_list",  # todowrite alone, which touches nothing, when a person starts a plan
        "heartbit_tui.tools.late:run",
        "heartbit_tui.undo.tool:run",
        "heartbit_tui.undo.tool:work",
        "heartbit_tui.wire.arguments:run",
    ]


@pytest.mark.security("P15", n=5)
def test_that_function_is_reached_after_consent_alone() -> None:
    assert callers([CALLS], "_run") == ["heartbit_tui.kernel.calls:_one"]
    assert callers([CALLS], "_one") == ["heartbit_tui.kernel.calls:run"]
    assert order(CALLS, "_one", "judged", "_start", "_run")
    assert callers(MODULES, "Calls")[0] == "heartbit_tui.kernel.loop:__init__"
    kernel = [each for each in MODULES if each.name.startswith("heartbit_tui.kernel.")]
    assert callers(kernel, "judged") == ["heartbit_tui.kernel.calls:_one"]


@pytest.mark.security("P15", n=4)
def test_one_gate_is_made_in_one_place_for_every_session() -> None:
    explaining = "heartbit_tui.cli.judging:_decided"  # `permissions test`, which runs nothing
    assert callers(MODULES, "RuleGate") == [explaining, "heartbit_tui.runtime.settings:_gate"]
    assert callers(MODULES, "Consent") == ["heartbit_tui.kernel.calls:__init__"]
    embedded = [
        f"heartbit_tui.library.running:{name}" for name in ("run", "stream")
    ]  # whose Session opens one by `local`
    assert callers(MODULES, "Session") == [*embedded, "heartbit_tui.runtime.build:_session"]
    assert callers(MODULES, "toolbox") == [
        "heartbit_tui.runtime.build:outlook_of",  # which looks at them, and runs nothing
        "heartbit_tui.runtime.companions:companions",
        "heartbit_tui.runtime.engaging:engaged",  # under the gate of the session's own agent
        "heartbit_tui.runtime.evaluating:run",  # a case's command, in the sandbox or of a folder that is trusted
        "heartbit_tui.runtime.judging:_run",  # the commands of a goal, under the gate of the session's own agent
        "heartbit_tui.runtime.own_commands:_tool",  # a person's command, under the same gate
    ]


@pytest.mark.security("P15", n=len(SURFACES))
def test_no_surface_has_tools_or_runs_of_its_own() -> None:
    surfaces = [each for each in MODULES if each.name.startswith(SURFACES)]
    allowed = {"heartbit_tui.kernel.runs"}
    assert len(surfaces) > 100
    assert found(lambda each: strays(each, tuple(set(RUNNING) - allowed)), surfaces) == []


def test_a_second_way_to_a_tool_is_found() -> None:
    sample = module(
        "heartbit_tui/cron/job.py", "async def fire(tool, given, context):\n    await tool.run(given, context)"
    )
    shortcut = module("heartbit_tui/repl/x.py", "from heartbit_tui.kernel.calls import Calls\nCalls(1, 2)")
    late = module("heartbit_tui/kernel/calls.py", "def _one(self):\n    self._run()\n    self.refusal()")
    assert executions([sample]) == ["heartbit_tui.cron.job:fire"]
    assert callers([shortcut], "Calls") == ["heartbit_tui.repl.x:"]
    assert list(strays(shortcut, RUNNING)) == ["heartbit_tui/repl/x.py:1: imports heartbit_tui.kernel.calls"]
    assert not order(late, "_one", "refusal", "_run")
