"""What a person's keymap.toml asks for, entry by entry, and what in it cannot be understood."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

from heartbit_tui.config.positions import line_of
from heartbit_tui.tui.keys import names
from heartbit_tui.tui.keys.actions import ACTIONS, WHERES, Action, Where
from heartbit_tui.tui.keys.override import Override, Overrides

FILE = "keymap.toml"
LARGEST = 1 << 20
"""Bytes that a keymap may have."""

TYPED: tuple[Where, ...] = ("everywhere", "draft", "chat", "list")
"""Places where a plain key is a letter that is written."""

EMPTY_DRAFT = ("help", "question_mark")
"""The one action whose plain key counts while the draft is empty."""


def read(path: Path, actions: Sequence[Action] = ACTIONS) -> Overrides:
    """The entries of a keymap file; none where there is no file."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        return Overrides()
    except OSError as error:
        return Overrides(faults=(f"{path} was not read: {error.strerror}. The usual keys count.",))
    if len(content) > LARGEST:
        return Overrides(
            faults=(f"{path} has more than {LARGEST >> 20} MB, so it was not read. The usual keys count.",)
        )
    return parse(content.decode("utf-8", "replace"), str(path), actions)


def parse(text: str, source: str, actions: Sequence[Action] = ACTIONS) -> Overrides:
    """The entries of a keymap's text; `source` names it in what is told."""
    if not text.strip():
        return Overrides()
    import tomllib  # slow to import, and who remapped nothing has nothing to read

    try:
        document = cast("Mapping[str, object]", tomllib.loads(text))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return Overrides(faults=(f"{source} is not valid TOML: {error}. The usual keys count.",))
    found = list(_entries(document, text, source, actions))
    entries = tuple(each for each in found if isinstance(each, Override))
    return Overrides(entries, tuple(each for each in found if isinstance(each, str)))


def _entries(
    document: Mapping[str, object], text: str, source: str, actions: Sequence[Action]
) -> Iterator[Override | str]:
    known = {action.name: action for action in actions}
    for table, content in document.items():
        place = _told(source, line_of(text, (table,)))
        where: Where | None = next((each for each in WHERES if each == table), None)
        if table != "keys" and where is None:
            yield f"{place}: there is no table [{table}].{_nearest(table, ('keys', *WHERES))}"
        elif not isinstance(content, dict):
            yield f'{place}: write [{table}] as a table with an action a line, such as palette = "ctrl+p".'
        else:
            for name, value in cast("Mapping[str, object]", content).items():
                told = _told(source, line_of(text, (table, name)))
                yield _entry(Override(name, (), where, told), value, known)


def _entry(blank: Override, value: object, known: Mapping[str, Action]) -> Override | str:
    """The entry, or what is wrong with it."""
    action = known.get(blank.action)
    if action is None:
        return f"{blank.told}: there is no action {blank.action}.{_nearest(blank.action, known)}"
    if blank.where is not None and blank.where not in action.where:
        return f"{blank.told}: {action.name} has no keys in [{blank.where}], but in {', '.join(action.where)}."
    written = _written(value)
    if written is None:
        return f'{blank.told}: the keys of {action.name} are a text such as "ctrl+p", a list of them, or false.'
    if not written and (action.needed or action.fixed):
        return f"{blank.told}: {action.name} needs a key, so it keeps {_labels(action.keys)}."
    keys = tuple(dict.fromkeys(names.normal(key) or f"?{key}" for key in written))
    wrong = next((fault for key in keys if (fault := fault_of(key, action, blank.where))), "")
    return f"{blank.told}: {wrong}" if wrong else Override(action.name, keys, blank.where, blank.told)


def fault_of(key: str, action: Action, where: Where | None = None) -> str:
    """Why this action cannot have this key, as the rest of a sentence; empty where it can."""
    if key.startswith("?"):
        return f"{key[1:40]!r} is no key.{_nearest(key[1:40].lower(), names.EXAMPLES)}"
    label = names.label(key)
    if key in action.keys:
        return ""
    if why := next((why for step in key.split(" ") if (why := names.refusal(step))), ""):
        return f"{label} cannot be used: {why}."
    if key == "ctrl+j" and action.name != "newline":
        return "Ctrl+J is always a new line, since some terminals send it for Shift+Enter."
    places = action.where if where is None else (where,)
    if names.is_plain(key) and any(place in TYPED for place in places) and (action.name, key) != EMPTY_DRAFT:
        return (
            f"{label} alone is a letter of the draft; give {action.name} a key with Ctrl or Alt, or one of F2 to F12."
        )
    if " " in key and (action.name != "rewind" or len(key.split(" ")) > 2):
        return f"{label} is more than one key; only rewind can have two, such as escape escape."
    return ""


def _written(value: object) -> tuple[str, ...] | None:
    """The keys as they are written; empty for false, None for what is neither."""
    if value is False:
        return ()
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list) and value:
        texts = [each for each in cast("list[object]", value) if isinstance(each, str)]
        return tuple(texts) if len(texts) == len(cast("list[object]", value)) else None
    return None


def _nearest(word: str, known: Sequence[str] | Mapping[str, object]) -> str:
    near = difflib.get_close_matches(word[:40], tuple(known), n=1, cutoff=0.6)
    return f" Did you mean {near[0]}?" if near else ""


def _labels(keys: Sequence[str]) -> str:
    return ", ".join(names.label(key) for key in keys)


def _told(source: str, line: int) -> str:
    return f"{source}:{line}" if line else source
