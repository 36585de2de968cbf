"""`heartbit lsp`, `heartbit a2a` and `heartbit plugins` tell what is there; so does doctor."""

import json
from pathlib import Path

import pytest

from tests.a2a.agents import agent
from tests.headless.machine import Machine
from tests.servers.installed import PATH, needs
from tests.skills.folders import put

RUFF_ALONE = "".join(
    f"[lsp.servers.{name}]\nenabled = false\n" for name in ("ty", "pyright", "basedpyright", "pyrefly", "pylsp")
)


@pytest.fixture
def served(machine: Machine) -> Machine:
    """A machine with ruff as the one server for Python."""
    return machine.having(PATH=PATH, HEARTBIT_LSP_ENABLED="1").config(RUFF_ALONE)


@needs("ruff")
async def test_servers_are_listed_with_why_others_are_not_here(served: Machine) -> None:
    put(served.project / "a.py", "x = 1\n")
    done = await served.run("lsp", "list", "--versions", "--json")
    rows = {each["name"]: each for each in json.loads(done.text)}
    ruff = rows["ruff"]
    assert (ruff["here"], ruff["serves"], ruff["part"]) == (True, str(served.project / "a.py"), "lint")
    assert ruff["version"].count(".") == 2
    assert rows["ty"]["why"] == "turned off by lsp.servers.ty"
    words = (await served.run("lsp")).text
    assert "serves a.py and the like" in " ".join(words.split())
    assert max(map(len, words.splitlines())) <= 80


@needs("ruff")
async def test_what_servers_say_of_files_is_printed_and_an_error_is_exit_code_1(served: Machine) -> None:
    put(served.project / "bad.py", "x = widht\n")
    put(served.project / "fine.py", "x = 1\n")
    put(served.project / "words.xyz", "words")
    done = await served.run("lsp", "check", "bad.py", "fine.py", "words.xyz")
    assert (done.code, done.text) == (1, "bad.py:1:5: error: Undefined name `widht` (Ruff F821)\n")
    assert "words.xyz: no language server that is here serves it" in done.err
    fine = await served.run("lsp", "check", "fine.py")
    assert (fine.code, fine.text) == (0, "")
    (found,) = json.loads((await served.run("lsp", "check", "--json", "bad.py")).text)
    assert found == {
        "file": str(served.project / "bad.py"),
        "severity": "error",
        "line": 1,
        "column": 5,
        "message": "Undefined name `widht`",
        "source": "Ruff",
        "code": "F821",
    }


@needs("ruff")
@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ((), 2, "Say which files to check"),
        (("none.py",), 2, "none.py: there is no such file"),
        (("words.xyz",), 1, "None of these files is served"),
        (("../outside.py",), 1, "it is not in this project"),
    ],
)
async def test_where_nothing_can_be_checked_that_is_no_success(
    served: Machine, words: tuple[str, ...], code: int, told: str
) -> None:
    put(served.project / "words.xyz", "words")
    put(served.project / "../outside.py", "x = 1\n")
    done = await served.run("lsp", "check", *words)
    assert (done.code, done.text) == (code, "")
    assert told in done.err


async def test_with_language_servers_off_the_command_says_so(machine: Machine) -> None:
    done = await machine.run("lsp", "list")
    assert (done.code, done.text) == (2, "")
    assert "lsp.enabled" in done.err


@pytest.mark.security("C1", n=1)
async def test_a_server_inside_of_an_untrusted_project_is_not_run_to_check_a_file(served: Machine) -> None:
    mark = served.root / "started"
    put(served.project / ".venv/bin/ruff", f"#!/bin/sh\ntouch {mark}\n").chmod(0o755)
    put(served.project / "a.py", "x = 1\n")
    here = served.having(PATH=f"{served.project}/.venv/bin:/usr/bin:/bin")
    assert (await here.run("lsp", "check", "a.py")).code == 1
    listed = await here.run("lsp", "list", "--versions")
    assert "which is not trusted: heartbit trust add" in " ".join(listed.text.split())
    assert not mark.exists()


async def test_agents_are_listed_as_they_stand_and_one_tells_its_card(machine: Machine) -> None:
    async with agent() as running:
        known = machine.config(
            f'a2a_agents = [{{ url = "{running.url}", name = "helper" }}, "http://127.0.0.1:9", 5]\n'
        )
        done = await known.run("a2a", "list", "--json")
        by_name = await known.run("a2a", "card", "helper")
        by_url = await machine.run("a2a", "card", running.url, "--json")
        words = (await known.run("a2a")).text
    first, second = json.loads(done.text)
    assert (first["status"], first["card"]["name"], first["tool"]) == ("ready", "Helper (v2.0)", "a2a_helper")
    assert (second["status"], second["card"]) == ("failed", None)
    assert "it has to be an address or a table" in done.err
    assert (by_name.code, by_url.code) == (0, 0)
    assert "Helper (v2.0)" in by_name.text
    assert json.loads(by_url.text)["card"] == first["card"]
    assert "Helper (v2.0)" in words
    assert "http://127.0.0.1:9" in words


@pytest.mark.parametrize(
    ("word", "code"), [("helper", 2), ("ftp://x", 2), ("http://127.0.0.1:9", 1), ("https://a b", 2)]
)
async def test_an_agent_that_is_not_there_or_no_address_is_told(machine: Machine, word: str, code: int) -> None:
    done = await machine.run("a2a", "card", word)
    assert done.code == code


def packaged(folder: Path) -> Path:
    """A folder with an installed package that offers two tools, one of which cannot be loaded."""
    info = "Metadata-Version: 2.1\nName: sample\nVersion: 1.5\n"
    put(folder / "sample-1.5.dist-info/METADATA", info)
    put(folder / "sample-1.5.dist-info/entry_points.txt", "[heartbit.tools]\ngood = sample:good\nbad = sample:bad\n")
    text = 'from heartbit_tui import tool\n\n\n@tool(effects="none")\ndef good() -> str:\n    """Be good."""\n    return "good"\n'
    put(folder / "sample.py", text)
    return folder


async def test_plugins_are_listed_with_what_is_used_and_what_is_wrong(machine: Machine) -> None:
    site = packaged(machine.root / "site")
    here = machine.having(PYTHONPATH=f"{machine.variables['PYTHONPATH']}:{site}")
    unused = await here.run("plugins", "--json")
    assert {(each["kind"], each["name"], each["used"]) for each in json.loads(unused.text)} >= {
        ("tool", "good", False),
        ("tool", "bad", False),
    }
    used = await here.config('[plugins]\ntools = ["good", "bad", "none"]\n').run("plugins", "list", "--json")
    rows = {each["name"]: each for each in json.loads(used.text)}
    assert used.code == 1
    assert rows["good"] == {
        "kind": "tool",
        "name": "good",
        "package": "sample 1.5",
        "target": "sample:good",
        "used": True,
        "fault": "",
    }
    assert "AttributeError" in rows["bad"]["fault"]
    assert "There is no tool “none”" in rows["none"]["fault"]
    assert (await here.run("plugins")).text.splitlines()[0].startswith("BAD  tool")


async def test_doctor_looks_at_hooks_plugins_and_agents(machine: Machine) -> None:
    site = packaged(machine.root / "site")
    put(machine.home / ".config/heartbit/hooks/own.json", '{"Stop": [{"command": "true"}], "Never": []}')
    put(machine.project / ".heartbit/hooks/its.json", '{"Stop": [{"command": "true"}]}')
    here = machine.having(PYTHONPATH=f"{machine.variables['PYTHONPATH']}:{site}")
    async with agent() as running:
        here.config(f'a2a_agents = ["{running.url}", "http://127.0.0.1:9"]\n[plugins]\ntools = ["good", "bad"]\n')
        found = json.loads((await here.run("doctor", "--json")).text)
        words = (await here.run("doctor")).text
        await here.run("trust", "add")
        trusted = json.loads((await here.run("doctor", "--json")).text)
    states = {(each["name"], each["state"]) for each in found}
    assert states >= {
        ("hooks", "bad"),
        ("hooks", "note"),
        ("plugin good", "ok"),
        ("plugin bad", "bad"),
        ("a2a Helper (v2.0)", "ok"),
        ("a2a http://127.0.0.1:9", "note"),
    }
    assert max(map(len, words.splitlines())) <= 80
    assert {"state": "ok", "name": "hooks", "what": "1 of yours, 1 of this project"} in trusted
