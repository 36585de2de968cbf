"""Glob patterns for paths: `*`, `?`, `[…]`, `{a,b}`, and `**` for any number of folders; never slow."""

import re
from collections.abc import Sequence
from types import MappingProxyType
from typing import TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tools.arguments import Unable

_MOST_ALTERNATIVES = 500
_ANY_FOLDERS = "**"


Row: TypeAlias = tuple[re.Pattern[str] | None, ...]
"""One alternative of a pattern, part by part; None stands for any number of parts."""

_MAGIC = re.compile(r"[*?\[{\\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Glob:
    """A pattern, ready to be matched against paths with `/`; each alternative is a row of path parts.

    `None` in a row stands for any number of parts.
    """

    alternatives: tuple[Row, ...]

    def matches(self, path: str) -> bool:
        """Whether the whole relative path fits."""
        parts = path.split("/")
        return any(row_fits(row, parts) for row in self.alternatives)


def is_magic(pattern: str) -> bool:
    """Whether the pattern can stand for more than itself."""
    return _MAGIC.search(pattern) is not None


def split_static(pattern: str) -> tuple[str, str]:
    """The leading folders of a pattern that stand for themselves, and the rest, which is never empty."""
    parts = pattern.split("/")
    count = next((index for index, part in enumerate(parts) if is_magic(part)), len(parts) - 1)
    folders = "/".join(parts[:count])
    return (folders or "/") if count and pattern.startswith("/") else folders, "/".join(parts[count:])


def compile_glob(pattern: str) -> Glob:
    """The pattern as a `Glob`; raises `Unable` for one that has too many alternatives."""
    rows = (compile_row(alternative) for alternative in _braces(pattern.removeprefix("./")))
    return Glob(alternatives=tuple(dict.fromkeys(rows)))


def compile_row(pattern: str) -> Row:
    """One alternative, without braces, as a row."""
    parts = [part for part in pattern.split("/") if part]
    row: list[re.Pattern[str] | None] = []
    for part in parts:
        if part != _ANY_FOLDERS:
            row.append(compile_part(part))
        elif not row or row[-1] is not None:
            row.append(None)
    return tuple(row)


def row_fits(row: Row, parts: Sequence[str]) -> bool:
    """Match part by part; on a miss, let the last `**` take one part more."""
    at = here = 0
    resume: tuple[int, int] | None = None
    while here < len(parts):
        if at < len(row) and row[at] is None:
            at += 1
            resume = (at, here)
        elif at < len(row) and _is(row[at], parts[here]):
            at, here = at + 1, here + 1
        elif resume is not None:
            resume = (resume[0], resume[1] + 1)
            at, here = resume
        else:
            return False
    return at == len(row)


def _is(expected: re.Pattern[str] | None, part: str) -> bool:
    return expected is not None and expected.fullmatch(part) is not None


def compile_part(part: str) -> re.Pattern[str]:
    """A pattern of one path part; each star takes as little as it can and never gives back."""
    return re.compile(_part(part), re.DOTALL)


def _part(part: str) -> str:
    pieces = _tokens(part)
    chunks: list[str] = [""]
    for piece in pieces:
        if piece == "*":
            chunks.append("")
        else:
            chunks[-1] += piece
    if len(chunks) == 1:
        return chunks[0]
    middle = "".join(f"(?>.*?{chunk})" for chunk in chunks[1:-1] if chunk)
    return f"{chunks[0]}{middle}.*{chunks[-1]}"


def _tokens(part: str) -> list[str]:
    tokens: list[str] = []
    at = 0
    while at < len(part):
        character = part[at]
        at += 1
        if character == "*":
            tokens.append("*")
        elif character == "?":
            tokens.append(".")
        elif character == "\\" and at < len(part):
            tokens.append(re.escape(part[at]))
            at += 1
        elif character == "[" and (end := _class_end(part, at)) > 0:
            tokens.append(_class(part[at:end]))
            at = end + 1
        else:
            tokens.append(re.escape(character))
    return tokens


def _class_end(part: str, start: int) -> int:
    """Where the `]` of a class is whose content starts at `start`; -1 where there is none."""
    at = start + (part[start : start + 1] in ("!", "^"))
    at += part[at : at + 1] == "]"
    while named := _NAMED.search(part, at):
        end = part.find("]", at)
        if end < named.start():
            return end
        at = named.end()
    return part.find("]", at)


def _class(content: str) -> str:
    negated = content[:1] in ("!", "^")
    body = content[1:] if negated else content
    pieces = [_named(piece) if _NAMED.fullmatch(piece) else _escaped(piece) for piece in _NAMED_KEPT.split(body)]
    regex = f"[{'^' if negated else ''}{''.join(pieces)}]"
    try:
        re.compile(regex)
    except re.error:
        return "(?!)"
    return regex


def _escaped(piece: str) -> str:
    return re.sub(r"([\[\]&~|^])", r"\\\1", piece)


def _named(piece: str) -> str:
    return _CLASSES.get(piece[2:-2], "")


_NAMED = re.compile(r"\[:\w+:\]")
_NAMED_KEPT = re.compile(r"(\[:\w+:\])")
_CLASSES = MappingProxyType(
    {
        "alpha": "a-zA-Z",
        "digit": "0-9",
        "alnum": "a-zA-Z0-9",
        "upper": "A-Z",
        "lower": "a-z",
        "space": r"\s",
        "blank": r" \t",
        "xdigit": "0-9a-fA-F",
        "punct": r"!-/:-@\[-`{-~",
        "print": " -~",
        "graph": "!-~",
        "cntrl": r"\x00-\x1f\x7f",
    }
)


def _braces(pattern: str) -> list[str]:
    """The patterns that `{a,b}` stands for; braces without a comma or a partner are ordinary characters."""
    done: list[str] = []
    waiting = [pattern]
    while waiting:
        current = waiting.pop()
        found = _first_braces(current)
        if found is None:
            done.append(current)
            continue
        start, end, options = found
        waiting += [current[:start] + option + current[end:] for option in reversed(options)]
        if len(waiting) + len(done) > _MOST_ALTERNATIVES:
            raise Unable(f"The pattern has more than {_MOST_ALTERNATIVES} alternatives. Use a simpler one.")
    return done


def _first_braces(pattern: str) -> tuple[int, int, list[str]] | None:
    at = 0
    while (start := pattern.find("{", at)) >= 0:
        escaped = (start - len(pattern[:start].rstrip("\\"))) % 2
        options, end = ([], 0) if escaped else _options(pattern, start)
        if len(options) > 1:
            return start, end, options
        at = start + 1
    return None


def _options(pattern: str, start: int) -> tuple[list[str], int]:
    """The alternatives of the brace at `start` and where it ends; none where it is never closed."""
    depth, begun = 0, start + 1
    options: list[str] = []
    for at in range(start, len(pattern)):
        match pattern[at]:
            case "{":
                depth += 1
            case "," if depth == 1:
                options.append(pattern[begun:at])
                begun = at + 1
            case "}":
                depth -= 1
                if depth == 0:
                    return [*options, pattern[begun:at]], at + 1
            case _:
                pass
    return [], 0
