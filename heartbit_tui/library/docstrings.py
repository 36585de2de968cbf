"""What a docstring says of a function and of each of its parameters: in Google's, NumPy's and Sphinx's way."""

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from types import MappingProxyType

from heartbit_tui.kernel.dataclass import dataclass

_HEAD = re.compile(r"(Args|Arguments|Parameters|Params|Returns|Return|Raises|Yields|Examples?|Notes?):?\s*")
_OF_PARAMETERS = frozenset({"Args", "Arguments", "Parameters", "Params"})
_LINE = re.compile(r"\*{0,2}(\w+)\s*(?:\([^)]*\))?\s*:\s*(.*)")
_NUMPY = re.compile(r"\*{0,2}(\w+)\s*(?::.*)?")
_SPHINX = re.compile(r":(?:param|parameter|arg)\s+(?:[^:]*\s)?(\w+)\s*:\s*(.*)")
_OTHER_SPHINX = re.compile(r":(?:returns?|rtype|raises?|type|yields?)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Docstring:
    """`text` is what stands before the first section; `parameters` what is said of each by name."""

    text: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])


def parsed(docstring: str | None) -> Docstring:
    """The docstring taken apart; empty for none."""
    lines = inspect.cleandoc(docstring or "").splitlines()
    text: list[str] = []
    parameters: dict[str, str] = {}
    for kind, block in _blocks(lines):
        if kind == "text":
            text.extend(block)
        elif kind == "sphinx":
            parameters |= _described(block, _SPHINX, 0)
        elif kind == "parameters":
            underlined = bool(block) and set(block[0].strip()) == {"-"}
            rest = block[1:] if underlined else block
            parameters |= _numpy(rest) if underlined else _described(rest, _LINE, _indent(rest))
    return Docstring(text="\n".join(text).strip(), parameters=MappingProxyType(parameters))


def _blocks(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """The lines cut at heads of sections and at fields, each piece with what it is."""
    kind, block = "text", list[str]()
    for number, line in enumerate(lines):
        following = lines[number + 1].strip() if number + 1 < len(lines) else ""
        found = _kind(line, following)
        if found:
            yield kind, block
            kind, block = found, [line] if found in ("sphinx", "other") else []
        else:
            block.append(line)
    yield kind, block


def _kind(line: str, following: str) -> str:
    """What begins at this line, or empty."""
    if _SPHINX.match(line):
        return "sphinx"
    if _OTHER_SPHINX.match(line):
        return "other"
    head = _HEAD.fullmatch(line)
    if head is None or not (line.rstrip().endswith(":") or (following and set(following) == {"-"})):
        return ""
    return "parameters" if head[1] in _OF_PARAMETERS else "other"


def _described(lines: list[str], pattern: re.Pattern[str], indent: int) -> dict[str, str]:
    """The parameters of lines such as `name: text`; deeper lines go on with the text before them."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in filter(str.strip, lines):
        match = pattern.fullmatch(line.strip()) if _indent([line]) <= indent else None
        if match:
            name, found[match[1]] = match[1], [match[2]]
        elif name:
            found[name].append(line.strip())
    return {name: " ".join(filter(None, words)) for name, words in found.items()}


def _numpy(lines: list[str]) -> dict[str, str]:
    """The parameters of lines such as `name : type`, each with deeper lines below it."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in filter(str.strip, lines):
        match = _NUMPY.fullmatch(line.rstrip()) if not line[:1].isspace() else None
        if match:
            name, found[match[1]] = match[1], []
        elif name:
            found[name].append(line.strip())
    return {name: " ".join(words) for name, words in found.items()}


def _indent(lines: list[str]) -> int:
    return min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
