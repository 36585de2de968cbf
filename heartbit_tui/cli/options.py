"""Options of a session out of the values of flags."""

import os
import re
from argparse import Namespace
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from heartbit_tui.headless.attachments import schema_from, text_of
from heartbit_tui.headless.endings import UsageError
from heartbit_tui.kernel.host import OnAsk
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.runtime.options import New, Options, Resume, Which

SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "provider": "provider.name",
        "model": "provider.model",
        "effort": "provider.effort",
        "max_turns": "limits.max_turns",
        "max_tokens": "limits.max_total_tokens",
        "max_cost": "limits.max_cost_usd",
        "max_session_cost": "limits.max_session_cost_usd",
        "max_day_cost": "limits.max_day_cost_usd",
        "timeout": "limits.run_timeout",
        "observability": "telemetry.observability_mode",
    }
)
"""The flags that are settings, and the keys of these."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)


def environment() -> Mapping[str, str]:
    """The environment of this process; without a HOME, the person's own according to the system."""
    return MappingProxyType({"HOME": str(Path("~").expanduser()), **os.environ})


def options(
    values: Namespace, *, surface: Literal["headless", "repl", "tui", "acp", "daemon"], on_ask: OnAsk
) -> Options:
    """The options that the flags of `run` or `chat` ask for. Raises `UsageError`."""
    return Options(
        cwd=directory(values.cwd),
        environment=environment(),
        surface=surface,
        which=_which(values),
        flags=MappingProxyType(
            {key: value for name, key in SETTINGS.items() if (value := getattr(values, name)) is not None}
        ),
        config_file=Path(values.config).absolute() if values.config else None,
        mode=_mode(values),
        on_ask=on_ask,
        allow=tuple(values.allow),
        deny=tuple(values.deny),
        extra_dirs=tuple(directory(each, "--add-dir") for each in values.add_dir),
        append_system=clean(values.append_system_prompt or ""),
        schema=_schema(values) if surface in ("headless", "repl") else None,
        bare=values.bare,
        ephemeral=values.ephemeral,
        demo=values.demo,
        verbose=values.verbose,
    )


def directory(given: str | None, flag: str = "--cwd") -> Path:
    """A directory that a flag names, the current one where none is named. Raises `UsageError`."""
    try:
        found = Path(given or ".").resolve(strict=True)
    except (OSError, ValueError) as error:
        what = f"{flag} {clean(given)}: there is no such directory" if given else "The current directory is gone"
        raise UsageError(f"{what}.") from error
    if not found.is_dir():
        raise UsageError(f"{flag} {clean(given or '')}: this is no directory.")
    return found


def clean(text: str) -> str:
    """An argument as text; bytes that are no UTF-8 are replaced."""
    return os.fsencode(text).decode("utf-8", "replace")


def paths(given: Iterable[str]) -> tuple[Path, ...]:
    """Files that flags name, from where the command was called."""
    return tuple(Path(each).absolute() for each in given)


def _which(values: Namespace) -> Which:
    last: bool = getattr(values, "continue")
    given = [flag for flag, there in (("-c", last), *_ids(values)) if there]
    if len(given) > 1:
        raise UsageError(f"{' and '.join(given)} each name a session; leave one out.")
    if values.fork and not given:
        raise UsageError("--fork needs the session to copy: -c for the last one, or --resume ID.")
    if values.resume is not None and not values.resume.strip():
        raise UsageError("--resume needs the id of a session; `heartbit sessions list` shows them.")
    if values.session is not None and not _ID.fullmatch(values.session):
        raise UsageError("--session takes an id of up to 64 letters, digits, dots, dashes and underlines.")
    if values.session is not None and not values.fork:
        return New(id=values.session)
    return Resume(id=(values.resume or values.session or "").strip(), fork=values.fork) if given else New()


def _ids(values: Namespace) -> tuple[tuple[str, bool], ...]:
    return ("--resume", values.resume is not None), ("--session", values.session is not None)


def _mode(values: Namespace) -> Mode | None:
    if values.approve and values.permission_mode not in (None, "ask"):
        raise UsageError(f"--approve means --permission-mode ask, and {values.permission_mode} was given too.")
    if values.approve:
        return Mode.ASK
    return Mode(values.permission_mode) if values.permission_mode else None


def _schema(values: Namespace) -> JsonObject | None:
    if values.output_schema and values.json_schema:
        raise UsageError("--output-schema and --json-schema both name a schema; leave one out.")
    if values.output_schema:
        file = Path(values.output_schema)
        return schema_from(text_of(file, "--output-schema"), f"--output-schema {file}")
    return schema_from(values.json_schema, "--json-schema") if values.json_schema is not None else None
