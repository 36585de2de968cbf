"""Words that do not stand in this repository, and words that have to."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator

from tests.architecture.source import Module

EMPTY_NAMES = frozenset(["util", "utils", "helper", "helpers", "common", "manager", "managers", "misc", "stuff"])
UNFINISHED = re.compile(r"\b(?:TO" + r"DO(?!\.json\b)|FIX" + r"ME|XX" + r"X)\b")
NOQA = re.compile(r"#?\s*(?:noqa|type: ignore|pyright: ignore)\b(?:: ?[A-Z]+\d+(?:, ?[A-Z]+\d+)*|\[[^\]]*\])?")
REASON_WORDS = 3
FOREIGN_PLACES = (
    # Joined here, so that this list is not a finding itself.
    "pyp" + "i.org",
    "python" + "hosted.org",
    "registry.npm" + "js.org",
    "deb.debi" + "an.org",
    "/work" + "/main",
    "/work" + "/shared",
    "/work" + "/.library",
    "/root" + "/.pyenv",
    "/opt" + "/pypi",
    "/opt" + "/wheels",
)


def empty_names(module: Module) -> Iterator[str]:
    for part in module.path.with_suffix("").parts:
        if part.lower() in EMPTY_NAMES:
            yield f"{module.path}: {part} says nothing about what is inside"


def foreign_places(path: str, text: str) -> Iterator[str]:
    """Hosts of package registries and folders of one machine."""
    for number, line in enumerate(text.splitlines(), 1):
        yield from (f"{path}:{number}: names {place}" for place in FOREIGN_PLACES if place in line)


def unfinished(path: str, text: str) -> Iterator[str]:
    """Marks of work left over: in a Python file's comments, in any other file's text."""
    if not UNFINISHED.search(text):
        return
    lines = comments(text) if path.endswith(".py") else dict(enumerate(text.splitlines(), 1))
    for number, line in lines.items():
        if mark := UNFINISHED.search(line):
            yield f"{path}:{number}: {mark.group()}"


def comments(text: str) -> dict[int, str]:
    """The comments of a Python text by their line."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return {token.start[0]: token.string for token in tokens if token.type == tokenize.COMMENT}


def unexplained_catches(module: Module) -> Iterator[str]:
    """A handler of every exception whose line, or a neighbouring one, has no comment that says why."""
    handlers = [node for node in module.nodes if isinstance(node, ast.ExceptHandler) and _catches_all(node.type)]
    said = comments(module.text) if handlers else {}
    for node in handlers:
        near = (said.get(line, "") for line in (node.lineno - 1, node.lineno, node.lineno + 1))
        if not _raises_again(node) and not any(_is_reason(comment) for comment in near):
            yield module.at(node.lineno, "catches every exception and does not say why")


def _raises_again(handler: ast.ExceptHandler) -> bool:
    """Whether the handler only looks on: it ends by letting the exception go."""
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def _catches_all(kind: ast.expr | None) -> bool:
    match kind:
        case None | ast.Name(id="Exception" | "BaseException"):
            return True
        case ast.Tuple(elts=kinds):
            return any(_catches_all(each) for each in kinds)
        case _:
            return False


def _is_reason(comment: str) -> bool:
    return len(re.findall(r"[A-Za-z]{2,}", NOQA.sub("", comment))) >= REASON_WORDS


def sleeps(module: Module) -> Iterator[str]:
    """Calls that wait for a stretch of real time; `asyncio.sleep(0)` only lets others run."""
    for node in module.nodes:
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="time"), attr="sleep")):
                yield module.at(node.lineno, "time.sleep")
            case ast.Call(func=ast.Attribute(value=ast.Name(id="asyncio" | "anyio"), attr="sleep"), args=args):
                if not (args and isinstance(args[0], ast.Constant) and args[0].value == 0):
                    yield module.at(node.lineno, "sleeps")
            case ast.ImportFrom(module="time" | "asyncio" | "anyio", names=names) if any(
                each.name == "sleep" for each in names
            ):
                yield module.at(node.lineno, "imports sleep by name")
            case _:
                pass


def patches(module: Module) -> Iterator[str]:
    """Tests that reach into what they test."""
    for node in module.nodes:
        match node:
            case ast.arg(arg="monkeypatch" | "mocker" as name):
                yield module.at(node.lineno, f"takes {name}")
            case ast.ImportFrom(module=str(source)) if source.startswith("unittest.mock"):
                yield module.at(node.lineno, "imports unittest.mock")
            case ast.ImportFrom(module="unittest", names=names) if any(each.name == "mock" for each in names):
                yield module.at(node.lineno, "imports unittest.mock")
            case ast.Import(names=names) if any(each.name.startswith("unittest.mock") for each in names):
                yield module.at(node.lineno, "imports unittest.mock")
            case ast.Attribute(attr="MonkeyPatch"):
                yield module.at(node.lineno, "uses MonkeyPatch")
            case _:
                pass
