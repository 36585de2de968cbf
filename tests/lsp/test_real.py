"""Real language servers: what an edit brings and removes, how soon that is told, and what is left of them."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from time import perf_counter
from types import MappingProxyType

import pytest

from heartbit_tui.lsp import delta
from heartbit_tui.lsp.servers import PATIENCE
from tests.lsp.kit import JUST_TYPESCRIPT_5, Project, left_over, messages, one, project
from tests.servers.installed import PATH, needs

SOON = 0.3
"""Seconds for a first delta from ruff."""

PYTHON = ("a.py", "import os\n\nprint(os.name)\n", "import os\n\nprint(os.name)\nprint(nothing)\n", "nothing")
TYPESCRIPT = ("a.ts", "export const y = 1;\n", "export const y = 1;\nexport const x: number = 'a';\n", "not assignable")
C = ("a.c", "int main(){ return 0; }\n", "int main(){ return 0; }\nint f(){ return x; }\n", "undeclared")
BASH = ("a.sh", "#!/bin/bash\necho a\n", "#!/bin/bash\necho a\nexit 300\n", "exit with status")
JSON = ("a.json", "{}\n", '{"a": }\n', "Value expected")
CASES: Mapping[str, tuple[str, float, tuple[str, str, str, str]]] = MappingProxyType(
    {
        "ruff": ("ruff", SOON, PYTHON),
        "pyright": ("pyright-langserver", PATIENCE, PYTHON),
        "ty": ("ty", PATIENCE, PYTHON),
        "basedpyright": ("basedpyright-langserver", PATIENCE, PYTHON),
        "pyrefly": ("pyrefly", PATIENCE, PYTHON),
        "pylsp": ("pylsp", PATIENCE, PYTHON),
        "clangd": ("clangd", PATIENCE, C),
        "tsc": ("tsc", PATIENCE, TYPESCRIPT),
        "typescript-language-server": ("typescript-language-server", PATIENCE, TYPESCRIPT),
        "vtsls": ("vtsls", PATIENCE, TYPESCRIPT),
        "bash-language-server": ("bash-language-server", PATIENCE, BASH),
        "vscode-json": ("vscode-json-language-server", PATIENCE, JSON),
    }
)
MARKERS = MappingProxyType({"tsconfig.json": "{}\n", "pyrefly.toml": ""})


async def mended(here: Project, name: str, text: str) -> tuple[float, str]:
    """How long an edit took to be told of that removes an error, and what was told."""
    began = perf_counter()
    change = delta.change(one(await here.edit(name, text)))
    return perf_counter() - began, change


@pytest.mark.parametrize("name", [pytest.param(name, marks=needs(case[0])) for name, case in CASES.items()])
async def test_an_edit_tells_at_once_what_it_broke_and_what_it_mended(tmp_path: Path, name: str) -> None:
    _, most, (file, before, after, word) = CASES[name]
    async with project(tmp_path, name, files={file: before, **MARKERS}, settings=JUST_TYPESCRIPT_5) as here:
        if not here.servers.places(here.path(file)):
            pytest.skip(f"{name} is on the PATH, but is no language server")
        await here.warmed(file)
        began = perf_counter()
        broken = await here.edit(file, after)
        spent = perf_counter() - began
        assert any(word in message for message in messages(broken)), broken
        assert spent < most
        spent, change = await mended(here, file, before)
        assert change.startswith("-1 error")
        assert spent < most
    assert left_over(tmp_path) == []


@needs("ruff")
async def test_the_first_edit_waits_for_no_server_and_the_next_tells_of_both(tmp_path: Path) -> None:
    async with project(tmp_path, "ruff", files={"a.py": "x = 1\n"}) as here:
        began = perf_counter()
        first = await here.edit("a.py", "x = y\n")
        assert perf_counter() - began < 0.2
        assert (first.deltas, first.later) == ((), (here.path("a.py"),))
        await here.heard("a.py")
        second = await here.edit("a.py", "x = y\nz = w\n")
    assert sorted(messages(second)) == ["Undefined name `w`", "Undefined name `y`"]


@needs("pyright-langserver")
async def test_an_edit_of_one_file_tells_what_it_broke_in_another(tmp_path: Path) -> None:
    files = {
        "lib.py": "def area(width: int) -> int:\n    return width\n",
        "use.py": "from lib import area\n\narea(2)\n",
    }
    async with project(tmp_path, "pyright", files=files) as here:
        await here.warmed("use.py")
        await here.warmed("lib.py")
        found = await here.edit("lib.py", "def area(width: str) -> str:\n    return width\n")
        if not found.deltas:
            await here.heard("use.py")
            found = await here.servers.after([])
    assert [delta.shown(each.path, str(tmp_path)) for each in found.deltas] == ["use.py"]


@needs("ruff")
async def test_files_that_a_command_changes_are_told_of_when_a_server_has_them_open(tmp_path: Path) -> None:
    async with project(tmp_path, "ruff", files={"a.py": "x = 1\n", "b.py": "x = 1\n"}) as here:
        await here.warmed("a.py")
        (tmp_path / "a.py").write_text("x = missing\n")
        (tmp_path / "b.py").write_text("x = missing\n")
        assert [delta.shown(each.path, str(tmp_path)) for each in (await here.servers.after([])).deltas] == ["a.py"]
        (tmp_path / "a.py").unlink()
        assert delta.change(one(await here.servers.after([]))) == "-1 error"


@needs("ruff")
async def test_of_many_files_no_more_than_a_hundred_are_open(tmp_path: Path) -> None:
    files = {f"f{number}.py": "x = 1\n" for number in range(110)}
    async with project(tmp_path, "ruff", files=files) as here:
        for name in files:
            await here.warmed(name)
        server = await here.servers.server(here.servers.places(here.path("f0.py"))[0])
        assert [Path(each.path).name for each in server.documents] == list(files)[10:]


@needs("ruff")
def test_a_server_ends_with_a_heartbit_that_is_killed(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = y\n")
    code = (
        "import asyncio, sys\nfrom pathlib import Path\nfrom tests.lsp.kit import project\n"
        "async def main():\n    async with project(Path(sys.argv[1]), 'ruff') as here:\n"
        "        await here.warmed('a.py')\n        print('up', flush=True)\n        await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    root = str(Path(__file__).parents[2])
    child = subprocess.Popen(
        (sys.executable, "-c", code, str(tmp_path)),
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": root, "PATH": PATH},
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"up\n"
        [server] = left_over(tmp_path)
        ended = os.pidfd_open(server)
        child.send_signal(signal.SIGKILL)
    try:
        assert gone(ended)
    finally:
        os.close(ended)
    assert left_over(tmp_path) == []


def gone(descriptor: int, seconds: float = 10.0) -> bool:
    """Whether the process behind a descriptor has ended by then."""
    return bool(select.select([descriptor], [], [], seconds)[0])
