"""Imports go down, stay at home, and stand at the top."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

import pytest

from tests.architecture.arrows import (
    Where,
    beyond_standard_library,
    cycles,
    graph,
    late_imports,
    reachable,
    relative_imports,
    strayed_libraries,
)
from tests.architecture.source import Module, found, module, package_modules

MODULES = package_modules()
RUNNING = (Where.TOP, Where.INSIDE)

HOMES: Mapping[str, Collection[str]] = MappingProxyType(
    {
        "textual": ("heartbit_tui.tui",),
        "prompt_toolkit": ("heartbit_tui.repl",),
        "rich": ("heartbit_tui.tui", "heartbit_tui.repl", "heartbit_tui.cli"),
        "mcp": ("heartbit_tui.mcp",),
        "mcp_types": ("heartbit_tui.mcp",),
        "httpx2": ("heartbit_tui.mcp",),
        "acp": ("heartbit_tui.acp",),
        "a2a": ("heartbit_tui.a2a",),
        "google": ("heartbit_tui.a2a",),
        "opentelemetry": ("heartbit_tui.telemetry",),
        "requests": ("heartbit_tui.telemetry",),
        "pygls": ("heartbit_tui.lsp",),
        "lsprotocol": ("heartbit_tui.lsp",),
        "cattrs": ("heartbit_tui.lsp",),
        "fastembed": ("heartbit_tui.memory",),
        "joserfc": ("heartbit_tui.auth.signatures",),
        "cronsim": ("heartbit_tui.schedules",),
        "tree_sitter": ("heartbit_tui.permissions.shell",),
        "tree_sitter_bash": ("heartbit_tui.permissions.shell",),
    }
)
WITHOUT_RICH = ("heartbit_tui.cli", "heartbit_tui.cli.main")
"""In cli, a command's own file may draw with rich; these are on the way to every command."""

# The package itself, whose public names are resolved when one is asked for, is a door too.
DOORS: Mapping[str, str] = MappingProxyType(
    {
        "heartbit_tui.__main__": "--version is answered before anything is imported",
        "heartbit_tui.cli": "a command is imported when it is named",
        "heartbit_tui.repl.app": "the line editor and rich are loaded when a terminal is talked to",
        "heartbit_tui.tui.markdown.set": "markdown-it is loaded when an answer has signs",
        "heartbit_tui.tui.sources": "the files of a project are listed when one is first asked for",
        "heartbit_tui.tui.ahead": "the session is loaded while the screen listens",
        "heartbit_tui.tui.preparing": "what a session needs is loaded while the screen listens",
        "heartbit_tui.tui.start": "what a session needs is loaded while the screen listens",
        "heartbit_tui.cli.screen": "the first frame is painted before anything else is loaded",
        "heartbit_tui.permissions.shell.grammar": "the grammar of bash is loaded when a command line is looked at",
        "heartbit_tui.permissions.sandbox.landlock": "ctypes is loaded where a command is restricted by Landlock",
        "heartbit_tui.permissions.sandbox.probe": "what is needed where bubblewrap does not work is loaded there",
        "heartbit_tui.permissions.sandbox.confinement": "what a command needs is loaded with the first one",
        "heartbit_tui.permissions.gate": "what proposes and explains is loaded when somebody is asked or asks",
        "heartbit_tui.config.watched": "command lines are read where there are hooks",
        "heartbit_tui.store.store": "the search is loaded when somebody looks for something",
        "heartbit_tui.client.remembered": "what writes out hidden signs is loaded when something was recalled or kept",
        "heartbit_tui.client.guarded": "what writes out hidden signs is loaded when a guardrail stepped in",
        "heartbit_tui.skills.frontmatter": "YAML is loaded for a table that is more than plain lines",
        "heartbit_tui.lsp.servers": "pygls is loaded, in a thread, when a file of a served language is touched",
        "heartbit_tui.wire.read": "the validator is loaded when something is read",
        "heartbit_tui.runtime.plugins": "a built-in is imported when a configuration names it",
    }
)
EXTRAS = frozenset(
    {
        *("keyring", "tomllib", "ctypes", "fastembed", "prometheus_client", "starlette", "uvicorn", "sse_starlette"),
        *("cronsim", "watchfiles"),
    }
)
BEHIND_CLI = tuple(f"heartbit_tui.{name}" for name in ("daemon", "channels", "sensors", "durable"))


def test_the_kernel_imports_the_standard_library_alone() -> None:
    kernel = (each for each in MODULES if each.name.startswith("heartbit_tui.kernel"))
    assert found(lambda each: beyond_standard_library(each, "heartbit_tui.kernel"), kernel) == []


def test_each_library_is_imported_at_its_home_alone() -> None:
    assert found(lambda each: strayed_libraries(each, HOMES), MODULES) == []


def test_the_way_to_a_command_goes_without_rich() -> None:
    ways = (each for each in MODULES if each.name in WITHOUT_RICH)
    assert found(lambda each: strayed_libraries(each, {"rich": ()}), ways) == []


def test_what_the_screen_shows_is_folded_without_a_screen() -> None:
    transcript = (each for each in MODULES if each.name.startswith("heartbit_tui.tui.transcript"))
    assert found(lambda each: strayed_libraries(each, {"rich": (), "textual": ()}), transcript) == []


def test_services_are_not_loaded_with_the_command_line() -> None:
    edges = graph(MODULES, (Where.TOP,))
    starts = [name for name in edges if name.startswith("heartbit_tui.cli")]
    brought = {name for start in starts for name in reachable(start, edges)}
    assert sorted(name for name in brought if name.startswith(BEHIND_CLI)) == []


def test_there_is_no_import_cycle_even_through_functions() -> None:
    assert cycles(graph(MODULES, RUNNING)) == []


def test_imports_stand_at_the_top_but_at_the_doors() -> None:
    assert found(lambda each: late_imports(each, DOORS, EXTRAS), MODULES) == []


def test_imports_are_absolute() -> None:
    assert found(relative_imports, MODULES) == []


def sample(name: str, text: str) -> Module:
    return module(f"heartbit_tui/{name}.py", text)


def test_a_library_in_the_kernel_is_found() -> None:
    text = "import json\nfrom heartbit_tui.kernel import ops\nfrom heartbit_tui.wire import read\nimport httpx\n"
    assert list(beyond_standard_library(sample("kernel/loop", text), "heartbit_tui.kernel")) == [
        "heartbit_tui/kernel/loop.py:3: imports heartbit_tui.wire.read",
        "heartbit_tui/kernel/loop.py:4: imports httpx",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "import textual",
        "from textual.app import App",
        "def f():\n    import textual",
        "if TYPE_CHECKING:\n    import textual",
    ],
)
def test_a_strayed_library_is_found(text: str) -> None:
    assert len(list(strayed_libraries(sample("headless/run", text), HOMES))) == 1
    assert list(strayed_libraries(sample("tui/app", text), HOMES)) == []


def test_a_late_import_is_found_and_a_door_or_an_extra_is_none() -> None:
    text = "def f():\n    import json\n    import keyring\n"
    assert list(late_imports(sample("cli/run", text), DOORS, EXTRAS)) == []
    assert list(late_imports(sample("tools/bash", text), DOORS, EXTRAS)) == [
        "heartbit_tui/tools/bash.py:2: imports json inside a function"
    ]


def test_a_cycle_through_a_function_is_found() -> None:
    one = sample("one", "from heartbit_tui.two import name")
    two = sample("two", "def f():\n    import heartbit_tui.three")
    three = sample("three", "from heartbit_tui import one\nif TYPE_CHECKING:\n    import heartbit_tui.two")
    assert cycles(graph((one, two, three), RUNNING)) == [("heartbit_tui.one", "heartbit_tui.three", "heartbit_tui.two")]
    assert cycles(graph((one, two, three), (Where.TOP,))) == []


def test_what_an_import_brings_along_is_followed() -> None:
    edges = graph(
        (sample("a", "import heartbit_tui.b"), sample("b", "import heartbit_tui.c"), sample("c", "")), RUNNING
    )
    assert reachable("heartbit_tui.a", edges) == {"heartbit_tui.b", "heartbit_tui.c"}


def test_a_relative_import_is_found() -> None:
    assert list(relative_imports(sample("a", "from . import b"))) == ["heartbit_tui/a.py:1: relative import"]
