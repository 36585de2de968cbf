"""What each door loads, asked of a fresh interpreter: nothing that its first answer does not need."""

import os
import subprocess
import sys
from collections.abc import Iterable

import pytest

from tests.architecture.source import ROOT

PACKAGE_FOLDER = ROOT / "heartbit_tui"
SCREENS = frozenset({"textual", "rich", "prompt_toolkit"})
HEAVY = frozenset({"a2a", "mcp", "mcp_types", "httpx2", "fastembed", "onnxruntime", "pygls", "lsprotocol", "numpy"})
SLOW_STANDARD = frozenset({"argparse", "asyncio", "ssl", "sqlite3", "importlib.metadata", "email"})
CLIENTS = frozenset({"httpx", "pydantic", "aiosqlite"})


def loaded(*arguments: str) -> frozenset[str]:
    """The modules that an interpreter imported on its way through these arguments, whatever it exited with."""
    done = subprocess.run(
        (sys.executable, "-X", "importtime", *arguments),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=50,
        check=False,
        env={**os.environ, "HEARTBIT_DEMO_INSTANT": "1"},
    )
    return modules_in(done.stderr)


def modules_in(import_times: str) -> frozenset[str]:
    lines = (line for line in import_times.splitlines() if line.startswith("import time:"))
    return frozenset(line.rpartition("|")[2].strip() for line in lines)


def brought(modules: Iterable[str], unwanted: Iterable[str]) -> list[str]:
    """Those of the unwanted that were loaded, whole or in part."""
    tops = {*modules, *(name.partition(".")[0] for name in modules)}
    return sorted(tops & set(unwanted))


def needs(*names: str) -> pytest.MarkDecorator:
    missing = [name for name in names if not (PACKAGE_FOLDER / name).exists()]
    return pytest.mark.skipif(bool(missing), reason=f"heartbit_tui has no {', '.join(missing)}")


def test_the_package_loads_nothing_else() -> None:
    inside = loaded("-c", "import heartbit_tui")
    assert "heartbit_tui" in inside
    assert brought(inside, SCREENS | HEAVY | SLOW_STANDARD | CLIENTS) == []
    assert sorted(name for name in inside if name.startswith("heartbit_tui.")) == []


def test_the_kernel_loads_no_library() -> None:
    assert brought(loaded("-c", "import heartbit_tui.kernel"), SCREENS | HEAVY | CLIENTS | {"argparse", "ssl"}) == []


@needs("__main__.py")
def test_the_version_is_told_before_anything_is_loaded() -> None:
    inside = loaded("-m", "heartbit_tui", "--version")
    assert brought(inside, SCREENS | HEAVY | SLOW_STANDARD | CLIENTS) == []
    assert sorted(name for name in inside if name.startswith("heartbit_tui.") and name != "heartbit_tui.__main__") == []


@needs("__main__.py", "cli")
def test_help_loads_no_library() -> None:
    assert brought(loaded("-m", "heartbit_tui", "--help"), SCREENS | HEAVY | CLIENTS | {"asyncio", "ssl"}) == []


@needs("__main__.py", "headless")
def test_a_headless_run_loads_no_screen_and_nothing_heavy() -> None:
    inside = loaded("-m", "heartbit_tui", "--headless", "--demo", "run")
    assert any(name.startswith("heartbit_tui.headless") for name in inside)
    assert brought(inside, SCREENS | HEAVY) == []


@needs("__main__.py", "repl")
def test_a_conversation_in_plain_lines_loads_no_screen_not_even_through_a_library() -> None:
    inside = loaded("-m", "heartbit_tui", "chat", "--demo", "--plain")
    assert any(name.startswith("heartbit_tui.repl") for name in inside)
    assert "httpx" in inside
    assert brought(inside, SCREENS | HEAVY | {"click", "pygments"}) == []


def test_a_loaded_module_is_found() -> None:
    inside = loaded("-c", "import argparse, email.message")
    assert brought(inside, {"argparse", "email", "textual"}) == ["argparse", "email"]
