"""Text from outside made fit for a draft: what a terminal would obey is taken out."""

import re

FIRST_CHIP = 0x10FE00
LAST_CHIP = 0x10FFFD
"""Private characters that stand for chips within a draft; in text from outside they mean nothing."""

_ENDS = re.compile(r"\r\n?|[\u2028\u2029\x85]")
_ACTING = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]{0,4096}(?:\x07|\x1b\\)"
    rf"|[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff{chr(FIRST_CHIP)}-{chr(LAST_CHIP)}]"
)


def cleaned(text: str) -> tuple[str, int]:
    """The text without control characters and escape sequences, and how many were taken out; line ends are \\n."""
    if text.isascii() and text.isprintable():
        return text, 0
    return _ACTING.subn("", _ENDS.sub("\n", text))


def is_chip(text: str) -> bool:
    """Whether a text is a character that stands for a chip."""
    return len(text) == 1 and FIRST_CHIP <= ord(text) <= LAST_CHIP
