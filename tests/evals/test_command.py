"""`heartbit eval` as a process: reports, exit codes, isolation, trust, and what is kept when it is stopped."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from heartbit_tui.kernel.messages import Text, Usage
from heartbit_tui.providers.script import Reply, call
from heartbit_tui.testing.model_server import ModelServer
from tests.headless.machine import Machine, ended, says

MINE = """
[provider]
name = "mine"
[providers.mine]
kind = "anthropic"
base_url = "{url}"
model = "small"
[pricing.small]
input = 1000.0
output = 0.0
"""

HELLO = {
    "name": "hello",
    "input": "Say hello.",
    "output_contains": ["hello"],
    "script": ["Hello."],
}
SILENT = {"name": "silent", "input": "Say goodbye.", "output_contains": ["goodbye"], "script": ["Hello."]}


def cases(machine: Machine, *rows: object, name: str = "evals") -> Path:
    folder = machine.root / name
    folder.mkdir(exist_ok=True)
    (folder / "cases.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return folder


def read(file: Path) -> Any:
    return json.loads(file.read_text())


async def test_the_starter_set_runs_with_the_scripted_model_and_leaves_a_table_and_reports(machine: Machine) -> None:
    words = ("--case", "json-*", "--case", "lines-*", "--repeat", "2", "--parallel", "2")
    done = await machine.run("eval", "run", "--provider", "scripted", *words, "--json", "a.json", "--html", "a.html")
    assert done.code == 0, done.err
    assert [line.split()[:2] for line in done.text.splitlines()[1:3]] == [
        ["json-one-key", "2/2"],
        ["lines-once", "2/2"],
    ]
    found = read(machine.project / "a.json")
    assert (found["provider"], found["model"], found["interrupted"]) == ("scripted", "scripted", False)
    assert (found["summary"]["total"], found["summary"]["pass_rate"]) == (4, 1.0)
    assert [(each["case_name"], each["attempt"]) for each in found["results"]] == [
        (name, number) for name in ("json-one-key", "lines-once") for number in (1, 2)
    ]
    assert all(each["seconds"] > 0 and each["tokens"] > 0 for each in found["results"])
    assert "<script" not in (machine.project / "a.html").read_text()
    assert sorted(each.name for each in machine.project.iterdir()) == ["a.html", "a.json"]


async def test_the_exit_code_tells_success_failure_and_usage(machine: Machine) -> None:
    good, bad = cases(machine, HELLO, name="good"), cases(machine, HELLO, SILENT, name="bad")
    broken = cases(machine, {"name": "x"}, name="broken")
    run = ("eval", "run", "--provider", "scripted")
    found = [
        (await machine.run(*run, str(good))).code,
        (await machine.run(*run, str(bad))).code,
        (await machine.run(*run, str(broken))).code,
        (await machine.run(*run, "gone")).code,
        (await machine.run(*run, str(good), "--case", "other")).code,
        (await machine.run(*run, str(good), "--repeat", "0")).code,
        (await machine.run(*run, str(good), "--html", "gone/a.html")).code,
        (await machine.run("eval", "run", str(good))).code,
    ]
    assert found == [0, 1, 2, 2, 2, 2, 2, 41]
    told = await machine.run(*run, str(bad), "--json")
    assert [(each["case_name"], each["passed"]) for each in json.loads(told.out)["results"]] == [
        ("hello", True),
        ("silent", False),
    ]


async def test_a_case_is_done_with_the_persons_model_and_nothing_else_of_hers_or_of_the_project(
    machine: Machine,
) -> None:
    folder = cases(machine, {"name": "a", "input": "Write it.", "tree": {"a.txt": "x\n"}, "files": {}})
    (machine.project / ".git").mkdir()
    (machine.project / "AGENTS.md").write_text("PROJECT INSTRUCTIONS\n")
    (machine.project / "heartbit.toml").write_text('[provider]\nmodel = "other"\n')
    replies = (Reply(blocks=(call("write", file_path="a.txt", content="x\n"),)), says("Done."))
    async with ModelServer(replies) as server:
        mine = machine.config(MINE.format(url=server.url))
        (machine.home / ".config/heartbit/AGENTS.md").write_text("PERSONAL INSTRUCTIONS\n")
        await mine.run("trust", "add")
        done = await mine.run("eval", "run", str(folder), "--permission-mode", "accept-edits", "--json")
        asked = [request.raw.decode() for request in server.requests]
    (result,) = json.loads(done.out)["results"]
    assert (done.code, result["passed"], result["actual_tools"]) == (0, True, ["write"]), done.err
    assert (result["tokens"], result["cost_usd"]) == (2 * (10 + 5), 2 * 10 * 1000.0 / 1_000_000)
    assert {json.loads(each)["model"] for each in asked} == {"small"}
    assert not any("INSTRUCTIONS" in each or str(machine.project) in each for each in asked)
    assert sorted(each.name for each in machine.project.iterdir()) == [".git", "AGENTS.md", "heartbit.toml"]
    assert (await mine.run("sessions", "list", "--all")).text.strip() in ("", "There are no sessions.")


async def test_a_judge_is_another_model_whose_cost_is_counted_by_itself(machine: Machine) -> None:
    folder = cases(machine, {"name": "a", "input": "Explain.", "criteria": ["is polite", "is short"]})
    usage = Usage(input_tokens=500, output_tokens=3)
    verdict = Reply(blocks=(Text(text="1. yes: it is\n2. no: it is not"),), usage=usage, when_system="You judge")
    async with ModelServer([verdict, says("Please.", usage=usage)]) as server:
        mine = machine.config(MINE.format(url=server.url))
        done = await mine.run("eval", "run", str(folder), "--judge-model", "small", "--json")
    (result,) = json.loads(done.out)["results"]
    assert done.code == 1, done.err
    assert (result["scores"][0]["scorer"], result["scores"][0]["score"]) == ("judge", 0.5)
    assert (result["cost_usd"], result["judge_cost_usd"]) == (0.5, 0.5)


async def test_criteria_that_nobody_judges_are_told(machine: Machine) -> None:
    folder = cases(machine, {**HELLO, "criteria": ["is polite"]})
    done = await machine.run("eval", "run", str(folder), "--provider", "scripted")
    assert (done.code, "name a model with --judge-model" in done.err) == (0, True)


async def test_without_a_sandbox_the_commands_of_a_folder_wait_for_trust_in_it(machine: Machine) -> None:
    folder = cases(machine, {**HELLO, "command": "test -d ."})
    outside = machine.having(HEARTBIT_SANDBOX="false")
    words = ("eval", "run", str(folder), "--provider", "scripted")
    refused = await outside.run(*words)
    assert (refused.code, "is not trusted" in refused.err, refused.text) == (55, True, "")
    await outside.run("trust", "add", str(folder))
    assert (await outside.run(*words)).code == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
async def test_what_is_done_when_it_is_stopped_is_kept(machine: Machine, number: signal.Signals, code: int) -> None:
    folder, temporary = cases(machine, HELLO, {**SILENT, "name": "never"}), machine.root / "temporary"
    temporary.mkdir()
    async with ModelServer([says("Hello."), says("Never said.", wait=1_000.0)]) as server:
        mine = machine.config(MINE.format(url=server.url)).having(TMPDIR=str(temporary))
        process = await mine.start("eval", "run", str(folder), "--json", "a.json", "--html", "a.html")
        await server.until(lambda server: len(server.requests) == 2)
        process.send_signal(number)
        done = await ended(process)
    assert done.code == code, done.err
    assert "the 1 of 2 attempts that were done" in done.err
    found = read(machine.project / "a.json")
    assert (found["interrupted"], [each["case_name"] for each in found["results"]]) == (True, ["hello"])
    assert "before its end" in (machine.project / "a.html").read_text()
    assert list(temporary.iterdir()) == []


async def test_no_report_has_a_key_in_it(machine: Machine) -> None:
    key = "sk-ant-api03-" + "a1B2" * 10
    folder = cases(machine, {**HELLO, "script": [f"hello, the key is {key}"], "output_not_contains": [key]})
    words = ("eval", "run", str(folder), "--provider", "scripted")
    done = await machine.run(*words, "--json", "a.json", "--html", "a.html")
    told = await machine.run(*words, "--json")
    texts = (done.text, told.text, *((machine.project / name).read_text() for name in ("a.json", "a.html")))
    assert (done.code, [text for text in texts if key in text]) == (1, [])
    assert all("[redacted]" in text for text in texts[1:])


async def test_two_runs_are_compared(machine: Machine) -> None:
    (machine.root / "evals").mkdir()
    for number, said in enumerate(("Hello.", "No.")):
        folder = cases(machine, {**HELLO, "script": [said]}, {**HELLO, "name": "again", "script": [said]})
        await machine.run("eval", "run", str(folder), "--provider", "scripted", "--json", f"{number}.json")
    done = await machine.run("eval", "compare", "0.json", "1.json")
    assert done.code == 0
    assert "worse: hello, again" in done.text
    told = json.loads((await machine.run("eval", "compare", "0.json", "1.json", "--json")).out)
    assert (told["a"]["passed"], told["b"]["passed"], told["worse"]) == (2, 0, ["hello", "again"])
    assert told["differences"][0] == {
        "what": "pass rate", "a": 1.0, "b": 0.0, "difference": -1.0, "interval": [-1.0, -1.0], "sure": True
    }  # fmt: skip
    assert (await machine.run("eval", "compare", "0.json", "gone.json")).code == 2


async def test_a_new_file_of_cases_runs_as_it_is_and_is_never_overwritten(machine: Machine) -> None:
    assert (await machine.run("eval", "new", "mine")).text == "mine/sample.toml\n"
    listed = json.loads((await machine.run("eval", "list", "mine", "--json")).out)
    assert [each["name"] for each in listed] == ["greeting", "explains-without-touching"]
    await machine.run("trust", "add", "mine")
    done = await machine.run("eval", "run", "mine", "--provider", "scripted")
    assert done.code == 0, done.text + done.err
    again = await machine.run("eval", "new", "mine")
    assert (again.code, "nothing was changed" in again.err) == (2, True)


async def test_the_starter_set_is_listed_where_nothing_else_is_said(machine: Machine) -> None:
    assert "roman-numerals" in (await machine.run("eval")).text
