"""What stands inside a package: its exports, and the descriptions beside its tools."""

import ast
from collections.abc import Collection, Iterator

from tests.architecture.source import Module
from tests.architecture.state import module_level

TOOL_MODULES = frozenset(
    ["bash", "read", "write", "edit", "patch", "glob", "grep", "list", "webfetch", "websearch", "todo", "question"]
)
"""The built-in tools, whatever their classes are called."""


def exports(module: Module) -> frozenset[str] | None:
    """What `__all__` lists; None where there is no such list."""
    for statement in module.tree.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id="__all__")], value=ast.List(elts=names) | ast.Tuple(elts=names))
                | ast.AnnAssign(target=ast.Name(id="__all__"), value=ast.List(elts=names) | ast.Tuple(elts=names))
            ):
                return frozenset(str(each.value) for each in names if isinstance(each, ast.Constant))
            case _:
                pass
    return None


def public_names(module: Module) -> frozenset[str]:
    """The names without a leading underscore that the module binds when it is imported."""
    bound = (name for statement in module_level(module.tree.body) for name in _bound(statement))
    return frozenset(name for name in bound if not name.startswith("_"))


def _bound(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.ImportFrom(module="__future__" | "typing"):
            pass
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            yield from (each.asname or each.name.partition(".")[0] for each in names)
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Assign(targets=targets):
            yield from (each.id for each in targets if isinstance(each, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name
        case _:
            pass


def is_lazy(module: Module) -> bool:
    """Whether the module answers for names that it has not imported yet."""
    return any(isinstance(each, ast.FunctionDef) and each.name == "__getattr__" for each in module.tree.body)


def wrong_exports(module: Module) -> Iterator[str]:
    """Differences between `__all__` of a package and what it binds; a lazy package is asked at run time instead."""
    if not module.is_package or is_lazy(module):
        return
    listed, bound = exports(module) or frozenset[str](), public_names(module)
    if listed != bound:
        yield f"{module.path}: __all__ lacks {sorted(bound - listed)} and has too much in {sorted(listed - bound)}"


def code_in_packages(module: Module) -> Iterator[str]:
    """Functions and classes of a package that belong into a module; only `__getattr__` and `__dir__` may stand there."""
    if not module.is_package:
        return
    for statement in module_level(module.tree.body):
        match statement:
            case ast.FunctionDef(name="__getattr__" | "__dir__"):
                pass
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield module.at(statement.lineno, f"{statement.name} stands in __init__")
            case _:
                pass


def defines_tool(module: Module) -> bool:
    """Whether the module has the class that it is named after, as `Bash` or `BashTool` in bash.py, with a `run`."""
    stem = module.path.stem.replace("_", "")
    classes = [node for node in module.tree.body if isinstance(node, ast.ClassDef)]
    return any(stem == node.name.lower().removesuffix("tool") and _has_run(node) for node in classes)


def _has_run(node: ast.ClassDef) -> bool:
    return "run" in {name for each in node.body for name in _bound(each)}


def undescribed_tools(module: Module, described: Collection[str]) -> Iterator[str]:
    """A tool without a description; a family such as todo may have todoread.md and todowrite.md instead of todo.md."""
    stem = module.path.stem
    if (stem in TOOL_MODULES or defines_tool(module)) and not any(name.startswith(stem) for name in described):
        yield f"{module.path}: a tool without {stem}.md beside it"


def strayed_descriptions(described: Collection[str], modules: Collection[str]) -> Iterator[str]:
    """Descriptions that no module beside them is named for."""
    for name in described:
        if not any(name.startswith(module) for module in modules):
            yield f"{name}.md describes no tool"
