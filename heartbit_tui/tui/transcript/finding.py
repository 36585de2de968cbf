"""A search through a transcript."""

import re
from collections.abc import Iterator, Sequence

from heartbit_tui.tui.transcript.blocks import Answer, Block, Prompt
from heartbit_tui.tui.transcript.plain import plain
from heartbit_tui.tui.transcript.transcript import Transcript


def pattern(words: str) -> re.Pattern[str] | None:
    """What to look for: the words as they are; case counts where there is a capital. None for nothing."""
    if not words.strip():
        return None
    return re.compile(re.escape(words), 0 if words != words.lower() else re.IGNORECASE)


def hits(blocks: Sequence[Block], needle: re.Pattern[str], start: int, step: int) -> Iterator[int | None]:
    """The numbers of the blocks that match, from `start` on, once around; None for each that does not.

    It can be left at any None: so a long search holds nobody up.
    """
    count = len(blocks)
    for away in range(count):
        number = (start + away * step) % count
        yield number if needle.search(plain(blocks[number])) else None


def block_of(transcript: Transcript, seq: int, call: str = "") -> int:
    """The number of the block that an event became: its call, the words that it brought, or what stands before it."""
    number = transcript.call(call) if call else None
    if number is not None:
        return number
    first = transcript.at((seq, 0))
    for number in range(first, len(transcript.blocks)):
        if transcript.place(number)[0] != seq:
            break
        if isinstance(transcript.blocks[number], Answer | Prompt):
            return number
    return max(min(first, len(transcript.blocks)) - 1, 0)
