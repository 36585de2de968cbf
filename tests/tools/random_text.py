"""Random source-like files and random changes of them, the same for the same seed."""

import random

WORDS = ("value", "count", "name", "total", "index", "result", "item", "path", "line", "state")
COMMON = (
    "",
    "    }",
    "    return result",
    "# ---",
    "-- a comment",
    "++ other",
    "    pass",
    "\tend",
    " x ",
    "@@ -1 +1 @@",
)


def line(source: random.Random) -> str:
    """One line; a third of them come up again and again."""
    if source.random() < 0.33:
        return source.choice(COMMON)
    indent = " " * source.choice((0, 4, 8))
    return f"{indent}{source.choice(WORDS)}_{source.randrange(60)} = {source.choice(WORDS)}({source.randrange(20)})"


def text(source: random.Random, most: int = 80) -> list[str]:
    """The lines of a file."""
    return [line(source) for _ in range(source.randrange(1, most))]


def changed(source: random.Random, lines: list[str], most: int = 4) -> list[str]:
    """The lines with a few insertions, deletions and replacements."""
    result = list(lines)
    for _ in range(source.randrange(1, most + 1)):
        at = source.randrange(len(result) + 1)
        fresh = [line(source) for _ in range(source.randrange(0, 4))]
        result[at : at + source.randrange(0, 4)] = fresh
    return result


def joined(source: random.Random, lines: list[str], newline: str = "\n") -> str:
    """The lines as a text, now and then without a newline at its end."""
    whole = newline.join(lines)
    return whole + newline if lines and source.random() < 0.85 else whole
