"""Which servers are found, which serve a file, and what keeps a project from having its own run."""

import json
from pathlib import Path
from typing import Any

import pytest

from heartbit_tui.lsp.find import Ground, Inventory, first_file, inventory, root_of
from heartbit_tui.lsp.languages import language_of
from heartbit_tui.lsp.programs import PROGRAMS
from heartbit_tui.lsp.types import LanguageError

NAMES = {program.name: program for program in PROGRAMS}


def program(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text("#!/bin/sh\n")
    file.chmod(0o755)
    return file


def looked(root: Path, path: str, *, trusted: bool = False, servers: dict[str, Any] | None = None) -> Inventory:
    return inventory(Ground(roots=(str(root),), path=path, trusted=trusted, servers=servers or {}))


def names(found: Inventory) -> list[str]:
    return [each.program.name for each in found.found]


def why(found: Inventory, name: str) -> str:
    return next(each.why for each in found.missing if each.program.name == name)


def test_at_most_one_checker_and_one_linter_serve_a_file(tmp_path: Path) -> None:
    for name in ("ruff", "ty", "pyright-langserver", "clangd"):
        program(tmp_path / "bin", name)
    found = looked(tmp_path / "p", str(tmp_path / "bin"))
    assert names(found) == ["ruff", "ty", "pyright", "clangd"]
    serving = {name: [each.program.name for each in found.serving(f"/p/{name}")] for name in ("a.py", "a.c", "a.txt")}
    assert serving == {"a.py": ["ruff", "ty"], "a.c": ["clangd"], "a.txt": []}
    left = found.serving("/p/a.py", lambda each: each.program.name == "ty")
    assert [each.program.name for each in left] == ["ruff", "pyright"]
    assert found.kinds == ("Python", "C and C++")


@pytest.mark.security("C1", n=4)
def test_programs_inside_of_a_project_are_not_run_before_it_is_trusted(tmp_path: Path) -> None:
    root = tmp_path / "p"
    inner = program(root / ".venv" / "bin", "ruff")
    linked = tmp_path / "bin" / "ty"
    linked.parent.mkdir()
    linked.symlink_to(program(root / "tools", "ty"))
    path = f"{inner.parent}:relative:{linked.parent}"
    assert names(looked(root, path)) == []
    assert "is inside of the project" in why(looked(root, path), "ruff")
    assert "is inside of the project" in why(looked(root, path), "ty")
    assert names(looked(root, "", trusted=True)) == ["ruff"]


@pytest.mark.security("C1", n=3)
def test_programs_that_run_what_a_project_holds_wait_for_trust(tmp_path: Path) -> None:
    for name in ("pyrefly", "basedpyright-langserver", "pylsp"):
        program(tmp_path / "bin", name)
    found = looked(tmp_path / "p", str(tmp_path / "bin"))
    assert names(found) == []
    assert "heartbit trust add" in why(found, "pyrefly")
    assert names(looked(tmp_path / "p", str(tmp_path / "bin"), trusted=True)) == ["basedpyright", "pyrefly", "pylsp"]


def test_typescript_of_a_project_is_run_only_where_it_is_trusted(tmp_path: Path) -> None:
    modules = tmp_path / "lib" / "node_modules"
    real = program(modules / "typescript-language-server" / "lib", "cli.mjs")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "typescript-language-server").symlink_to(real)
    path, root = str(tmp_path / "bin"), tmp_path / "p"
    assert names(looked(root, path)) == []
    beside = program(modules / "typescript" / "lib", "tsserver.js")
    [found] = looked(root, path).found
    trusted = looked(root, path, trusted=True).found[0].program.options
    assert "tsserver" not in trusted
    assert found.program.options == {**trusted, "tsserver": {"path": str(beside)}}


@pytest.mark.parametrize(("version", "expected"), [("7.0.2", ["tsc"]), ("5.9.3", []), ("x", [])])
def test_a_compiler_is_a_server_from_the_release_that_made_it_one(
    tmp_path: Path, version: str, expected: list[str]
) -> None:
    package = tmp_path / "node_modules" / "typescript"
    real = program(package / "bin", "tsc")
    (package / "package.json").write_text(json.dumps({"name": "typescript", "version": version}))
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "tsc").symlink_to(real)
    assert names(looked(tmp_path / "p", str(tmp_path / "bin"))) == expected


def test_settings_add_change_and_turn_off_servers(tmp_path: Path) -> None:
    own = program(tmp_path / "bin", "zls")
    program(tmp_path / "bin", "ruff")
    program(tmp_path / "bin", "ty")
    servers: dict[str, Any] = {
        "zls": {"command": str(own), "args": ["--x"], "extensions": ["zig", ".zon"], "root_markers": ["build.zig"]},
        "ruff": {"settings": {"lineLength": 9}, "environment": {"A": 1}},
        "ty": {"enabled": False},
    }
    found = looked(tmp_path / "p", str(tmp_path / "bin"), servers=servers)
    assert [each.command for each in found.found] == [(str(own), "--x"), (str(tmp_path / "bin/ruff"), "server")]
    assert found.found[1].program.settings == {"lineLength": 9}
    assert found.found[1].program.environment == {"A": "1"}
    assert found.serving("/p/a.zig")[0].program.name == "zls"
    assert why(found, "ty") == "turned off by lsp.servers.ty"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("x", "lsp.servers.s is a table"),
        ({"comand": "x"}, "lsp.servers.s.comand is not known"),
        ({"command": "x"}, "needs a command, and the extensions or languages"),
        ({"command": 3, "extensions": ["x"]}, "lsp.servers.s.command is a list of strings"),
        ({"command": "x", "extensions": "py"}, "lsp.servers.s.extensions is a list of strings"),
        ({"command": "x", "extensions": ["x"], "part": "both"}, 'lsp.servers.s.part is "types" or "lint"'),
        ({"command": "x", "extensions": ["x"], "enabled": 1}, "lsp.servers.s.enabled is true or false"),
        ({"command": "x", "extensions": ["x"], "settings": []}, "lsp.servers.s.settings is a table"),
    ],
)
def test_settings_that_make_no_sense_say_why(tmp_path: Path, value: object, told: str) -> None:
    with pytest.raises(LanguageError) as caught:
        looked(tmp_path, "", servers={"s": value})
    assert told in str(caught.value)


def test_a_server_works_in_the_nearest_or_in_the_outermost_folder_that_is_marked(tmp_path: Path) -> None:
    for name in ("pyproject.toml", "a/pyproject.toml", "a/Cargo.toml", "a/b/Cargo.toml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    roots = (str(tmp_path),)
    file = str(tmp_path / "a/b/c.x")
    found = {name: root_of(NAMES[name], file, roots) for name in ("ty", "ruff", "rust-analyzer", "gopls")}
    here = {name: str(Path(root).relative_to(tmp_path)) for name, root in found.items()}
    assert here == {"ty": "a", "ruff": ".", "rust-analyzer": "a", "gopls": "."}
    assert root_of(NAMES["ty"], "/elsewhere/a.py", roots) == ""


def test_a_file_of_a_language_is_found_soon_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "x.ts").touch()
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.PY").touch()
    assert first_file((str(tmp_path),), frozenset({".py"})) == str(tmp_path / "src" / "a.PY")
    assert first_file((str(tmp_path),), frozenset({".ts"})) == ""
    assert language_of("/x/A.TSX") == "typescriptreact"
