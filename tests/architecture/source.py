"""The files that the architecture tests read: parsed modules, and the texts that git knows."""

import ast
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "heartbit_tui"

Check = Callable[["Module"], Iterable[str]]
"""Takes one module and yields a sentence for each thing that is wrong with it."""


@dataclass(frozen=True, kw_only=True)
class Module:
    """One Python file; `path` is relative to the root of the repository. It is parsed when its tree is first asked for."""

    path: PurePosixPath
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All nodes of the tree, which is walked once for all checks."""
        return tuple(ast.walk(self.tree))

    @property
    def name(self) -> str:
        """The dotted name under which it is imported."""
        parts = self.path.with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def is_package(self) -> bool:
        return self.path.name == "__init__.py"

    def at(self, line: int, what: str) -> str:
        return f"{self.path}:{line}: {what}"


def module(path: str, text: str) -> Module:
    """A module out of a string, for samples."""
    return Module(path=PurePosixPath(path), text=text)


def modules_under(*folders: str) -> tuple[Module, ...]:
    """Every Python file below these folders of the repository; a folder that is missing has none."""
    return tuple(each for folder in folders for each in _under(folder))


@cache
def _under(folder: str) -> tuple[Module, ...]:
    files = sorted((ROOT / folder).rglob("*.py"))
    return tuple(module(file.relative_to(ROOT).as_posix(), file.read_text("utf-8")) for file in files)


def package_modules() -> tuple[Module, ...]:
    return modules_under(PACKAGE)


def tracked_texts() -> Mapping[str, str]:
    """Every text file that git tracks, by path; outside a git checkout the test that asks is skipped."""
    try:
        listed = subprocess.run(("git", "ls-files", "-z"), cwd=ROOT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    paths = [path for path in listed.stdout.decode().split("\0") if path]
    return dict(_readable(paths))


def _readable(paths: Sequence[str]) -> Iterator[tuple[str, str]]:
    for path in paths:
        file = ROOT / path
        if not file.is_file() or file.is_symlink():
            continue
        data = file.read_bytes()
        if b"\0" not in data:
            yield path, data.decode("utf-8", "replace")


def found(check: Check, modules: Iterable[Module]) -> list[str]:
    return [sentence for each in modules for sentence in check(each)]
