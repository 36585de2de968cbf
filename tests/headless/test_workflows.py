"""`heartbit workflow run` through a real process: what a run promises holds for a workflow, with a model and without one."""

import asyncio
import os
import signal
from pathlib import Path

from heartbit_tui.kernel.messages import Usage
from tests.headless.machine import Machine, ended, kept, lines_of, says, service, told, usage

COMMANDS = """
[[workflows]]
name = "checks"
description = "Two at once, then one."
steps = [
  { kind = "parallel", name = "both", steps = [{ name = "a", command = "echo one {input}" }, { name = "b", command = "echo two" }] },
  { name = "count", command = "echo {input} | wc -l" },
]

[[workflows]]
name = "waits"
kind = "parallel"
steps = [
  { name = "one", command = "echo $$ > one.pid; sleep 300 & echo $! > child.pid; wait" },
  { name = "two", command = "echo $$ > two.pid; until [ -e child.pid ]; do sleep 0.02; done; echo ready; sleep 300" },
]

[[workflows]]
name = "shape"
steps = [{ command = "echo '{\\"count\\": 3}'" }]
"""
AGENTS = """
[[agents]]
name = "researcher"
description = "Finds things out."
system_prompt = "You research."

[[workflows]]
name = "report"
steps = [{ kind = "parallel", steps = [{ agent = "researcher" }, { agent = "researcher" }] }, { orchestrator = true }]
"""
YOLO = ("--permission-mode", "yolo")


async def test_no_model_is_needed_where_no_step_asks_one(tmp_path: Path) -> None:
    machine = Machine(root=tmp_path).made().config(COMMANDS)
    done = await machine.stream("workflow", "run", "checks", "it's", *YOLO)
    result = kept(done)
    assert (result["subtype"], result["result"], result["total_cost_usd"]) == ("success", "5", 0.0)
    steps = [(line["event"], line["name"]) for line in done.lines if str(line.get("event")).startswith("step_")]
    assert sorted(steps) == sorted((event, name) for event in ("step_started", "step_ended") for name in NAMES)
    (both,) = [line for line in done.lines if line.get("event") == "step_ended" and line["name"] == "both"]
    assert both["output"] == "## a\none it's\n\n## b\ntwo"


NAMES = ("checks", "both", "a", "b", "count")


async def test_stdin_is_the_text_and_the_answer_alone_is_on_stdout(tmp_path: Path) -> None:
    machine = Machine(root=tmp_path).made().config(COMMANDS)
    done = await machine.run("workflow", "run", "checks", *YOLO, input=b"from stdin\n")
    assert (done.code, done.text) == (0, "5\n")
    assert "· step a is done" in done.err


async def test_an_answer_has_to_have_the_shape_that_is_wanted(tmp_path: Path) -> None:
    machine = Machine(root=tmp_path).made().config(COMMANDS)
    shape = '{"type": "object", "properties": {"count": {"type": "KIND"}}, "required": ["count"]}'
    fits = kept(
        await machine.stream("workflow", "run", "shape", "--json-schema", shape.replace("KIND", "integer"), *YOLO)
    )
    assert (fits["structured_output"], fits["exit_code"]) == ({"count": 3}, 0)
    does_not = kept(
        await machine.stream("workflow", "run", "shape", "--json-schema", shape.replace("KIND", "string"), *YOLO)
    )
    assert (does_not["subtype"], does_not["exit_code"]) == ("error_tool", 1)
    assert "does not have the wanted shape" in does_not["error"]["message"]


async def test_a_name_that_there_is_not_and_one_that_needs_a_key_end_at_once(tmp_path: Path) -> None:
    machine = Machine(root=tmp_path).made().config(COMMANDS + AGENTS)
    unknown = await machine.run("workflow", "run", "nope", "x")
    assert (unknown.code, unknown.text) == (52, "")
    assert "There is no workflow “nope”. There are: checks, report, shape, waits." in unknown.err
    without_key = await machine.having(ANTHROPIC_API_KEY="").run(
        "workflow", "run", "report", "x", "--provider", "anthropic"
    )
    assert without_key.code == 41


async def test_what_is_told_of_tokens_is_what_the_service_counted(tmp_path: Path) -> None:
    replies = [says(f"Part {number}.", usage=usage(100 * number, number)) for number in (1, 2, 3)]
    machine = Machine(root=tmp_path).made().config(AGENTS)
    async with service(machine, *replies) as (server, known):
        done = await known.stream("workflow", "run", "report", "look", "--model", "claude-haiku-4-5")
        result = kept(done)
        assert len(server.requests) == 3
    counted = sum((reply.usage or Usage() for reply in replies), Usage())
    assert (result["usage"]["input_tokens"], result["usage"]["output_tokens"]) == (600, 6)
    assert (counted.input_tokens, counted.output_tokens) == (600, 6)
    (whole,) = [each for each in done.lines if each.get("event") == "step_ended" and each["name"] == "report"]
    assert (whole["usage"]["input_tokens"], whole["cost_usd"]) == (600, result["total_cost_usd"])
    assert result["total_cost_usd"] > 0


async def test_an_interrupt_in_the_middle_of_a_parallel_step_leaves_no_process(tmp_path: Path) -> None:
    machine = Machine(root=tmp_path).made().config(COMMANDS)
    process = await machine.start("workflow", "run", "waits", "x", *YOLO, "-v", "--json")
    await told(process.stderr, b'"tool_call_started"')
    files = [machine.project / name for name in ("one.pid", "two.pid", "child.pid")]
    await asyncio.to_thread(_written, files)
    numbers = [int(file.read_text()) for file in files]
    process.send_signal(signal.SIGINT)
    done = await ended(process)
    result = lines_of(done.out)[-1]
    assert (result["subtype"], result["exit_code"], done.code) == ("interrupted", 130, 130)
    assert [number for number in numbers if _alive(number)] == []


def _written(files: list[Path]) -> None:
    """Return once each of the files holds a line."""
    while not all(file.exists() and file.read_text().endswith("\n") for file in files):
        os.sched_yield()


def _alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{number}/stat")
    return not (state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z")


async def test_those_of_a_project_are_listed_and_done_once_it_is_trusted(tmp_path: Path) -> None:
    machine = Machine(root=tmp_path).made()
    folder = machine.project / ".heartbit"
    folder.mkdir()
    (folder / "config.toml").write_text('[[workflows]]\nname = "theirs"\nsteps = [{ command = "echo done" }]\n')
    before = await machine.run("workflow", "run", "theirs", "x", *YOLO)
    assert before.code == 52
    assert "heartbit trust add" in before.err
    await machine.run("trust", "add")
    listed = await machine.run("workflow", "list")
    assert listed.text == "theirs  asks no model\n"
    after = await machine.run("workflow", "run", "theirs", "x", *YOLO)
    assert (after.code, after.text) == (0, "done\n")


async def test_the_steps_of_one_are_shown_and_a_broken_one_is_told_with_its_line(tmp_path: Path) -> None:
    broken = COMMANDS + '\n[[workflows]]\nname = "broken"\nsteps = []\n'
    machine = Machine(root=tmp_path).made().config(broken)
    shown = await machine.run("workflow", "show", "checks")
    assert shown.text.endswith(
        "checks: one after the other\n  both: side by side, 8 at a time\n    a: $ echo one {input}\n    b: $ echo two\n"
        "  count: $ echo {input} | wc -l\n"
    )
    assert "config.toml:22: the workflow “broken” is left out" in shown.err
    assert (await machine.run("workflow", "show", "broken")).code == 52
