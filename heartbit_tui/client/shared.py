"""What a person's own commands printed, ahead of the words of the next prompt: how it begins, and where it ends."""

import re
from pathlib import Path

_FENCED = re.compile(r"\n\n(`{3,})\n\$ .*?\n\((?:exit code -?\d+|stopped by the user)\)\n\1(?=\n\n|\Z)", re.DOTALL)


def heading() -> str:
    """The sentence that stands over the commands, each of which is fenced below it."""
    return Path(__file__).with_name("shared.md").read_text(encoding="utf-8").strip()


def own_words(prompt: str) -> str:
    """The words of a prompt without the commands that ride with it; a fence is longer than all that it holds."""
    head = heading()
    if not prompt.startswith(f"{head}\n\n```"):
        return prompt
    at = len(head)
    while (found := _FENCED.match(prompt, at)) is not None:
        at = found.end()
    return prompt[at:].removeprefix("\n\n")
