"""What a person wants looked after again and again: the standing orders in HEARTBIT.md."""

import errno
import re
from collections.abc import Sequence
from pathlib import Path

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.schedules import plain

FILE = "HEARTBIT.md"
TITLE = "standing orders"
MOST_BYTES = 32 * 1024
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """The text of the orders, empty for none, and a sentence about what could not be read."""

    text: str = ""
    problem: str = ""


def found(root: Path, above: Sequence[Path] = ()) -> Orders:
    """The orders for the workspace `root`: its own file's, or else those of the nearest folder `above` that has some.

    A file without a section `## Standing orders` is orders as a whole where it lies in `root` itself; elsewhere it is what
    a project tells its agents. Whoever calls has seen to it that the folders are trusted.
    """
    problem = ""
    for folder in (root, *above):
        try:
            text = _text(folder / FILE, folder)
        except OSError as error:
            problem = problem or f"{folder / FILE} could not be read: {error.strerror or error}."
            continue
        if text is None:
            continue
        orders = section(text)
        if orders is None and folder == root:
            orders = text
        if orders and orders.strip():
            return Orders(text=orders.strip(), problem=problem)
    return Orders(problem=problem)


def section(text: str) -> str | None:
    """What stands below the heading `## Standing orders`, up to the next that is as high; None without such a heading."""
    kept: list[str] | None = None
    inside, fence = False, ""
    for line in text.splitlines():
        mark = line.strip()[:3]
        fence = "" if fence and mark == fence else fence or (mark if mark in ("```", "~~~") else "")
        heading = None if fence else _HEADING.match(line)
        if heading is not None and len(heading[1]) <= 2:
            inside = len(heading[1]) == 2 and heading[2].strip().lower() == TITLE
            if inside:
                kept = kept or []
                continue
        if inside and kept is not None:
            kept.append(line)
    return None if kept is None else "\n".join(kept).strip()


def _text(path: Path, folder: Path) -> str | None:
    """What a file says; None where there is none, or it is a link that leads out of its folder."""
    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            return None
        data = plain.contents(path, MOST_BYTES)
    except (FileNotFoundError, RuntimeError):
        return None
    if len(data) > MOST_BYTES:
        raise OSError(errno.EFBIG, f"it has more than {MOST_BYTES // 1024} KiB")
    return data.decode("utf-8-sig", "replace")
