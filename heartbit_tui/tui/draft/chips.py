"""Large pastes and images as chips: one private character in the draft, a label on the screen."""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.messages import Image
from heartbit_tui.tui.draft.cleaning import FIRST_CHIP, LAST_CHIP

LINES = 5
CHARACTERS = 800
"""A paste with more than this becomes a chip."""


@dataclass(frozen=True, slots=True)
class PastedText:
    """A text that was pasted, with its number among those of this draft."""

    number: int
    text: str

    @property
    def label(self) -> str:
        """What stands for it on the screen."""
        lines = self.text.count("\n") + 1
        size = f"+{lines} lines" if lines > 1 else f"+{len(self.text)} characters"
        return f"[Pasted text #{self.number} {size}]"


@dataclass(frozen=True, slots=True)
class PastedImage:
    """An image, with its number among those of this draft."""

    number: int
    image: Image

    @property
    def label(self) -> str:
        """What stands for it on the screen."""
        return f"[Image #{self.number}]"


Attachment: TypeAlias = PastedText | PastedImage


@dataclass(frozen=True, slots=True)
class Sent:
    """What a draft says in full: chips of text written out, images beside it in the order of their labels."""

    text: str
    images: tuple[Image, ...] = ()


def is_large(text: str) -> bool:
    """Whether a paste is better shown as a chip."""
    return len(text) > CHARACTERS or text.count("\n") >= LINES


def free_chip(taken: Mapping[str, Attachment]) -> str | None:
    """The next character that can stand for a chip; None when there are too many."""
    code = max(map(ord, taken), default=FIRST_CHIP - 1) + 1
    return chr(code) if code <= LAST_CHIP else None


def next_number(taken: Iterable[Attachment], kind: type[PastedText] | type[PastedImage]) -> int:
    """The number that the next attachment of a kind gets."""
    return 1 + max((each.number for each in taken if isinstance(each, kind)), default=0)


def full(text: str, attached: Mapping[str, Attachment]) -> Sent:
    """Write out every chip; images are numbered anew in the order in which they stand."""
    images: list[Image] = []
    parts: list[str] = []
    for character in text:
        match attached.get(character):
            case PastedText(text=pasted):
                parts.append(pasted)
            case PastedImage(image=image):
                images.append(image)
                parts.append(PastedImage(len(images), image).label)
            case None:
                parts.append(character)
    return Sent("".join(parts), tuple(images))


def labelled(text: str, attached: Mapping[str, Attachment]) -> str:
    """Write out every chip of text; images stand there by the labels that they have on the screen."""
    return "".join(_labelled(attached.get(character), character) for character in text)


def _labelled(held: Attachment | None, character: str) -> str:
    match held:
        case PastedText(text=text):
            return text
        case PastedImage():
            return held.label
        case None:
            return character
