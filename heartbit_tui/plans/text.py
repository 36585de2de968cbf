"""A plan as text: its title, its steps, the name of its file; pure."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from datetime import date

STEPS = 40
"""Steps that are taken; a plan with more has one for each of its first ones."""

TITLE, STEP, SLUG = 80, 200, 40
"""Letters of a title, of a step and of the part of a file's name that comes from the title."""

FEWEST = 2
"""Steps from which on the last answer of a run in the plan mode is taken to be a plan."""

NAMELESS = "plan"
_FENCE = re.compile(r"^\s*(```|~~~)")
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$")
_NUMBERED = re.compile(r"^(?:#{2,6}\s+)?(?:\*\*)?(?:step\s+)?\d{1,3}[.):]\s*(.+)$", re.IGNORECASE)
_BULLET = re.compile(r"^[-*+]\s+(?:\[[ xX]\]\s+)?(.+)$")
_MARKS = re.compile(r"\*\*|__|`")


def title(text: str) -> str:
    """The first heading, else the first line with words in it."""
    lines = [line.strip() for line in _outside(text) if line.strip()]
    heading = next((found[1] for line in lines if (found := _HEADING.match(line))), "")
    return _plain(heading or (lines[0] if lines else NAMELESS))[:TITLE] or NAMELESS


def steps(text: str) -> tuple[str, ...]:
    """What is to be done, in order: the numbered lines that are not indented, else the items of lists."""
    lines = tuple(_outside(text))
    for pattern in (_NUMBERED, _BULLET):
        found = tuple(_plain(match[1])[:STEP] for line in lines if (match := pattern.match(line)))
        if kept := tuple(filter(None, found)):
            return kept[:STEPS]
    return ()


def is_plan(text: str) -> bool:
    """Whether an answer is a plan: it has steps."""
    return len(steps(text)) >= FEWEST


def digest(text: str) -> str:
    """What tells one text of a plan from another: the SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def name_for(text: str, day: date) -> str:
    """The name of the file without its ending: the day, and the title in letters that every file system takes."""
    folded = unicodedata.normalize("NFKD", title(text)).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", folded)[:SLUG].strip("-")
    return f"{day:%Y-%m-%d}-{slug or NAMELESS}"


def _outside(text: str) -> Iterator[str]:
    """The lines that stand in no block of code."""
    inside = False
    for line in text.splitlines():
        if _FENCE.match(line):
            inside = not inside
        elif not inside:
            yield line.rstrip()


def _plain(text: str) -> str:
    return " ".join(_MARKS.sub("", text).split())
