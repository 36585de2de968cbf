"""Which rows of a timeline a person wants to see, said in a few words."""

from collections.abc import Iterable
from typing import Final

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.timeline.rows import Row

STATES: Final = frozenset({"writing", "waiting", "asking", "running", "ok", "failed", "refused", "cut"})
KEYS: Final = ("tool", "state", "agent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What has to hold for a row; an empty field holds for every row. `words` all have to occur in what it shows."""

    tool: str = ""
    state: str = ""
    agent: str = ""
    words: tuple[str, ...] = ()

    @property
    def all(self) -> bool:
        """Whether every row passes."""
        return self == Choice()


def choice(text: str) -> Choice:
    """What was typed, as a choice: `tool:bash`, `state:failed`, `agent:main`, and words; a state's name alone is one."""
    told: dict[str, str] = {}
    words: list[str] = []
    for word in text.lower().split():
        key, colon, value = word.partition(":")
        if colon and key in KEYS:
            told[key] = value
        elif word in STATES:
            told["state"] = word
        else:
            words.append(word)
    return Choice(
        tool=told.get("tool", ""), state=told.get("state", ""), agent=told.get("agent", ""), words=tuple(words)
    )


def passes(row: Row, wanted: Choice) -> bool:
    """Whether a row is shown."""
    if wanted.all:
        return True
    agent = row.agent.lower() or "main"
    return (
        row.name.lower().startswith(wanted.tool)
        and row.state.startswith(wanted.state)
        and wanted.agent in agent
        and _said(f"{row.name} {row.title} {row.outcome} {agent} {row.state}".lower(), wanted.words)
    )


def _said(text: str, words: Iterable[str]) -> bool:
    return all(word in text for word in words)
