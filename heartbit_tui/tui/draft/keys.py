"""The keys that edit a draft."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

Verb: TypeAlias = Literal["move", "select", "delete", "kill", "row", "select row", "do"]

EDITING: Mapping[str, tuple[Verb, str]] = MappingProxyType(
    {
        "left": ("move", "left"),
        "right": ("move", "right"),
        "ctrl+f": ("move", "right"),
        "ctrl+left": ("move", "word left"),
        "alt+left": ("move", "word left"),
        "alt+b": ("move", "word left"),
        "ctrl+right": ("move", "word right"),
        "alt+right": ("move", "word right"),
        "alt+f": ("move", "word right"),
        "home": ("move", "line start"),
        "ctrl+a": ("move", "line start"),
        "end": ("move", "line end"),
        "ctrl+e": ("move", "line end"),
        "ctrl+home": ("move", "start"),
        "ctrl+end": ("move", "end"),
        "shift+left": ("select", "left"),
        "shift+right": ("select", "right"),
        "ctrl+shift+left": ("select", "word left"),
        "ctrl+shift+right": ("select", "word right"),
        "shift+home": ("select", "line start"),
        "shift+end": ("select", "line end"),
        "ctrl+shift+home": ("select", "start"),
        "ctrl+shift+end": ("select", "end"),
        "up": ("row", "up"),
        "down": ("row", "down"),
        "shift+up": ("select row", "up"),
        "shift+down": ("select row", "down"),
        "backspace": ("delete", "left"),
        "shift+backspace": ("delete", "left"),
        "ctrl+h": ("delete", "left"),
        "delete": ("delete", "right"),
        "ctrl+d": ("delete", "right"),
        "ctrl+w": ("kill", "blank left"),
        "alt+backspace": ("kill", "word left"),
        "ctrl+backspace": ("kill", "word left"),
        "alt+d": ("kill", "word right"),
        "alt+delete": ("kill", "word right"),
        "ctrl+delete": ("kill", "word right"),
        "ctrl+u": ("kill", "line start"),
        "ctrl+k": ("kill", "rest"),
        "ctrl+y": ("do", "yank"),
        "alt+y": ("do", "yank older"),
        "ctrl+underscore": ("do", "undo"),
        "ctrl+minus": ("do", "undo"),
        "alt+underscore": ("do", "redo"),
        "alt+shift+underscore": ("do", "redo"),
        "ctrl+shift+underscore": ("do", "redo"),
        "ctrl+shift+minus": ("do", "undo"),
        "alt+z": ("do", "redo"),
        "enter": ("do", "send"),
        "alt+enter": ("do", "queue"),
        "shift+enter": ("do", "newline"),
        "ctrl+enter": ("do", "newline"),
        "ctrl+j": ("do", "newline"),
        "tab": ("do", "complete"),
        "ctrl+v": ("do", "clipboard"),
    }
)
"""What a key does: a verb, and the motion or act that it is about."""

MENU = frozenset({"up", "down", "tab", "enter", "escape", "ctrl+n", "pageup", "pagedown"})
"""Keys that belong to an open menu."""

WITHOUT_TEXT = frozenset({"ctrl+d", "delete", "ctrl+home", "ctrl+end", "question_mark"})
"""Keys that mean something else to the application while the draft is empty."""

KEYS: tuple[tuple[str, str], ...] = (
    ("Enter", "send; while a run is active, steer it"),
    ("Alt+Enter", "a new line; while a run is active, queue for after it"),
    ("Shift+Enter, Ctrl+J, \\ Enter", "a new line"),
    ("Tab", "complete a /command or an @file"),
    ("Up, Down", "move; at the edge, what was typed before that begins the same"),
    ("Ctrl+A, Ctrl+E", "beginning and end of the line"),
    ("Alt+B, Alt+F", "a word back, a word on"),
    ("Ctrl+U, Ctrl+K", "cut to the beginning, to the end of the line"),
    ("Ctrl+W, Alt+D", "cut the word before, the word after"),
    ("Ctrl+Y, Alt+Y", "put back what was cut; what was cut before that"),
    ("Ctrl+_, Alt+_", "undo, redo (Alt+Z too)"),
    ("Ctrl+V", "paste text or an image from the clipboard"),
)
"""The editing keys for the help."""
