"""A new HEARTBEAT file, made of what a person says on a command line and checked as it will be read."""

import re
from collections.abc import Mapping
from datetime import tzinfo
from pathlib import Path

import yaml

from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.schedules.beats import Heartbeat
from heartbit_tui.schedules.beats_file import FENCE, parse
from heartbit_tui.schedules.beats_found import BEGINS, ENDS

LONGEST_NAME = 60
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
BAD_NAME = "{name!r} is no name for a heartbeat: up to {most} letters, digits, dots and hyphens are, such as `mail`."
THERE = "{file} is there already; take another name, or change it in an editor."


def file_name(name: str) -> str:
    """The name of the file of a heartbeat: `HEARTBEAT-mail.md` for `mail`, and a whole name as it is.

    Raises `ConfigError` for what is none.
    """
    bare = name.removeprefix(f"{BEGINS}-").removesuffix(ENDS)
    if name in (BEGINS, f"{BEGINS}{ENDS}"):
        return f"{BEGINS}{ENDS}"
    if _NAME.fullmatch(bare) is None or len(bare) > LONGEST_NAME:
        raise ConfigError(BAD_NAME.format(name=name[: 2 * LONGEST_NAME], most=LONGEST_NAME))
    return f"{BEGINS}-{bare}{ENDS}"


def text_of(table: Mapping[str, str | float], words: str) -> str:
    """The text of a file with this table, without what is empty in it, and these words for an agent."""
    said = {name: value for name, value in table.items() if value}
    head = yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=1_000) if said else ""
    return f"{FENCE}\n{head}{FENCE}\n{words.strip()}\n" if words.strip() else f"{FENCE}\n{head}{FENCE}\n"


def make(folder: Path, name: str, text: str, here: tzinfo) -> Heartbeat:
    """Write a file that is a heartbeat; `here` is the zone of this machine.

    Raises `ConfigError`, with nothing written, where the text is none, the file is there, or cannot be written.
    """
    file = folder / file_name(name)
    found = parse(text, file, folder, here)
    if not isinstance(found, Heartbeat):
        raise ConfigError(found.reason, source=str(file))
    try:
        with file.open("x", encoding="utf-8", newline="\n") as opened:
            opened.write(text)
    except FileExistsError as error:
        raise ConfigError(THERE.format(file=file), source=str(file)) from error
    except OSError as error:
        raise ConfigError(f"{file} cannot be written: {error.strerror}.", source=str(file)) from error
    return found
