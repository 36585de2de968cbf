"""A package exports what it lists, and a tool has its description beside it."""

from importlib import import_module
from types import ModuleType

from tests.architecture.packages import (
    code_in_packages,
    defines_tool,
    exports,
    is_lazy,
    strayed_descriptions,
    undescribed_tools,
    wrong_exports,
)
from tests.architecture.source import ROOT, Module, found, module, package_modules

MODULES = package_modules()
TOOLS = [each for each in MODULES if each.name.startswith("heartbit_tui.tools.")]
DESCRIPTIONS = sorted(file.stem for file in (ROOT / "heartbit_tui" / "tools").glob("*.md"))
LAZY = [each for each in MODULES if each.is_package and is_lazy(each)]


def test_each_package_exports_what_it_lists() -> None:
    modules = (each for each in MODULES if each.name != "heartbit_tui")
    assert found(wrong_exports, modules) == []


def test_each_lazy_package_resolves_what_it_lists() -> None:
    missing = [f"{each.name}.{name}" for each in LAZY for name in unresolved(import_module(each.name))]
    assert missing == []


def unresolved(loaded: ModuleType) -> list[str]:
    return [name for name in loaded.__all__ if not hasattr(loaded, name)]


def test_packages_hold_no_code_of_their_own() -> None:
    assert found(code_in_packages, MODULES) == []


def test_each_tool_is_described_beside_its_code() -> None:
    assert found(lambda each: undescribed_tools(each, DESCRIPTIONS), TOOLS) == []


def test_each_description_describes_a_tool() -> None:
    assert list(strayed_descriptions(DESCRIPTIONS, [each.path.stem for each in TOOLS])) == []


def test_each_description_says_something() -> None:
    files = (ROOT / "heartbit_tui" / "tools").glob("*.md")
    assert [file.name for file in files if not file.read_text("utf-8").strip()] == []


def package(text: str) -> Module:
    return module("heartbit_tui/tools/__init__.py", text)


def test_a_forgotten_and_a_false_export_are_found() -> None:
    sample = package("from heartbit_tui.tools.bash import Bash\n__all__ = ['Bush']")
    assert list(wrong_exports(sample)) == [
        "heartbit_tui/tools/__init__.py: __all__ lacks ['Bash'] and has too much in ['Bush']"
    ]


def test_exports_that_agree_pass() -> None:
    sample = package("from heartbit_tui.tools.bash import Bash, _hidden\nlimit: int = 3\n__all__ = ('Bash', 'limit')")
    assert list(wrong_exports(sample)) == []
    assert exports(package("")) is None


def test_code_in_a_package_is_found_and_a_lazy_door_is_not() -> None:
    assert list(code_in_packages(package("def run(): ..."))) == [
        "heartbit_tui/tools/__init__.py:1: run stands in __init__"
    ]
    assert list(code_in_packages(package("def __getattr__(name): ..."))) == []


def test_a_tool_without_a_description_is_found() -> None:
    by_name = module("heartbit_tui/tools/bash.py", "")
    by_class = module("heartbit_tui/tools/look_up.py", "class LookUpTool:\n    async def run(self): ...")
    assert not defines_tool(by_name)
    assert defines_tool(by_class)
    assert len(found(lambda each: undescribed_tools(each, ["todoread"]), (by_name, by_class))) == 2
    assert found(lambda each: undescribed_tools(each, ["bash", "look_up"]), (by_name, by_class)) == []


def test_a_description_without_a_tool_is_found() -> None:
    assert list(strayed_descriptions(["todoread", "bush"], ["todo", "bash"])) == ["bush.md describes no tool"]
