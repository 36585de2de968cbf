"""What the shell makes of one written word: quotes taken off, globs and unknown parts marked."""

import itertools
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from heartbit_tui.permissions.shell.seen import Word

if TYPE_CHECKING:
    from tree_sitter import Node

_GLOB = re.compile(r"[*?\[]")
_ODD = re.compile(r"[$`'\"{}()<>|;&]")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_IN_STRING = re.compile(r"\\([\\\"$`])")
_LIVE = re.compile(r"(?<!\\)(?:\\\\)*[$`]")
_ANSI = re.compile(r"\\(?:([abeEfnrtv\\'\"?])|([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|[uU]([0-9A-Fa-f]{1,8})|(.?))", re.DOTALL)
_ANSI_NAMES: Mapping[str, str] = MappingProxyType(
    dict(zip("abeEfnrtv\\'\"?", "\a\b\x1b\x1b\f\n\r\t\v\\'\"?", strict=True))
)
_WHOLE_BRACES = "{}"


def text_of(node: "Node") -> str:
    """The source of a node."""
    return (node.text or b"").decode("utf-8", "replace")


def apart_by_blanks(node: "Node") -> bool:
    """Whether there are only blanks between the parts of a node."""
    text, start = node.text or b"", node.start_byte
    pairs = itertools.pairwise(node.children)
    return not any(text[one.end_byte - start : two.start_byte - start].strip(b" \t") for one, two in pairs)


def is_one_word(text: str) -> bool:
    """Whether a word without quotes has no blanks in it.

    The grammar takes a line that begins with a backslash as one more word of the line before; bash does not.
    """
    return not re.search(r"\s", _ESCAPED.sub("", text))


def word(node: "Node") -> Word:
    """The word that a node stands for."""
    match node.type:
        case "word" | "number" | "variable_name" | "regex" | "test_operator" | "file_descriptor":
            return bare(text_of(node))
        case "raw_string":
            return Word(text_of(node)[1:-1])
        case "string":
            return _string(node)
        case "ansi_c_string":
            return _ansi(text_of(node)[2:-1])
        case "concatenation":
            return _joined(node)
        case "command_name" if len(node.children) == 1:
            return word(node.children[0])
        case _:
            return Word(text_of(node), plain=False)


def bare(text: str) -> Word:
    """A word without quotes around any of it."""
    unescaped = _ESCAPED.sub("", text)
    plain = not _ODD.search(unescaped) or text == _WHOLE_BRACES
    known = _ESCAPED.sub(lambda found: "" if found.group(1) == "\n" else found.group(1), text)
    tail = text.endswith("\\") and not text.endswith("\\\\")
    return Word(known, plain and not tail, bool(_GLOB.search(unescaped)), text.startswith("~"))


def _string(node: "Node") -> Word:
    text = text_of(node)[1:-1]
    plain = all(child.type == "string_content" for child in node.named_children) and not _LIVE.search(text)
    return Word(_IN_STRING.sub(r"\1", text.replace("\\\n", "")), plain)


def _ansi(text: str) -> Word:
    if "\\c" in text:
        return Word(text, plain=False)
    return Word(_ANSI.sub(_decoded, text))


def _decoded(found: re.Match[str]) -> str:
    name, octal, two, longer, other = found.groups()
    if name:
        return _ANSI_NAMES[name]
    if octal:
        return chr(int(octal, 8) & 0xFF)
    if two or longer:
        code = int(two or longer, 16)
        return chr(code) if code <= 0x10FFFF else ""
    return f"\\{other or ''}"


def _joined(node: "Node") -> Word:
    parts = [(child, _part(child)) for child in node.children]
    touching = all(one[0].end_byte == two[0].start_byte for one, two in itertools.pairwise(parts))
    found = [part for _, part in parts]
    return Word(
        "".join(part.text for part in found),
        plain=touching and all(part.plain for part in found) and not _bracing(node),
        wild=any(part.wild for part in found),
        home=bool(found) and found[0].home,
    )


def _part(node: "Node") -> Word:
    """A piece of a longer word; braces, which only count together, are looked at by `_bracing`."""
    text = text_of(node)
    if node.type == "word" and text in ("{", "}"):
        return Word(text)
    return word(node)


def _bracing(node: "Node") -> bool:
    """Whether the shell would make several words of this one."""
    loose = "".join(text_of(child) for child in node.children if child.type in ("word", "number"))
    whole = text_of(node)
    return "{" in loose and whole != _WHOLE_BRACES and ("," in whole or ".." in whole)
