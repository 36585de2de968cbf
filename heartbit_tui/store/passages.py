"""What of an event can be searched: a prompt, an answer, a call or its result, as text that may be kept a second time."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, NamedTuple, TypeAlias, cast

from heartbit_tui.wire.write import storable

Kind: TypeAlias = Literal["prompt", "answer", "call", "result"]
Mask: TypeAlias = Callable[[str], str]

TYPES = ("user_message", "assistant_message", "tool_answered")
"""The types of events that have something to find."""

WORDS, OUTPUT = 16_384, 4_096
"""Characters that are searched of what somebody said, and of a call or what came of it."""

MARGIN = 2_048
"""Characters behind a cut that are looked at for a secret that begins before it."""

OPENING, CLOSING = "\x02", "\x03"
"""What SQLite is told to put around a match; no passage holds them."""

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Passage(NamedTuple):
    """One text of a session; `call` is the id of the call that it is about."""

    seq: int
    kind: Kind
    call: str
    text: str


def passages(seq: int, type: str, body: str, mask: Mask) -> Iterator[Passage]:
    """What can be searched of a row of the log, secrets masked; nothing of one that cannot be read."""
    try:
        told: object = json.loads(body)
        for kind, call, text in _said(type, cast("Mapping[str, Any]", told)):
            kept = _kept(text, OUTPUT if kind in ("call", "result") else WORDS, mask)
            if kept.strip():
                yield Passage(seq, kind, storable(call), kept)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        # A damaged or foreign row has any shape; reading the session itself tells of it.
        return


def _said(type: str, told: Mapping[str, Any]) -> Iterator[tuple[Kind, str, str]]:
    match type:
        case "user_message":
            if told["origin"] != "heartbit":
                yield "prompt", "", _texts(told["message"]["content"])
        case "assistant_message":
            yield "answer", "", _texts(told["message"]["content"])
            for block in told["message"]["content"]:
                if block["type"] == "tool_use":
                    yield "call", str(block["id"]), _call(block)
        case "tool_answered":
            yield "result", str(told["result"]["tool_use_id"]), str(told["result"]["content"])
        case _:
            return


def _texts(blocks: list[Mapping[str, Any]]) -> str:
    return "\n".join(str(block["text"]) for block in blocks if block["type"] == "text")


def _call(block: Mapping[str, Any]) -> str:
    """A call as lines: its tool, then each argument with its name."""
    return "\n".join((str(block["name"]), *(_argument(name, value) for name, value in block["input"].items())))


def _argument(name: str, value: object) -> str:
    return f"{name}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"


def _kept(text: str, most: int, mask: Mask) -> str:
    """The beginning of a text without secrets: masked before it is cut, and not cut inside of a word that is long."""
    if len(text) > most + MARGIN:
        text = text[: most + MARGIN]
        text = text[: max(text.rfind(" "), text.rfind("\n"), text.rfind("\t")) + 1]
    masked = mask(text)
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", storable(masked.replace("\r\n", "\n")))[:most]
