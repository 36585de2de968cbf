"""How big things may get."""

import ast
from collections.abc import Iterator

from tests.architecture.source import Module

FILE_LINES = 400
TEST_FILE_LINES = 500
KERNEL_FILE_LINES = 250
LOOP_LINES = 150
FUNCTION_LINES = 50
PUBLIC_METHODS = 15


def limit_for(path: str) -> int:
    """The most lines that this file may have."""
    match path.split("/"):
        case ["tests", *_]:
            return TEST_FILE_LINES
        case ["heartbit_tui", "kernel", "loop.py"]:
            return LOOP_LINES
        case ["heartbit_tui", "kernel", *_]:
            return KERNEL_FILE_LINES
        case _:
            return FILE_LINES


def long_files(module: Module) -> Iterator[str]:
    lines, limit = len(module.text.splitlines()), limit_for(str(module.path))
    if lines > limit:
        yield f"{module.path}: {lines} lines, {limit} allowed"


def long_functions(module: Module) -> Iterator[str]:
    for node in module.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield module.at(node.lineno, f"{node.name} has {lines} lines, {FUNCTION_LINES} allowed")


def wide_classes(module: Module) -> Iterator[str]:
    for node in module.nodes:
        if isinstance(node, ast.ClassDef):
            count = len({method.name for method in _methods(node) if not method.name.startswith("_")})
            if count > PUBLIC_METHODS:
                yield module.at(node.lineno, f"{node.name} has {count} public methods, {PUBLIC_METHODS} allowed")


def _methods(node: ast.ClassDef) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (each for each in node.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef))
