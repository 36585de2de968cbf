"""Files named in a prompt: `@src/a.py`, `@src/a.py:12-40`, `@"a b.txt"`."""

import re

from heartbit_tui.kernel.dataclass import dataclass

_SPOKEN = re.compile(
    r"""
    (?<![^\s(\[{<,;'])@                          # not the @ of an address
    (?: "(?P<quoted>(?:[^"\\]|\\.)+)" | (?P<plain>[^\s"@][^\s"]*) )
    """,
    re.VERBOSE | re.DOTALL,
)
_BEGUN = re.compile(
    r"""
    (?<![^\s(\[{<,;'])@
    (?: "(?P<quoted>(?:[^"\\\n]|\\.)*) | (?P<plain>[^\s"@][^\s"]*)? )
    \Z
    """,
    re.VERBOSE | re.DOTALL,
)
_ADDRESSED = re.compile(r"(?<![^\s(\[{<,;'])@([^\s@:\"]+):[^\s\"]*\Z")
_RANGE = re.compile(r":(\d+)(?:-(\d+))?\Z")
_UNFINISHED_RANGE = re.compile(r":\d*(?:-\d*)?\Z")
_AFTER = re.compile(r":(\d+)(?:-(\d+))?(?!\w)")
_PLAIN = re.compile(r"[^\s\"'`@(\[{<,;:][^\s\"'`]*(?<![.,;:!?)\]}>'])")
_TRAILING = ".,;:!?)]}>'`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A path named at `start` up to before `end`; `first` and `last` are its lines, 0 where none are named."""

    path: str
    start: int
    end: int
    first: int = 0
    last: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A mention that ends at the cursor and can be completed; `start` is where its @ stands."""

    path: str
    start: int


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """`@SERVER:…` that ends at the cursor; `text` is all behind the @, which stands at `start`."""

    server: str
    text: str
    start: int


def addressed(before: str) -> At | None:
    """The text of a server that the cursor stands in the name of; None where there is none."""
    at = _ADDRESSED.search(before)
    return At(server=at[1], text=at[0][1:], start=at.start()) if at is not None else None


def written(path: str) -> str:
    """How a path is mentioned; one that is no plain word is put in quotes."""
    if _PLAIN.fullmatch(path) and path.isprintable() and not _RANGE.search(path):
        return f"@{path}"
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'@"{escaped}"'


def begun(before: str) -> Begun | None:
    """The mention that the cursor stands in; None where there is none, or its lines are being named."""
    at = _BEGUN.search(before)
    if at is None:
        return None
    quoted = at["quoted"]
    if quoted is not None:
        return Begun(path=_bare(quoted), start=at.start())
    plain = at["plain"] or ""
    return None if _UNFINISHED_RANGE.search(plain) else Begun(path=plain, start=at.start())


def mentions(text: str) -> tuple[Mention, ...]:
    """All files that a prompt names; whether they are there is for the caller to see."""
    return tuple(_mention(at, text) for at in _SPOKEN.finditer(text))


def _mention(at: re.Match[str], text: str) -> Mention:
    if (quoted := at["quoted"]) is not None:
        lines = _AFTER.match(text, at.end())
        end = lines.end() if lines else at.end()
        return Mention(path=_bare(quoted), start=at.start(), end=end, **_lines(lines))
    plain = at["plain"].rstrip(_TRAILING) or at["plain"]
    lines = _RANGE.search(plain)
    path = plain[: lines.start()] if lines and lines.start() else plain
    return Mention(path=path, start=at.start(), end=at.start() + 1 + len(plain), **_lines(lines))


def _lines(at: re.Match[str] | None) -> dict[str, int]:
    if at is None:
        return {}
    first = int(at[1])
    return {"first": first, "last": max(int(at[2] or first), first)}


def _bare(quoted: str) -> str:
    return re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL)
