"""Who imports whom."""

import ast
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache

from tests.architecture.source import PACKAGE, Module

Graph = Mapping[str, frozenset[str]]


class Where(Enum):
    """Where an import stands."""

    TOP = "at the top"
    INSIDE = "inside a function"
    TYPING = "for the type checker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One imported thing: `target` is `a.b` for `import a.b`, and `a.b.c` for `from a.b import c`."""

    target: str
    line: int
    where: Where


@cache
def imports(module: Module) -> tuple[Import, ...]:
    return tuple(_imports(module.tree.body, Where.TOP))


def _imports(body: Iterable[ast.AST], where: Where) -> Iterator[Import]:
    for node in body:
        match node:
            case ast.Import(names=names):
                yield from (Import(target=each.name, line=node.lineno, where=where) for each in names)
            case ast.ImportFrom(module=str(source), names=names):
                yield from (Import(target=f"{source}.{each.name}", line=node.lineno, where=where) for each in names)
            case ast.If(test=test, body=inner) if ast.unparse(test).endswith("TYPE_CHECKING"):
                yield from _imports(inner, Where.TYPING)
                yield from _imports(node.orelse, where)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield from _imports(ast.iter_child_nodes(node), Where.INSIDE)
            case ast.expr():
                pass
            case _:
                yield from _imports(ast.iter_child_nodes(node), where)


def graph(modules: Iterable[Module], wheres: Collection[Where]) -> Graph:
    """The modules that each module imports, by name, among these modules alone."""
    known = {each.name: each for each in modules}
    return {
        name: frozenset(
            target
            for found in imports(each)
            if found.where in wheres and (target := owner(found.target, known)) and target != name
        )
        for name, each in known.items()
    }


def owner(target: str, known: Collection[str]) -> str | None:
    """The module that `target` is, or is a name of."""
    while target and target not in known:
        target = target.rpartition(".")[0]
    return target or None


def cycles(edges: Graph) -> list[tuple[str, ...]]:
    """The sets of modules that can each reach all the others (strongly connected), largest first."""
    reach = {name: reachable(name, edges) for name in edges}
    rings = {tuple(sorted({name} | {other for other in reach[name] if name in reach[other]})) for name in edges}
    return sorted((ring for ring in rings if len(ring) > 1), key=len, reverse=True)


def reachable(start: str, edges: Graph) -> frozenset[str]:
    """Every module that importing `start` brings along, itself left out unless it lies on a cycle."""
    seen: set[str] = set()
    queue = [start]
    while queue:
        fresh = edges.get(queue.pop(), frozenset()) - seen
        seen |= fresh
        queue.extend(fresh)
    return frozenset(seen)


def inside(name: str, owners: Iterable[str]) -> bool:
    """Whether a module is one of the owners or below one of them."""
    return any(name == each or name.startswith(f"{each}.") for each in owners)


def beyond_standard_library(module: Module, own: str) -> Iterator[str]:
    """Imports other than the standard library and the package `own` itself."""
    for each in imports(module):
        top = each.target.partition(".")[0]
        if top not in sys.stdlib_module_names and not inside(each.target, (own,)):
            yield module.at(each.line, f"imports {each.target}")


def strayed_libraries(module: Module, homes: Mapping[str, Collection[str]]) -> Iterator[str]:
    """Imports of a library, the type checker's included, in a module that is none of the library's homes."""
    for each in imports(module):
        library = each.target.partition(".")[0]
        if library in homes and not inside(module.name, homes[library]):
            yield module.at(each.line, f"imports {library}, which belongs to {', '.join(sorted(homes[library]))}")


def late_imports(module: Module, doors: Iterable[str], extras: Collection[str]) -> Iterator[str]:
    """Imports inside functions of a module that is no door, unless what they import is an extra."""
    if module.name == PACKAGE or inside(module.name, doors):
        return
    for each in imports(module):
        if each.where is Where.INSIDE and each.target.partition(".")[0] not in extras:
            yield module.at(each.line, f"imports {each.target} inside a function")


def relative_imports(module: Module) -> Iterator[str]:
    for node in module.nodes:
        if isinstance(node, ast.ImportFrom) and node.level:
            yield module.at(node.lineno, "relative import")
