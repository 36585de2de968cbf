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

    One or two slips (a letter too many, too few, wrong, or two swapped; at most one for every four letters; capital
    or small is none), and no second tool as near, nor a less powerful one nearly so. A wrong letter never leads to
    a tool that writes or executes: `exit` is not `edit`.
    """
    distances = {tool: slips(name.lower(), tool.lower()) for tool in tools}
    near = sorted((tool for tool in tools if _may_mean(name, tool, distances[tool])), key=lambda tool: distances[tool])
    if not near or (len(near) > 1 and distances[near[0]] == distances[near[1]]):
        return None
    power = tools[near[0]].power
    if any(tools[tool].power < power for tool in near):
        return None
    return near[0] if power < Effects.WRITE.power or _same_letters(name, near[0]) else None


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


def _may_mean(name: str, tool: str, distance: int) -> bool:
    if not distance:
        return True
    if len(name) < SHORTEST or name.lower() in PROGRAMS:
        return False
    return distance <= min(2, min(len(name), len(tool)) // 4)


def _same_letters(name: str, tool: str) -> bool:
    """Whether one name is the other with letters swapped, doubled or left out, none replaced by a new one."""
    short, long = sorted((name.lower(), tool.lower()), key=len)
    return not set(short) - set(long) and (len(short) < len(long) or sorted(short) == sorted(long))
