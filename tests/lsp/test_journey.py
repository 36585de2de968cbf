"""A whole heartbit with real language servers: what an edit brings is in the edit's own result."""

from pathlib import Path
from typing import Any

import pytest

from heartbit_tui.client.counterparts import named
from heartbit_tui.client.local import local
from heartbit_tui.kernel.messages import JsonObject, Text
from heartbit_tui.kernel.ops import Prompt
from heartbit_tui.lsp.programs import PROGRAMS
from heartbit_tui.providers.script import Reply, call
from tests.headless.machine import Machine, says, service
from tests.lsp.kit import left_over
from tests.servers.installed import PATH, needs
from tests.skills.folders import Ground, put, scripted

BEFORE = "def area(width: int) -> int:\n    return width\n"


def results(request: JsonObject) -> list[str]:
    """The results that a request to the model holds, oldest first."""
    blocks = [
        block for message in request["messages"] if isinstance(message["content"], list) for block in message["content"]
    ]
    found = [block["content"] for block in blocks if block["type"] == "tool_result"]
    return [each if isinstance(each, str) else "".join(part.get("text", "") for part in each) for each in found]


def calls(*inner: Any) -> Reply:
    return Reply(blocks=inner)


@needs("ruff")
async def test_an_edit_tells_its_model_what_it_broke_and_the_next_one_what_it_mended(machine: Machine) -> None:
    off = "".join(f"[lsp.servers.{each.name}]\nenabled = false\n" for each in PROGRAMS if each.name != "ruff")
    machine = machine.having(PATH=PATH, HEARTBIT_LSP_ENABLED="1").config(off)
    (machine.project / "shape.py").write_text(BEFORE)
    script = (
        calls(call("read", file_path="shape.py")),
        calls(call("lsp", operation="diagnostics", file_path="shape.py")),
        calls(call("edit", file_path="shape.py", old_string="return width", new_string="return widht")),
        calls(call("edit", file_path="shape.py", old_string="return widht", new_string="return width")),
        calls(call("bash", command="echo 'import os' >> shape.py")),
        says("Done."),
    )
    async with service(machine, *script) as (server, known):
        done = await known.stream("run", "--permission-mode", "yolo", "go")
        assert done.code == 0, done.err
        told = results(server.requests[-1].body)
    assert 'change="+1 error" now="1 error">' in told[2]
    assert "error shape.py:2:12 Undefined name `widht` (Ruff F821)" in told[2]
    assert 'change="-1 error"' in told[3]
    assert "os` imported but unused" in told[4]
    counted = [line for line in done.lines if line.get("subtype") == "diagnostics"]
    assert [line["errors"] for line in counted][-3:] == [1, 0, 0]
    assert left_over(machine.home) == []


@pytest.mark.security("C1", n=4)
async def test_a_server_in_a_project_is_not_started_before_the_folder_is_trusted(machine: Machine) -> None:
    planted = machine.project / ".venv" / "bin"
    planted.mkdir(parents=True)
    mark = machine.root / "started"
    for name in ("ruff", "pyright-langserver", "ty", "evil"):
        (planted / name).write_text(f"#!/bin/sh\ntouch {mark}\nexec sleep 60\n")
        (planted / name).chmod(0o755)
    (machine.project / ".heartbit").mkdir()
    (machine.project / ".heartbit" / "config.toml").write_text(
        f"[lsp]\nenabled = true\n[lsp.servers.evil]\ncommand = '{planted / 'evil'}'\nextensions = ['py']\n"
    )
    (machine.project / "a.py").write_text("x = 1\n")
    machine = machine.having(PATH=f"{planted}:/usr/bin:/bin", HEARTBIT_LSP_ENABLED="1")
    script = (
        calls(call("read", file_path="a.py")),
        calls(call("edit", file_path="a.py", old_string="x = 1", new_string="x = y")),
        calls(call("bash", command="sleep 0.5")),
        says("Done."),
    )
    async with service(machine, *script) as (_, known):
        done = await known.run("run", "--permission-mode", "yolo", "go")
    assert done.code == 0, done.err
    assert "started" not in [entry.name for entry in machine.root.glob("*")]


@needs("ruff")
async def test_a_session_tells_which_servers_are_at_work_and_what_they_count(tmp_path: Path) -> None:
    ground = Ground(tmp_path)
    put(ground.project / "shape.py", "x = widht\n")
    off = "".join(f"[lsp.servers.{each.name}]\nenabled = false\n" for each in PROGRAMS if each.name != "ruff")
    put(ground.config / "config.toml", off)
    look = {"blocks": [{"call": "lsp", "input": {"operation": "diagnostics", "file_path": "shape.py"}}]}
    environment = {"HOME": str(ground.home), "PATH": PATH}
    async with local(scripted(ground, look, "Done.", environment=environment)) as client:
        before = named(client.counterparts("lsp"), "ruff")
        client.submit(Prompt(content=(Text(text="Look."),)))
        await client.settled()
        after = named(client.counterparts("lsp"), "ruff")
        others = {each.state for each in client.counterparts("lsp") if each.name != "ruff"}
    assert (before.state, before.note) == ("not started yet", "Python")
    assert (after.state, after.note) == ("at work", "1 file open, 1 error")
    assert others == {"not here"}
