"""Servers that are started in a project that nobody trusts run nothing that lies in it."""

import time
from pathlib import Path

import pytest

from heartbit_tui.lsp.servers import Servers
from heartbit_tui.lsp.types import Around
from heartbit_tui.runtime.serving import Launcher
from tests.lsp.kit import Said, left_over, only
from tests.servers.installed import PATH, needs

SETTINGS = """
[tool.pyright]
venvPath = "."
venv = ".venv"
[tool.ty.environment]
python = ".venv"
"""


def planted(folder: Path, mark: Path) -> None:
    """A project whose interpreters and modules leave a mark when anybody runs them."""
    for venv in (".venv", "venv"):
        programs = folder / venv / "bin"
        programs.mkdir(parents=True)
        (folder / venv / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.11\n")
        for name in ("python", "python3"):
            (programs / name).write_text(f"#!/bin/sh\necho {venv} $0 >> {mark}\nexit 1\n")
            (programs / name).chmod(0o755)
    for module in ("json", "sitecustomize", "usercustomize", "os"):
        (folder / f"{module}.py").write_text(f"open({str(mark)!r}, 'a').write({module!r})\n")
    (folder / "pyproject.toml").write_text(SETTINGS)
    (folder / "a.py").write_text("x = missing\n")


@pytest.mark.security("C1", n=3)
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("ruff", marks=needs("ruff")),
        pytest.param("pyright", marks=needs("pyright-langserver")),
        pytest.param("ty", marks=needs("ty")),
    ],
)
async def test_servers_without_trust_run_no_interpreter_and_no_module_of_the_project(tmp_path: Path, name: str) -> None:
    folder, mark = tmp_path / "project", tmp_path / "mark"
    planted(folder, mark)
    launch = Launcher({"PATH": PATH, "HOME": str(tmp_path)}, ())
    around = Around(launch=launch, say=Said(), monotonic=time.monotonic, trusted=False)
    servers = Servers(only(name, folder=folder, trusted=False), (str(folder),), around)
    try:
        found = await servers.known(str(folder / "a.py"))
    finally:
        await servers.close()
    assert found
    assert mark.exists() is False
    assert left_over(tmp_path) == []
