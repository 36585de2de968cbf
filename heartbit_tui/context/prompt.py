"""The system prompt: the same for a whole session, so that providers can cache it."""

from collections.abc import Sequence
from pathlib import Path

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.ops import Mode

POWERS = frozenset({"bash", "write", "edit", "patch"})
"""Tools that make an agent able to find its own way, and worth reminding it of that."""

_MODES: tuple[tuple[Mode, str], ...] = (
    (Mode.ASK, "reading the project is free; a person approves edits, commands and requests to the network"),
    (Mode.ACCEPT_EDITS, "edits inside the project are free; a person approves commands and everything outside"),
    (Mode.PLAN, "look and think only: nothing may be changed or run; end with a plan that a person can start"),
    (Mode.AUTO, "work on your own as far as the sandbox allows; a person approves what goes beyond"),
    (Mode.YOLO, "nothing is asked; deny rules and protected files still hold, so be careful"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Where an agent works; `extra` are further directories that it may use."""

    cwd: str
    platform: str
    shell: str
    extra: tuple[str, ...] = ()


def assemble(
    *, tools: Sequence[str], instructions: str, surroundings: Surroundings, append: str = "", role: str = ""
) -> str:
    """Project instructions first, then who the agent is, where it works, what it may rely on, and `append`.

    `role` says who it is where it is not heartbit itself.
    """
    parts = [role.strip() or usual(), _where(surroundings)]
    if POWERS.intersection(tools):
        parts.append(_read("resourceful.md"))
    if append:
        parts.append(append.strip())
    base = "\n\n".join(parts)
    return f"# Project Instructions\n\n{instructions}\n\n---\n\n{base}" if instructions else base


def usual() -> str:
    """Who heartbit's own agent is."""
    return _read("system.md")


def facts(mode: Mode, date: str) -> str:
    """What may change during a session: told with the messages, never in the system prompt."""
    meaning = next(text for known, text in _MODES if known is mode)
    return f"[Today is {date}. Mode: {mode} — {meaning}.]"


def _where(surroundings: Surroundings) -> str:
    lines = [
        "# Where you are",
        f"- Project directory: {surroundings.cwd} (relative paths are meant from here)",
        f"- System: {surroundings.platform}; commands run in {surroundings.shell}",
    ]
    lines += [f"- You may also use: {path}" for path in surroundings.extra]
    return "\n".join(lines)


def _read(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8").strip()
