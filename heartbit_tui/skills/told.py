"""How skills and commands are told to a model; pure."""

import hashlib
import shlex
from collections.abc import Sequence

from heartbit_tui.skills.types import Command, Skill

LINE = 1_024
"""Letters of one skill in the list; the specification's bound of a description."""

LIST = 16_000
"""Letters of the whole list; what does not fit is told by its name alone."""

CALLED = "[/{name} (#{seq})]"
"""The first line of what is told for a prompt; `seq` is the prompt's."""

AGAIN = "[The skill {name} is in use since earlier in this conversation; it still holds.]"
"""The first line of what is told again after a summary."""

APART = (
    "The user called the skill {name}, which another agent follows. Load it by the tool `skill` with these arguments, and "
    "tell the user what came of it: {arguments}"
)
ORDER = "The user called this command, written down in {file}. Carry out what it says:"
FILES = "Files of the skill, to read or run when its text asks for them: {files}"
FOLDER = "Paths in its text that are relative start at its folder, {folder}"
EXPECTS = "Its author expects these tools: {tools}. That permits none of them."
WITHOUT = "Its author wants it done without these tools: {tools}."
CUT = "\n\n[cut here: {file} has the rest]"
_NONE = "(nothing)"


def listed(skills: Sequence[Skill]) -> str:
    """The list of skills: name and description, one a line."""
    lines: list[str] = []
    left = LIST
    for skill in skills:
        about = f" (for {', '.join(skill.paths)})" if skill.paths else ""
        line = _short(f"- {skill.name}: {skill.description}{about}", LINE)
        lines.append(line if len(line) <= left else f"- {skill.name}")
        left -= len(lines[-1])
    return "\n".join(lines)


def loaded(skill: Skill, text: str, files: Sequence[str], arguments: str = "") -> str:
    """A skill with all that a model needs to follow it, fenced so that no text in it can seem to stand outside."""
    said = _put_in(text, arguments, skill)
    mark = hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    about = [FOLDER.format(folder=skill.folder)]
    if files:
        about.append(FILES.format(files=", ".join(str(skill.folder / name) for name in files)))
    if skill.allowed:
        about.append(EXPECTS.format(tools=", ".join(skill.allowed)))
    if skill.barred:
        about.append(WITHOUT.format(tools=", ".join(skill.barred)))
    head = f'<skill-{mark} name="{skill.name}" from="{skill.place.layer}">'
    return "\n".join((head, *about, "", said or _NONE, f"</skill-{mark}>"))


def ordered(command: Command, text: str, arguments: str) -> str:
    """A command as the model is told it."""
    return f"{ORDER.format(file=command.file)}\n\n{filled(text, arguments)}"


def filled(text: str, arguments: str) -> str:
    """A command's text with what was typed behind its name in the places that are meant for it."""
    words = split(arguments)
    for number in range(9, 0, -1):
        text = text.replace(f"${number}", words[number - 1] if number <= len(words) else "")
    return text.replace("$ARGUMENTS", arguments)


def split(arguments: str) -> tuple[str, ...]:
    """The arguments one by one; quotes hold words together."""
    try:
        return tuple(shlex.split(arguments))
    except ValueError:
        return tuple(arguments.split())


def shortened(text: str, most: int, file: str) -> str:
    """A text of at most `most` bytes, with a word about what is missing."""
    data = text.encode("utf-8", "surrogatepass")
    return text if len(data) <= most else data[:most].decode("utf-8", "ignore") + CUT.format(file=file)


def _put_in(text: str, arguments: str, skill: Skill) -> str:
    for name in ("${CLAUDE_SKILL_DIR}", "${SKILL_DIR}"):
        text = text.replace(name, str(skill.folder))
    return text.replace("$ARGUMENTS", arguments)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
