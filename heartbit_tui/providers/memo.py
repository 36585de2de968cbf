"""What is sent again and again is made once: the next request differs from the last one at its end alone."""

import json
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar, cast

from heartbit_tui.kernel.messages import JsonObject

SEVERAL = 8
"""Blocks from which on a message is written block by block."""

Given = TypeVar("Given")
Made = TypeVar("Made")


class Memo(Generic[Given, Made]):
    """Gives for messages, tools or items what `make` makes of them, and remembers that for as long as they are asked for.

    A thing is known again by identity; it never changes. What comes out must not be changed either.
    """

    def __init__(self, make: Callable[[Given], Made]) -> None:
        self._make = make
        self._known: dict[int, tuple[Given, Made]] = {}

    def __call__(self, several: Iterable[Given]) -> list[Made]:
        before, known = self._known, dict[int, tuple[Given, Made]]()
        made: list[Made] = []
        for each in several:
            found = before.get(id(each))
            if found is None or found[0] is not each:
                found = (each, self._make(each))
            known[id(each)] = found
            made.append(found[1])
        self._known = known
        return made


class Writer:
    """Writes the bodies of requests as JSON; what stands in the lists of several is written once.

    Lists are written item by item, and items block by block, since one call keeps all threads waiting.
    """

    def __init__(self) -> None:
        self._lists: dict[str, Memo[object, str]] = {}

    def __call__(self, body: JsonObject) -> str:
        """The JSON of a body."""
        return "{" + ",".join(f"{_json(name)}:{self._value(name, value)}" for name, value in body.items()) + "}"

    def _value(self, name: str, value: object) -> str:
        if not isinstance(value, list):
            return _json(value)
        items = self._lists.setdefault(name, Memo(_item))
        return "[" + ",".join(items(cast("list[object]", value))) + "]"


def _item(item: object) -> str:
    """The JSON of an item; a message has its blocks in a list."""
    if not isinstance(item, dict):
        return _json(item)
    fields = cast("JsonObject", item).items()
    return "{" + ",".join(f"{_json(name)}:{_listed(value)}" for name, value in fields) + "}"


def _listed(value: object) -> str:
    if isinstance(value, list) and len(blocks := cast("list[object]", value)) >= SEVERAL:
        return f"[{','.join(map(_json, blocks))}]"
    return _json(cast("object", value))


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
