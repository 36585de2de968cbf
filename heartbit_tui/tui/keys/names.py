"""What keys are called: by Textual, by a person, and which of them a terminal can send."""

import string
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from textual.keys import KEY_NAME_REPLACEMENTS

MODIFIERS: Mapping[str, str] = MappingProxyType(
    {"ctrl": "ctrl", "control": "ctrl", "c": "ctrl", "alt": "alt", "option": "alt", "opt": "alt", "shift": "shift"}
)
SPECIAL: Mapping[str, str] = MappingProxyType(
    {
        "enter": "Enter",
        "escape": "Esc",
        "tab": "Tab",
        "space": "Space",
        "backspace": "Backspace",
        "delete": "Del",
        "insert": "Ins",
        "up": "Up",
        "down": "Down",
        "left": "Left",
        "right": "Right",
        "home": "Home",
        "end": "End",
        "pageup": "PgUp",
        "pagedown": "PgDn",
        **{f"f{number}": f"F{number}" for number in range(1, 13)},
    }
)
"""Keys with a name of their own, as Textual calls them and as a person does."""

SYNONYMS: Mapping[str, str] = MappingProxyType(
    {"esc": "escape", "return": "enter", "del": "delete", "ins": "insert", "pgup": "pageup", "pgdn": "pagedown"}
)
STOLEN: Mapping[str, str] = MappingProxyType(
    {
        "ctrl+backslash": "terminals end a program with it",
        "ctrl+z": "it suspends heartbit",
        "ctrl+i": "terminals send Tab for it",
        "ctrl+m": "terminals send Enter for it",
        "ctrl+h": "terminals send Backspace for it",
        "ctrl+enter": "most terminals send Enter for it",
        "ctrl+tab": "most terminals keep it for themselves",
        "ctrl+backspace": "many terminals send Backspace for it",
        "ctrl+space": "many terminals send nothing for it",
        "shift+space": "terminals send a blank for it",
        "shift+backspace": "terminals send Backspace for it",
        "shift+escape": "terminals send Esc for it",
        "ctrl+escape": "terminals send Esc for it",
        "alt+escape": "many desktops keep it for themselves",
        "alt+tab": "desktops keep it for themselves",
        "alt+left_square_bracket": "terminals begin other keys with it",
        "alt+shift+o": "terminals begin other keys with it",
    }
)
"""Keys that never arrive, or arrive as another, and why."""

_NAMED: Mapping[str, str] = MappingProxyType(
    {
        KEY_NAME_REPLACEMENTS.get(name, name): character
        for character in string.punctuation
        for name in (unicodedata.name(character).lower().replace("-", "_").replace(" ", "_"),)
    }
)
EXAMPLES: tuple[str, ...] = (
    *SPECIAL,
    *(f"{held}+{letter}" for held in ("ctrl", "alt") for letter in string.ascii_lowercase),
    *(f"{held}+{name}" for held in ("ctrl", "alt", "shift") for name in ("up", "down", "enter", "tab", "home", "end")),
)
"""Keys to suggest where one is misspelt."""

_CHARACTERS: Mapping[str, str] = MappingProxyType({character: name for name, character in _NAMED.items()})
_ORDER = ("alt", "ctrl", "shift")


def normal(text: str) -> str:
    """The name that Textual has for a key that a person wrote, such as Ctrl+P or `?`; empty where there is none."""
    steps = [_step(step) for step in text.split()]
    return " ".join(steps) if steps and all(steps) else ""


def label(key: str) -> str:
    """A key as a person reads it: Ctrl+P, Esc Esc, `?`."""
    return " ".join(_labelled(step) for step in key.split(" "))


def is_plain(key: str) -> bool:
    """Whether the key types a character, so that it means itself wherever something is written."""
    return key == "space" or (bool(key) and "+" not in key and key not in SPECIAL)


def is_sure(key: str) -> bool:
    """Whether every terminal sends this key as itself, also one that is old, or inside tmux."""
    if " " in key:
        return all(is_sure(step) for step in key.split(" "))
    *held, base = key.split("+")
    if held == ["ctrl"]:
        return len(base) == 1 and base.isalpha() and refusal(key) == ""
    return not held or key == "shift+tab"


def refusal(key: str) -> str:
    """Why a terminal cannot be relied on for this key at all; empty where it can."""
    *held, base = key.split("+")
    if "ctrl" in held and "shift" in held:
        return "terminals lose Shift beside Ctrl"
    if "ctrl" in held and (base.isdecimal() or base in _NAMED) and base not in ("underscore", "backslash"):
        return STOLEN.get(key, "most terminals send nothing for it, or another key")
    return STOLEN.get(key, "")


def _step(text: str) -> str:
    """One key of a sequence."""
    if "+" not in text and "-" in text[1:-1]:
        text = text.replace("-", "+")
    plus = text.endswith("++")
    *held, base = (*text[:-2].split("+"), "+") if plus else ("+",) if text == "+" else text.split("+")
    modifiers = {MODIFIERS.get(each.lower(), "") for each in held}
    name = _base(base)
    if not name or "" in modifiers:
        return ""
    return _held(modifiers, name)


def _held(modifiers: set[str], name: str) -> str:
    """A key with its modifiers in Textual's order; a letter with Shift alone is a capital."""
    letter = len(name) == 1 and name.isalpha()
    if letter and modifiers == {"shift"}:
        return name.upper()
    if letter and modifiers:
        name = name.lower()
    if modifiers == {"shift"} and name in _NAMED:
        return ""
    return "+".join([*(each for each in _ORDER if each in modifiers), name])


def _base(text: str) -> str:
    if len(text) == 1:
        return _CHARACTERS.get(text, text if text.isalnum() and text.isascii() else "")
    name = SYNONYMS.get(text.lower(), text.lower())
    return name if name in SPECIAL or name in _NAMED else ""


def _labelled(step: str) -> str:
    *held, base = step.split("+")
    name = SPECIAL.get(base) or _NAMED.get(base) or (base.upper() if held and len(base) == 1 else base)
    said = (each.capitalize() for each in ("ctrl", "alt", "shift") if each in held)
    return "+".join([*said, name])
