"""A draft as data: for tabs, the stash and what is kept when the application ends."""

from dataclasses import field
from typing import cast

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.messages import Image, JsonObject
from heartbit_tui.tui.draft.chips import Attachment, PastedImage, PastedText
from heartbit_tui.tui.draft.cleaning import is_chip


@dataclass(frozen=True, slots=True)
class DraftState:
    """A draft's text, in which one private character stands for each chip, and what the chips hold."""

    text: str = ""
    cursor: int = 0
    attached: tuple[tuple[str, Attachment], ...] = field(default=())


def dumped(state: DraftState) -> JsonObject:
    """The state as a JSON object."""
    attached = [[chip, *_parts(each)] for chip, each in state.attached]
    return {"text": state.text, "cursor": state.cursor, "attached": attached}


def loaded(data: JsonObject) -> DraftState:
    """The state from what `dumped` made; what cannot be read of it is left out."""
    text, cursor = data.get("text"), data.get("cursor")
    if not isinstance(text, str):
        return DraftState()
    at = cursor if isinstance(cursor, int) else len(text)
    found = tuple(each for row in _rows(data.get("attached")) if (each := _attached(row)))
    return DraftState(text, min(max(at, 0), len(text)), found)


def _rows(found: object) -> list[object]:
    return cast("list[object]", found) if isinstance(found, list) else []


def _parts(attachment: Attachment) -> tuple[str, int, str, str]:
    match attachment:
        case PastedText(number=number, text=text):
            return "text", number, text, ""
        case PastedImage(number=number, image=image):
            return "image", number, image.data, image.media_type


def _attached(row: object) -> tuple[str, Attachment] | None:
    match row:
        case [str(chip), "text", int(number), str(text), str()] if is_chip(chip):
            return chip, PastedText(number, text)
        case [str(chip), "image", int(number), str(data), str(media_type)] if is_chip(chip):
            return chip, PastedImage(number, Image(media_type=media_type, data=data))
        case _:
            return None
