"""Module level: constants that cannot change, and nothing that happens at import."""

import ast
from collections.abc import Iterator

from tests.architecture.source import Module

MUTABLE_DISPLAYS = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
MUTABLE_CALLS = frozenset(
    [
        "list",
        "dict",
        "set",
        "bytearray",
        "defaultdict",
        "deque",
        "OrderedDict",
        "Counter",
        "ChainMap",
        "array",
        "Queue",
        "Lock",
        "RLock",
        "Event",
        "Semaphore",
        "Condition",
        "WeakKeyDictionary",
        "WeakValueDictionary",
        "WeakSet",
        "count",
        "cycle",
        "iter",
        "open",
        "StringIO",
        "BytesIO",
        "ContextVar",
        "local",
    ]
)
READ_ONLY_TYPES = frozenset(
    ["Mapping", "Sequence", "Collection", "Iterable", "Set", "AbstractSet", "tuple", "frozenset"]
)


def mutable_state(module: Module) -> Iterator[str]:
    """Names of a module that could be changed while the program runs."""
    for statement in module_level(module.tree.body):
        yield from _changeable(module, statement)
    for node in module.nodes:
        if isinstance(node, ast.Global):
            yield module.at(node.lineno, f"global {', '.join(node.names)}")


def import_effects(module: Module) -> Iterator[str]:
    """Statements that do something when the module is imported."""
    for statement in module_level(module.tree.body):
        match statement:
            case ast.Expr(value=ast.Constant()):
                pass
            case ast.Expr() | ast.For() | ast.While() | ast.With() | ast.Delete() | ast.AugAssign():
                yield module.at(statement.lineno, "something happens at import")
            case ast.Assign(targets=targets) if any(
                isinstance(each, ast.Subscript | ast.Attribute) for each in targets
            ):
                yield module.at(statement.lineno, "another object is changed at import")
            case _:
                pass


def module_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run at import, those inside `if` and `try` included; a script's last `if` is not one."""
    for statement in body:
        match statement:
            case ast.If(test=test) if ast.unparse(test) == "__name__ == '__main__'":
                pass
            case ast.If():
                yield from module_level([*statement.body, *statement.orelse])
            case ast.Try():
                handled = [each for handler in statement.handlers for each in handler.body]
                yield from module_level([*statement.body, *handled, *statement.orelse, *statement.finalbody])
            case _:
                yield statement


def _changeable(module: Module, statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.Assign(targets=[ast.Name(id="__all__")]) | ast.AnnAssign(target=ast.Name(id="__all__")):
            return
        case ast.Assign(value=value) if _mutable(value):
            yield module.at(statement.lineno, f"{ast.unparse(statement.targets[0])} can be changed")
        case ast.AnnAssign(value=ast.expr() as value, annotation=kind) if _mutable(value) and not _read_only(kind):
            yield module.at(statement.lineno, f"{ast.unparse(statement.target)} can be changed")
        case _:
            pass


def _mutable(value: ast.expr) -> bool:
    match value:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in MUTABLE_CALLS
        case ast.Call(func=ast.Subscript(value=ast.Name(id=name))):
            return name in MUTABLE_CALLS
        case ast.IfExp(body=one, orelse=other):
            return _mutable(one) or _mutable(other)
        case _:
            return isinstance(value, MUTABLE_DISPLAYS)


def _read_only(annotation: ast.expr) -> bool:
    """Whether the declared type has no method that changes it; `Final` alone says nothing about that."""
    match annotation:
        case ast.Subscript(value=ast.Name(id="Final"), slice=inner):
            return _read_only(inner)
        case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in READ_ONLY_TYPES
        case _:
            return False
