"""Makes the frame of a new skill."""

import json
from pathlib import Path

from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.skills.find import SKILL
from heartbit_tui.skills.parse import LONGEST_DESCRIPTION, LONGEST_NAME, NAME

USUAL = "What it does, in a few words. Use when (say in which words people ask for it)."
BAD_NAME = "“{name}” cannot be the name of a skill: 1 to {most} of a-z, 0-9 and single hyphens, such as release-notes."
TOO_LONG = "The description has {count:,} of at most {most:,} letters."
THERE = "{file} is there already."


def make(folder: Path, name: str, description: str = "") -> Path:
    """Write the SKILL.md of a new skill into a folder of skills; its path. Raises `ConfigError`."""
    if NAME.fullmatch(name) is None or len(name) > LONGEST_NAME:
        raise ConfigError(BAD_NAME.format(name=name, most=LONGEST_NAME))
    said = " ".join(description.split()) or USUAL
    if len(said) > LONGEST_DESCRIPTION:
        raise ConfigError(TOO_LONG.format(count=len(said), most=LONGEST_DESCRIPTION))
    file = folder / name / SKILL
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as opened:
            opened.write(_text(name, said))
    except FileExistsError as error:
        raise ConfigError(THERE.format(file=file), source=str(file)) from error
    except OSError as error:
        raise ConfigError(f"{file} cannot be written: {error.strerror}.", source=str(file)) from error
    return file


def _text(name: str, description: str) -> str:
    template = Path(__file__).with_suffix(".md").read_text(encoding="utf-8")
    title = name.replace("-", " ").capitalize()
    quoted = json.dumps(description, ensure_ascii=False)
    return template.replace("{name}", name).replace("{description}", quoted).replace("{title}", title)
