"""The keys of the draft where a person has other ones."""

from collections.abc import Mapping
from types import MappingProxyType

from heartbit_tui.tui.draft.keys import EDITING, Verb
from heartbit_tui.tui.keys.keymap import Keymap

DONE_HERE = ("send", "newline")
"""Actions that the draft does itself; it has verbs of the same names."""


def editing(live: Keymap, usual: Keymap) -> Mapping[str, tuple[Verb, str]]:
    """What a key does in the draft. A key that a person took for something else, or freed, edits nothing."""
    kept = {
        key: does for key, does in EDITING.items() if live.action_for(key, "draft") == usual.action_for(key, "draft")
    }
    own: dict[str, tuple[Verb, str]] = {key: ("do", name) for name in DONE_HERE for key in live.keys_for(name, "draft")}
    return MappingProxyType(kept | own)
