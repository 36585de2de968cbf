"""What a person has sent that has not come into the conversation yet."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import Envelope, PromptQueued, UserMessage
from heartbit_tui.kernel.messages import Text
from heartbit_tui.tui.transcript.blocks import Prompt

How: TypeAlias = Literal["prompt", "steer", "queued"]


@dataclass(frozen=True, slots=True)
class _Sent:
    """All words that were sent, and the block that shows the person's own."""

    words: str
    block: Prompt


class Pending:
    """Prompts and words for the run, in the order in which they were sent.

    Words that a run ended without reading become prompts by themselves; the envelopes tell it.
    """

    def __init__(self) -> None:
        self._sent: tuple[_Sent, ...] = ()
        self._blocks: tuple[Prompt, ...] = ()

    @property
    def blocks(self) -> Sequence[Prompt]:
        """What waits, as it is shown; the same blocks as long as nothing changes."""
        return self._blocks

    @property
    def queued(self) -> int:
        """How many prompts wait for the run's end."""
        return sum(block.how == "queued" for block in self._blocks)

    def send(self, text: str, how: How, *, words: str = "", images: int = 0) -> None:
        """The person sent `text`; `words` is all that goes to the model where that is more."""
        self._set((*self._sent, _Sent(words or text, Prompt(text=text, how=how, images=images))))

    def drop(self) -> Sequence[str]:
        """Nothing of it will ever be read: forget it; the words."""
        lost = tuple(each.block.text for each in self._sent)
        self._set(())
        return lost

    def take(self, envelope: Envelope) -> None:
        """See in an envelope that something has arrived, or waits for longer."""
        match envelope.event:
            case UserMessage(origin="prompt" | "steer", message=message):
                self._arrived("".join(part.text for part in message.content if isinstance(part, Text)))
            case PromptQueued(text=text):
                self._waits(text)
            case _:
                pass

    def _arrived(self, words: str) -> None:
        number = self._number(words)
        if number is not None:
            self._set((*self._sent[:number], *self._sent[number + 1 :]))

    def _waits(self, words: str) -> None:
        number = self._number(words)
        if number is None:
            self.send(words, "queued")
        else:
            sent = self._sent[number]
            waiting = _Sent(sent.words, replace(sent.block, how="queued"))
            self._set((*self._sent[:number], waiting, *self._sent[number + 1 :]))

    def _number(self, words: str) -> int | None:
        return next((number for number, sent in enumerate(self._sent) if sent.words == words), None)

    def _set(self, sent: tuple[_Sent, ...]) -> None:
        self._sent = sent
        self._blocks = tuple(each.block for each in sent)
