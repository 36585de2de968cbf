"""What the draft tells the application."""

from typing import Literal, TypeAlias

from textual.message import Message

from heartbit_tui.kernel.messages import Image
from heartbit_tui.tui.draft.kind import Kind
from heartbit_tui.tui.draft.state import DraftState

Level: TypeAlias = Literal["info", "warning", "error"]


class Submitted(Message):
    """The person sent the draft, which is empty now; `state` brings it back when it cannot be taken."""

    def __init__(self, text: str, images: tuple[Image, ...], *, queue: bool, kind: Kind, state: DraftState) -> None:
        self.text = text
        self.images = images
        self.queue = queue
        self.kind = kind
        self.state = state
        super().__init__()


class Changed(Message):
    """The text is another one; `kind` says what it is now, `before` what stands before the cursor."""

    def __init__(self, text: str, before: str, kind: Kind) -> None:
        self.text = text
        self.before = before
        self.kind = kind
        super().__init__()


class WantsCompletion(Message):
    """Something that can be completed stands before the cursor; `asked` when the person pressed Tab for it."""

    def __init__(self, before: str, *, asked: bool) -> None:
        self.before = before
        self.asked = asked
        super().__init__()


class MenuKey(Message):
    """A key for the menu that is open: up, down, tab, enter, escape, pageup, pagedown, ctrl+n."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__()


class Pasted(Message):
    """Something was pasted; `chip` is its label, empty where it went in as text."""

    def __init__(self, characters: int, chip: str = "") -> None:
        self.characters = characters
        self.chip = chip
        super().__init__()


class Told(Message):
    """A sentence that the person should see."""

    def __init__(self, text: str, level: Level = "info") -> None:
        self.text = text
        self.level: Level = level
        super().__init__()
