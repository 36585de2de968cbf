"""What the draft tells the application; handlers are named on_draft_submitted and so on."""

from dataclasses import dataclass
from typing import Literal

from textual.message import Message

from heartbit_tui.kernel.messages import Image
from heartbit_tui.tui.draft.kind import Kind
from heartbit_tui.tui.draft.state import DraftState


@dataclass
class Submitted(Message, namespace="draft"):
    """The person sent the draft, which is empty now; `state` brings it back when it cannot be taken."""

    text: str
    images: tuple[Image, ...]
    queue: bool
    kind: Kind
    state: DraftState


@dataclass
class Changed(Message, namespace="draft"):
    """The text is another one; `kind` says what it is now, `before` what stands before the cursor.

    Each chip is one private character in both texts.
    """

    text: str
    before: str
    kind: Kind


@dataclass
class WantsCompletion(Message, namespace="draft"):
    """The person pressed Tab; `before` is what stands before the cursor."""

    before: str


@dataclass
class MenuKey(Message, namespace="draft"):
    """A key for the menu that is open: up, down, tab, enter, escape, pageup, pagedown, ctrl+n."""

    key: str


@dataclass
class Pasted(Message, namespace="draft"):
    """Something was pasted; `chip` is its label, empty where it went in as text."""

    characters: int
    chip: str = ""


@dataclass
class Told(Message, namespace="draft"):
    """A sentence that the person should see."""

    text: str
    level: Literal["info", "warning", "error"] = "info"
