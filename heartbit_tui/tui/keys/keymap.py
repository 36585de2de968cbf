"""Which key does what: the usual keys with a person's own laid over them, and what was wrong with those."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from textual.binding import Binding

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.keys import names
from heartbit_tui.tui.keys.actions import ACTIONS, Action, Where
from heartbit_tui.tui.keys.override import Override, Overrides

NOTHING = Overrides()


@dataclass(frozen=True, slots=True)
class Use:
    """An action at one of its places."""

    action: str
    where: Where


class Keymap:
    """The keys that count, by action and place; `faults` are sentences about what was left out of a person's own."""

    def __init__(
        self, actions: Sequence[Action], keys: Mapping[Use, tuple[str, ...]], faults: tuple[str, ...] = ()
    ) -> None:
        self.actions = tuple(actions)
        self.faults = faults
        self._keys = MappingProxyType(dict(keys))
        self._named = MappingProxyType({action.name: action for action in actions})
        self._uses = MappingProxyType({(use.where, key): use.action for use, held in keys.items() for key in held})

    def keys_for(self, name: str, where: Where | None = None) -> tuple[str, ...]:
        """The keys of an action, at one of its places or at any; empty for one that has none, or is not known."""
        places = self._named[name].where if name in self._named else ()
        found = (key for place in places if where in (None, place) for key in self._keys[Use(name, place)])
        return tuple(dict.fromkeys(found))

    def key_for(self, name: str) -> str:
        """The first key of an action; empty where it has none."""
        return next(iter(self.keys_for(name)), "")

    def label(self, key: str) -> str:
        """A key as a person reads it, such as Ctrl+P; `alt+1..9` stands for nine."""
        first, dots, last = key.partition("..")
        return names.label(first) + dots + last

    def label_for(self, name: str) -> str:
        """The first key of an action as a person reads it; empty where it has none."""
        key = self.key_for(name)
        return self.label(key) if key else ""

    def labels_for(self, name: str) -> str:
        """All keys of an action as a person reads them."""
        return "  ".join(self.label(key) for key in self.keys_for(name))

    def action_for(self, key: str, where: Where) -> str:
        """The action of a key at a place, the place's own before those of everywhere; empty where there is none."""
        return self._uses.get((where, key)) or self._uses.get(("everywhere", key), "")

    def action(self, name: str) -> Action | None:
        """What is known of an action."""
        return self._named.get(name)

    def bindings(self, where: Where, *, priority: bool = False) -> list[Binding]:
        """The bindings of a place without those of everywhere; sequences of keys are left to who counts them."""
        return [
            Binding(key, f"act('{action}')", self._named[action].title, show=False, priority=priority)
            for (place, key), action in self._uses.items()
            if place == where and " " not in key
        ]

    def hints(self, *wanted: tuple[str, str]) -> tuple[tuple[str, str], ...]:
        """For actions with a short word each: the key and the word, without those that have no key."""
        return tuple((self.label_for(name), word) for name, word in wanted if self.key_for(name))


def keymap(actions: Sequence[Action] = ACTIONS, overrides: Overrides = NOTHING) -> Keymap:
    """The usual keys with a person's own laid over them; an entry that takes another's key is told and left out."""
    entries = list(overrides.entries)
    faults = list(overrides.faults)
    while True:
        keys = _laid(actions, entries)
        clash = _clash(keys, entries)
        if clash is None:
            return Keymap(actions, keys, tuple(faults))
        entry, fault = clash
        entries.remove(entry)
        faults.append(fault)


@dataclass(frozen=True, slots=True)
class Clash:
    """A key that two actions have where both count."""

    key: str
    one: Use
    other: Use


def clashes(keys: Mapping[Use, tuple[str, ...]]) -> Iterator[Clash]:
    """All keys that mean two things at one place, in the order of the actions."""
    used: dict[str, list[Use]] = {}
    for use, held in keys.items():
        for key in held:
            for earlier in used.setdefault(key, []):
                if earlier.action != use.action and overlap(earlier.where, use.where):
                    yield Clash(key, earlier, use)
            used[key].append(use)


def overlap(one: Where, other: Where) -> bool:
    """Whether keys of both places can count at once."""
    return one == other or "everywhere" in (one, other)


def _laid(actions: Sequence[Action], entries: Iterable[Override]) -> dict[Use, tuple[str, ...]]:
    """The keys with these entries, those for one place after those for all; keys that are fixed stay."""
    keys = {Use(action.name, place): action.keys for action in actions for place in action.where}
    named = {action.name: action for action in actions}
    for entry in sorted(entries, key=lambda each: each.where is not None):
        action = named[entry.action]
        fixed = tuple(key for key in action.fixed if key not in entry.keys)
        for place in action.where if entry.where is None else (entry.where,):
            keys[Use(action.name, place)] = entry.keys + fixed
    return keys


def _clash(keys: Mapping[Use, tuple[str, ...]], entries: Sequence[Override]) -> tuple[Override, str] | None:
    """The entry to leave out for the first key that means two things, and the sentence that says so."""
    for clash in clashes(keys):
        for mine, theirs in ((clash.other, clash.one), (clash.one, clash.other)):
            blamed = [entry for entry in entries if entry.action == mine.action and entry.where in (None, mine.where)]
            if blamed:
                return blamed[-1], _told(blamed[-1], clash.key, theirs.action)
    return None


def _told(entry: Override, key: str, taken: str) -> str:
    label = names.label(key)
    return (
        f"{entry.told}: {label} is the key of {taken}; give that another key too, or take this one from {entry.action}."
    )
