"""Mending a misspelt tool name, before any rule sees it."""

from collections.abc import Mapping

from heartbit_tui.kernel.protocols import Effects

SHORTEST = 4
"""Names with fewer letters are never mended: almost any two of them are close."""

PROGRAMS = frozenset(
    {
        "cat",
        "chmod",
        "clear",
        "code",
        "copy",
        "cp",
        "curl",
        "date",
        "diff",
        "echo",
        "env",
        "eval",
        "exec",
        "exit",
        "fetch",
        "file",
        "find",
        "get",
        "git",
        "head",
        "help",
        "kill",
        "less",
        "ln",
        "ls",
        "make",
        "man",
        "more",
        "move",
        "mv",
        "open",
        "ping",
        "print",
        "ps",
        "pwd",
        "quit",
        "rm",
        "run",
        "save",
        "sed",
        "send",
        "set",
        "sh",
        "show",
        "sort",
        "stop",
        "sudo",
        "tail",
        "tar",
        "task",
        "test",
        "time",
        "top",
        "touch",
        "tree",
        "type",
        "vi",
        "vim",
        "wait",
        "wget",
        "which",
        "yes",
        "zip",
        "zsh",
    }
)
"""Names that mean something of their own, so that they are no misspelling of anything."""


def repair(name: str, tools: Mapping[str, Effects]) -> str | None:
    """The tool that `name` must have meant, or None where that is not beyond doubt.

    One or two slips (a letter too many, too few, wrong, or two swapped; at most one for every four letters), one
    candidate only. A wrong letter never leads to a tool that writes or executes: `exit` is not `edit`.
    """
    if len(name) < SHORTEST or name.lower() in PROGRAMS:
        return None
    near = [tool for tool in tools if 0 < slips(name, tool) <= _allowed(name, tool)]
    if len(near) != 1:
        return None
    (tool,) = near
    if tools[tool].power >= Effects.WRITE.power and not _same_letters(name, tool):
        return None
    return tool


def nearest(name: str, tools: Mapping[str, Effects], count: int = 3) -> tuple[str, ...]:
    """The tools whose names come closest, best first."""
    return tuple(sorted(tools, key=lambda tool: (slips(name.lower(), tool), tool))[:count])


def slips(a: str, b: str) -> int:
    """Damerau-Levenshtein distance (optimal string alignment): insertions, deletions, changes and swaps."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, previous, row = row, before, [i]
        for j, y in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, previous[j - 2] + 1)
            row.append(cost)
    return row[-1]


def _allowed(name: str, tool: str) -> int:
    return min(2, min(len(name), len(tool)) // 4)


def _same_letters(name: str, tool: str) -> bool:
    """Whether one name is the other with letters swapped, doubled or left out, none replaced by a new one."""
    short, long = sorted((name.lower(), tool.lower()), key=len)
    return not set(short) - set(long) and (len(short) < len(long) or sorted(short) == sorted(long))
