"""What a draft is going to be, told by how it begins."""

import re
from enum import StrEnum

_COMMAND = re.compile(r"/[^\s/]*(?:\s|$)")


class Kind(StrEnum):
    """What sending the draft would do; the values are words for the border."""

    PROMPT = "prompt"
    COMMAND = "command"
    SHELL = "shell"
    HIDDEN = "shell, hidden from the model"
    NOTE = "note to memory"


def kind_of(text: str) -> Kind:
    """`/` begins a command, `!` a shell command, `!!` a hidden one, `#` a note of one line; a path is a prompt."""
    match text[:1]:
        case "/" if _COMMAND.match(text):
            return Kind.COMMAND
        case "!":
            return Kind.HIDDEN if text.startswith("!!") else Kind.SHELL
        case "#" if "\n" not in text:
            return Kind.NOTE
        case _:
            return Kind.PROMPT
