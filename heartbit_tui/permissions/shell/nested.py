"""Scripts that stand in a word of a command."""

import re

from heartbit_tui.permissions.shell.seen import Word
from heartbit_tui.permissions.shell.wrappers import SHELLS, base, readings

_RUNS = re.compile(r"-[a-zA-Z]*c[a-zA-Z]*")


def script_in(words: tuple[Word, ...]) -> Word | None:
    """The text that this command hands to a shell: of `bash -c`, `eval` and `trap`; None where there is none."""
    for command in readings(words):
        if not command[0].plain:
            continue
        name, rest = base(command[0].text), command[1:]
        if name == "eval" and rest:
            return Word(" ".join(word.text for word in rest), all(word.plain and not word.wild for word in rest))
        if name == "trap" and len(rest) > 1:
            return rest[1] if rest[0].text == "--" else rest[0]
        if name in SHELLS and (script := _after_c(rest)):
            return script
        if name == "su" and (script := _after_c(rest)):
            return script
    return None


def _after_c(words: tuple[Word, ...]) -> Word | None:
    for at, word in enumerate(words[:-1]):
        if _RUNS.fullmatch(word.text):
            return next((script for script in words[at + 1 :] if not script.text.startswith("-")), None)
    return None
