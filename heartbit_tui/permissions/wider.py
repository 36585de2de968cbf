"""A rule for what was asked about three times, tried first on what its person was asked before."""

import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePath

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.protocols import Action
from heartbit_tui.permissions import matching, shell
from heartbit_tui.permissions.past import Asked
from heartbit_tui.permissions.paths import Workspace
from heartbit_tui.permissions.rules import FAMILIES, Rule

OFTEN = 3
"""From so many similar asks on, this one counted, a wider rule is proposed."""

SHORTEST = 2
"""Words of a command that a wider rule keeps at least: a program's name alone says too little."""

_SHOWN = 60
_NEVER = frozenset(
    (
        *(
            "chmod",
            "chown",
            "chgrp",
            "kill",
            "pkill",
            "killall",
            "ln",
            "shred",
            "truncate",
            "install",
            "mount",
            "umount",
        ),
        *("systemctl", "service", "reboot", "shutdown", "apt", "apt-get", "dnf", "yum", "brew", "pip", "pip3", "gem"),
        *("git", "npm", "yarn", "pnpm", "cargo", "go", "uv", "gh", "ruff", "aws", "gcloud", "az", "terraform", "helm"),
    )
)
"""Programs of which no first words are proposed beyond `PREFIXES`: they change systems, or fetch and start others."""

_WORD = re.compile(r"[\w.:/+-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wider:
    """A rule that covers several asks, and a sentence on what it would have done with the last ones."""

    rule: Rule
    told: str


def widen(
    action: Action, asks: Sequence[Asked], workspace: Workspace, covers: Callable[[Rule, Action], bool]
) -> Wider | None:
    """The narrowest rule for this call and at least two like it that were allowed; None where there is none.

    `covers` says whether a rule lets a call pass. A rule that would let a call pass that was refused is none.
    """
    for rule in _candidates(action, workspace):
        if not covers(rule, action):
            continue
        passing = [ask for ask in asks if covers(rule, ask.action)]
        if len(passing) >= OFTEN - 1 and all(ask.allowed for ask in passing):
            return Wider(rule=rule, told=_told(passing, asks))
    return None


def _candidates(action: Action, workspace: Workspace) -> Iterator[Rule]:
    """Rules that cover more than this call, the narrowest first."""
    kinds = {touch.kind for touch in matching.touches(action)}
    if kinds == {"command"}:
        yield from _beginnings(action)
    elif kinds == {"write"}:
        yield from _folders(action, workspace)


def _beginnings(action: Action) -> Iterator[Rule]:
    """The first words of a line with one command, fewer and fewer of them."""
    touch, *more = matching.touches(action)
    seen = shell.look(touch.what)
    if more or seen.unclear or seen.writes or len(seen.commands) != 1 or seen.commands[0].assigned:
        return
    words = seen.commands[0].words
    plain = [word.text for word in words if word.plain and not word.wild and _WORD.fullmatch(word.text)]
    if len(plain) < SHORTEST or plain[0] != words[0].text or plain[0] in _NEVER:
        return
    known = next(
        (at for at, (text, word) in enumerate(zip(plain, words, strict=False)) if text != word.text), len(plain)
    )
    for length in range(min(known, len(words) - 1), SHORTEST - 1, -1):
        pattern = f"{' '.join(plain[:length])}{shell.END}"
        if shell.learnable(pattern):
            yield Rule(tool=action.call.name, pattern=pattern, action="allow")


def _folders(action: Action, workspace: Workspace) -> Iterator[Rule]:
    """The folders of the files, from the nearest up to the one below the workspace."""
    paths = [os.path.normpath(touch.what) for touch in matching.touches(action)]
    folder = str(PurePath(paths[0]).parent) if len(paths) == 1 else os.path.commonpath(paths)
    tool = next((name for name, family in FAMILIES.items() if action.call.name in family), action.call.name)
    while workspace.is_inside(folder) and (below := workspace.relative(folder)) != "." and not below.startswith("/"):
        yield Rule(tool=tool, pattern=f"{below}/**", action="allow")
        folder = str(PurePath(folder).parent)


def _told(passing: Sequence[Asked], asks: Sequence[Asked]) -> str:
    left = [ask for ask in asks if ask not in passing]
    number = "ask" if len(asks) == 1 else f"{len(asks)} asks"
    such = f", such as {_name(passing[-1].action)}"
    # What was refused shows best where the rule ends.
    other = next((ask for ask in reversed(left) if not ask.allowed), left[-1] if left else None)
    return f"It would have allowed {len(passing)} of your last {number}{such}{f', not {_name(other.action)}' if other else ''}."


def _name(action: Action) -> str:
    what = next((touch.what for touch in matching.touches(action)), "")
    text = what if action.call.name == "bash" else f"{action.call.name} {what or json.dumps(dict(action.call.input))}"
    line = " ".join(text.split())
    return f"`{line if len(line) <= _SHOWN else f'{line[: _SHOWN - 1]}…'}`"
