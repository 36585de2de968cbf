"""Where tools run and who decides about it, read from the syntax of the package."""

import ast
from collections.abc import Iterable, Iterator
from typing import TypeGuard

from tests.architecture.source import Module

SHIPPED_FOR_TESTS = "heartbit_tui.testing"
"""Its suites run tools of people who test their own; no session goes through it."""

SURFACES = tuple(
    f"heartbit_tui.{name}" for name in ("cli", "tui", "headless", "repl", "acp", "client", "demo", "library")
)
RUNNING = ("heartbit_tui.kernel.calls", "heartbit_tui.kernel.loop", "heartbit_tui.kernel.runs")


def executions(modules: Iterable[Module]) -> list[str]:
    """Each place that calls `run` or `act` as a tool's: with an input and a context."""
    return sorted(place for each in modules for place in _executions(each))


def callers(modules: Iterable[Module], name: str) -> list[str]:
    """Each function that calls something of this name, by itself or as an attribute."""
    found = {_place(each, call) for each in modules for call in _calls(each) if _called(call) == name}
    return sorted(found)


def strays(module: Module, forbidden: tuple[str, ...]) -> Iterator[str]:
    """Imports of these modules, or of what is below them."""
    for node in module.nodes:
        if not isinstance(node, ast.ImportFrom | ast.Import):
            continue
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
        for name in names:
            if any(name == each or name.startswith(f"{each}.") for each in forbidden):
                yield module.at(node.lineno, f"imports {name}")


def order(module: Module, function: str, *calls: str) -> bool:
    """Whether the function calls these in this order, the first of each."""
    body = next(node for node in module.nodes if _is_function(node) and node.name == function)
    made = [node for node in ast.walk(body) if isinstance(node, ast.Call)]
    lines = [min(call.lineno for call in made if _called(call) == name) for name in calls]
    return lines == sorted(lines)


def _executions(module: Module) -> Iterator[str]:
    if module.name.startswith(SHIPPED_FOR_TESTS):
        return
    for call in _calls(module):
        last = call.args[-1] if call.args else None
        with_context = isinstance(last, ast.Name) and last.id == "context"
        if isinstance(call.func, ast.Attribute) and call.func.attr in ("run", "act") and with_context:
            yield _place(module, call)


def _calls(module: Module) -> Iterator[ast.Call]:
    return (node for node in module.nodes if isinstance(node, ast.Call))


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


def _place(module: Module, call: ast.Call) -> str:
    """The module and the innermost function around a call."""
    around = [node for node in module.nodes if _is_function(node) and _holds(node, call)]
    inner = max(around, key=lambda node: node.lineno, default=None)
    return f"{module.name}:{inner.name if inner else ''}"


def _holds(node: ast.FunctionDef | ast.AsyncFunctionDef, call: ast.Call) -> bool:
    return node.lineno <= call.lineno <= (node.end_lineno or node.lineno)


def _is_function(node: ast.AST) -> TypeGuard[ast.FunctionDef | ast.AsyncFunctionDef]:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
