"""Frozen dataclasses with slots are made the quick way, because a process that starts makes hundreds of them."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source import Module, found, module, package_modules

QUICK = "heartbit_tui/kernel/dataclass.py"


def slow_dataclasses(module: Module) -> Iterator[str]:
    """Frozen classes with slots in a module that has `dataclass` from the standard library."""
    slow = any(
        isinstance(node, ast.ImportFrom)
        and node.module == "dataclasses"
        and "dataclass" in {n.name for n in node.names}
        for node in module.tree.body
    )
    for node in module.nodes:
        if slow and isinstance(node, ast.ClassDef):
            traits = [
                {word.arg for word in maker.keywords} for maker in node.decorator_list if isinstance(maker, ast.Call)
            ]
            if {"frozen", "slots"} in traits or {"frozen", "slots", "kw_only"} in traits:
                yield module.at(node.lineno, f"{node.name} takes dataclass from heartbit_tui.kernel.dataclass")


def test_frozen_dataclasses_are_made_the_quick_way() -> None:
    others = (each for each in package_modules() if each.path.as_posix() != QUICK)
    assert found(slow_dataclasses, tuple(others)) == []


@pytest.mark.parametrize("traits", ["frozen=True, slots=True", "frozen=True, slots=True, kw_only=True"])
def test_a_slow_one_is_found(traits: str) -> None:
    text = f"from dataclasses import dataclass, field\n@dataclass({traits})\nclass A:\n    a: int"
    assert len(list(slow_dataclasses(module("a.py", text)))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "from dataclasses import dataclass\n@dataclass(slots=True)\nclass A:\n    a: int",
        "from heartbit_tui.kernel.dataclass import dataclass\n@dataclass(frozen=True, slots=True)\nclass A:\n    a: int",
        "from dataclasses import dataclass\n@dataclass(frozen=True, slots=True, order=True)\nclass A:\n    a: int",
    ],
)
def test_others_are_left_alone(text: str) -> None:
    assert list(slow_dataclasses(module("a.py", text))) == []
