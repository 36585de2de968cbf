"""The page on workflows is true: what its samples define is done as it says, and its tables have every key."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

from heartbit_tui.agents import workflow_tables
from heartbit_tui.cli import lookup, parser
from heartbit_tui.providers.script import call
from tests.docs.pages import codes, commands, fences, inline, table
from tests.docs.test_readme import environment
from tests.headless.machine import Machine, calls, kept, says, service

PAGE = "docs/workflows.md"
SAMPLE, PROGRAM = fences(PAGE, "toml")[0], fences(PAGE, "python")[0]
MAKE = '#!/bin/sh\n[ "$1" = test ] && [ -e mended ] || { echo "1 failed"; exit 2; }\necho "all passed"\n'
YOLO = ("--permission-mode", "yolo")


def with_make(machine: Machine) -> Machine:
    """A machine with the sample for its settings, and a `make test` that passes once there is a file `mended`."""
    folder = machine.root / "bin"
    folder.mkdir()
    (folder / "make").write_text(MAKE)
    (folder / "make").chmod(0o755)
    return machine.config(SAMPLE).having(PATH=f"{folder}{os.pathsep}{os.environ['PATH']}")


async def test_the_first_workflow_of_the_page_reviews_and_sums_up_although_the_tests_fail(machine: Machine) -> None:
    first = says("It divides by zero.", when="Review this change: a diff")
    async with service(with_make(machine), first, says("1. Mend it.", when="Say in five")) as (server, ready):
        result = kept(await ready.stream("workflow", "run", "review", "a diff", *YOLO))
    assert (result["subtype"], result["result"]) == ("success", "1. Mend it.")
    told = str(server.requests[-1].body["messages"][0])
    assert "## tests\\n1 failed\\n\\n## reviewer\\nIt divides by zero." in told


async def test_the_second_one_goes_on_until_the_tests_pass(machine: Machine) -> None:
    tries = says("It is mended."), calls(call("write", file_path="mended", content="x")), says("Now it is.")
    async with service(with_make(machine), *tries) as (server, ready):
        result = kept(await ready.stream("workflow", "run", "mend", "mean divides by zero", *YOLO))
    assert (result["subtype"], result["result"]) == ("success", "Now it is.")
    assert "Make the tests pass. mean divides by zero" in str(server.requests[0].body["messages"])
    assert "Make the tests pass. It is mended." in str(server.requests[1].body["messages"])


async def test_it_fails_where_they_never_do(machine: Machine) -> None:
    async with service(with_make(machine), says("It is mended.", times=5)) as (server, ready):
        result = kept(await ready.stream("workflow", "run", "mend", "x", *YOLO))
    assert (result["is_error"], len(server.requests)) == (True, 5)


def test_the_program_of_the_page_runs(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        check=False,
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "done ## count\n2 words\n\n## upper\nTWO WORDS 0 0.0\n"


def test_every_command_of_the_page_is_understood() -> None:
    lines = [
        *commands(PAGE),
        *(code.replace("TEXT", "x") for code in inline(PAGE) if code.startswith("heartbit workflow ")),
    ]
    for line in lines:
        meant = lookup.find(shlex.split(line)[1:])
        parser.parse(meant.command, meant.rest)
    assert len(lines) >= 3


def test_the_tables_have_every_kind_and_every_key() -> None:
    kinds = table(PAGE, "kind")
    assert tuple(codes(row[0])[0] for row in kinds) == workflow_tables.KINDS
    keys = {codes(row[0])[0]: tuple(codes(row[2])) for row in kinds}
    assert keys == {
        "sequential": (),
        "parallel": workflow_tables.PARALLEL_KEYS,
        "loop": keys["loop"],
    }
    assert sorted(keys["loop"]) == sorted(workflow_tables.LOOP_KEYS)
    steps = {codes(row[0])[0] for row in table(PAGE, "step")}
    assert steps | {"steps"} == set(workflow_tables.WHAT)
