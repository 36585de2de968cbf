"""What keys do to a draft, without a screen."""

from collections.abc import Mapping

from heartbit_tui.kernel.messages import Image
from heartbit_tui.tui.draft.chips import (
    Attachment,
    PastedImage,
    PastedText,
    free_chip,
    is_large,
    next_number,
)
from heartbit_tui.tui.draft.cleaning import is_chip
from heartbit_tui.tui.draft.kills import Kills
from heartbit_tui.tui.draft.motions import MOTIONS
from heartbit_tui.tui.draft.passage import Passage, moved, replaced, typed
from heartbit_tui.tui.draft.state import DraftState
from heartbit_tui.tui.draft.undo import Undo


class Pen:
    """A passage with its chips, its steps back and what was cut from it."""

    def __init__(self) -> None:
        self.passage = Passage()
        self.attached: Mapping[str, Attachment] = {}
        self._undo = Undo()
        self._kills = Kills()
        self._last = ""

    def type(self, text: str) -> None:
        """Put text at the cursor; letters that follow each other are one step, up to a blank."""
        if text.isspace() or self.passage.selected:
            self._undo.split()
        self._change(typed(self.passage, text), "type")

    def put(self, passage: Passage) -> None:
        """Have this passage instead, as a step of its own where its text is another."""
        if passage.text == self.passage.text:
            self.place(passage)
        else:
            self._change(passage)

    def place(self, passage: Passage) -> None:
        """Have the cursor and the selection elsewhere."""
        self.passage = passage
        self._undo.split()
        self._last = "move"

    def move(self, motion: str, *, select: bool = False) -> None:
        """Move by a named motion; leaving a selection sideways goes to its edge."""
        start, end = self.passage.span
        if start != end and not select and motion in ("left", "right"):
            self.place(moved(self.passage, start if motion == "left" else end))
        else:
            to = MOTIONS[motion](self.passage.text, self.passage.cursor)
            self.place(moved(self.passage, to, select=select))

    def delete(self, motion: str) -> None:
        """Delete the selection, else up to where a motion leads."""
        start, end = self._reach(motion)
        if start != end:
            self._change(replaced(self.passage, start, end, ""), f"delete {motion}")
            self._last = "delete"

    def kill(self, motion: str) -> None:
        """Cut the selection, else up to where a motion leads; what is cut in a row is put back as one."""
        start, end = self._reach(motion)
        forward = start == self.passage.cursor
        self._kills.keep(self.passage.text[start:end], forward=forward, joined=self._last == "kill")
        if start != end:
            self._change(replaced(self.passage, start, end, ""))
        self._last = "kill"

    def yank(self, *, older: bool = False) -> None:
        """Put back what was cut last; `older` right after that puts what was cut before in its place."""
        if older and self._last != "yank":
            return
        passage = self.passage
        if older:
            start = passage.cursor - len(self._kills.newest())
            self._change(replaced(passage, start, passage.cursor, self._kills.older()))
        elif newest := self._kills.newest():
            self._change(typed(passage, newest))
        self._last = "yank"

    def undo(self, *, forth: bool = False) -> None:
        """Take the last step back; `forth` takes a step again that was taken back."""
        found = self._undo.forth(self.passage) if forth else self._undo.back(self.passage)
        self.passage = found or self.passage
        self._last = "undo"

    def paste(self, text: str) -> str:
        """Put a paste at the cursor and return its chip's label, empty when it went in as text.

        The same large paste again, right after its chip, writes the chip out.
        """
        chip = self.passage.text[self.passage.cursor - 1 : self.passage.cursor] if self.passage.cursor else ""
        held = self.attached.get(chip)
        if isinstance(held, PastedText) and held.text == text and self._last == "paste":
            cursor = self.passage.cursor
            self._change(replaced(self.passage, cursor - 1, cursor, text))
            return ""
        label = ""
        if is_large(text):
            label = self._attach(PastedText(next_number(self.attached.values(), PastedText), text))
        if not label:
            self._change(typed(self.passage, text))
        self._last = "paste"
        return label

    def add_image(self, image: Image) -> str:
        """Put an image at the cursor as a chip and return its label; empty when there are too many chips."""
        return self._attach(PastedImage(next_number(self.attached.values(), PastedImage), image))

    def state(self) -> DraftState:
        """The draft as data."""
        held = tuple((chip, each) for chip, each in self.attached.items() if chip in self.passage.text)
        return DraftState(self.passage.text, self.passage.cursor, held)

    def restore(self, state: DraftState) -> None:
        """Have a draft as it was; what is there now is one step back."""
        lost = {ord(character): "" for character in state.text if is_chip(character)}
        chips = lost | {ord(chip): self._chip(chip, held) for chip, held in state.attached}
        text = state.text.translate(chips)
        self.put(Passage(text, min(state.cursor, len(text))))

    @property
    def depth(self) -> int:
        """How many steps back there are."""
        return self._undo.depth

    def gather(self, depth: int) -> None:
        """Make all steps beyond `depth` one."""
        self._undo.gather(depth)

    def empty(self) -> None:
        """Begin anew: what was cut stays, steps and chips are gone."""
        self.passage, self.attached, self._undo, self._last = Passage(), {}, Undo(), ""

    def _chip(self, wanted: str, held: Attachment) -> str:
        """The chip for something held: the wanted one, if it does not stand for something else."""
        if self.attached.get(wanted, held) != held:
            wanted = free_chip(self.attached) or ""
        if wanted:
            self.attached = {**self.attached, wanted: held}
        return wanted

    def _attach(self, attachment: Attachment) -> str:
        chip = free_chip(self.attached)
        if chip is None:
            return ""
        self.attached = {**self.attached, chip: attachment}
        self._change(typed(self.passage, chip))
        return attachment.label

    def _reach(self, motion: str) -> tuple[int, int]:
        start, end = self.passage.span
        if start != end:
            return start, end
        to = MOTIONS[motion](self.passage.text, end)
        return min(to, end), max(to, end)

    def _change(self, passage: Passage, kind: str = "") -> None:
        self._undo.record(self.passage, kind)
        self.passage = passage
        self._last = "change"
