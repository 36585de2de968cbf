"""The tables of the README that the lists of the screen dictate: keys, commands, settings, keys of a replay."""

from collections.abc import Iterable, Iterator, Sequence

from heartbit_tui.client.commands import COMMANDS, Command
from heartbit_tui.config.keys import Key
from heartbit_tui.config.tree import singles
from heartbit_tui.tui.draft.keys import KEYS as EDITING
from heartbit_tui.tui.keys import names
from heartbit_tui.tui.keys.actions import ACTIONS, SIGNS, Action
from heartbit_tui.tui.view.app import KEYS as REPLAYING


def keys_of(*groups: str) -> list[str]:
    """The rows of the actions of these groups that have keys; the first of a series stands for all of it."""
    return [_row(_keys(each), _title(each), f"`{_name(each)}`") for each in _told(groups)]


def groups() -> list[str]:
    """The groups of actions that have keys, in the order of the list."""
    return list(dict.fromkeys(action.group for action in ACTIONS if action.keys))


def commands() -> list[str]:
    """The rows of the slash commands."""
    return [_row(", ".join(_typed(each)), each.does) for each in COMMANDS]


def editing() -> list[str]:
    """The rows of what edits the draft and is no action."""
    acted = {names.label(key) for action in ACTIONS if "draft" in action.where for key in action.keys}
    return [_row(_quoted(keys.split(", ")), does) for keys, does in EDITING if not acted & set(keys.split(", "))]


def signs() -> list[str]:
    """The rows of what a draft begins with."""
    return [_row(f"`{sign.text}`", sign.title) for sign in SIGNS]


def settings() -> list[str]:
    """The first two cells of the rows of the screen's settings: what they are called, and what they are at first."""
    return [_row(f"`{key.pattern}`", f"`{_value(key)}`") for key in singles() if key.pattern.startswith("ui.")]


def replay() -> dict[str, list[str]]:
    """The keys of a replay, by what they do."""
    found: dict[str, list[str]] = {}
    for key, act in REPLAYING.items():
        found.setdefault(act, []).append(names.label(key))
    return found


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _told(wanted: Sequence[str]) -> Iterator[Action]:
    told: set[str] = set()
    for action in ACTIONS:
        if action.group in wanted and action.keys and action.series not in told:
            told |= {action.series} - {""}
            yield action


def _keys(action: Action) -> str:
    if action.series:
        first, last = _series(action)
        return f"`{names.label(first.keys[0])}` to `{names.label(last.keys[0])}`"
    return _quoted(map(names.label, action.keys))


def _title(action: Action) -> str:
    return action.title.rpartition(" ")[0] if action.series else action.title


def _name(action: Action) -> str:
    return "` to `".join(each.name for each in _series(action)) if action.series else action.name


def _series(action: Action) -> tuple[Action, Action]:
    members = [each for each in ACTIONS if each.series == action.series]
    return members[0], members[-1]


def _typed(command: Command) -> tuple[str, ...]:
    return (f"`{command.usage}`", *(f"`/{alias}`" for alias in command.aliases))


def _quoted(labels: Iterable[str]) -> str:
    return ", ".join(f"`{label}`" for label in labels)


def _value(key: Key) -> str:
    return str(key.default).lower() if isinstance(key.default, bool) else str(key.default)
