"""What is said of commands that could not do here what they are meant to do."""

import re
import shlex

_EDITORS = ("vi", "vim", "nvim", "view", "vimdiff", "emacs", "nano", "pico", "joe", "micro", "hx", "kak")
TERMINAL_PROGRAMS = frozenset((*_EDITORS, "htop", "btop", "mc", "ranger", "nnn", "lazygit", "tig"))
"""Programs that draw on a whole terminal; some of them wait for ever where there is none."""

_WITHOUT_A_TERMINAL = re.compile(r"-(?:e|es|E|Es|b)|--?(?:batch|headless|version|help|script|h|V|v)")
_ONLY_CD = re.compile(r"\s*(?:cd|pushd|popd)(?:\s+[^;&|<>`$()\n]*)?\s*")


def hint(command: str) -> str:
    """What the person should know of a command that changes nothing by itself; empty for any other."""
    if not _ONLY_CD.fullmatch(command):
        return ""
    return "Each ! command starts in the session's folder again, so cd alone changes nothing. Use: !cd DIR && COMMAND"


def refused(command: str) -> str:
    """Why a command is not started; empty where it is."""
    if "\0" in command:
        return "A command cannot hold a NUL character."
    program, *arguments = _words(command) or [""]
    name = program.rpartition("/")[2]
    if name not in TERMINAL_PROGRAMS or any(_WITHOUT_A_TERMINAL.fullmatch(each) for each in arguments):
        return ""
    return f"{name} needs a terminal of its own. Press Ctrl+Z for your shell, run it there, and come back with fg."


def _words(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError:
        return []
    while words and (words[0] in ("sudo", "env", "exec", "command") or re.fullmatch(r"\w+=.*", words[0])):
        del words[0]
    return words
