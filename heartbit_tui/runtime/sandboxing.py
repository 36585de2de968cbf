"""Whether the commands of a session run in a sandbox, and what is said where they do not though they should."""

import shutil
import sys
import tempfile
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import cast

from heartbit_tui.config import Config, Directories
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.permissions.paths import Workspace
from heartbit_tui.permissions.sandbox import (
    Absent,
    Active,
    Confinement,
    Found,
    Grounds,
    Wanted,
    find as try_out,
    grounds,
)

INSTALL = (
    "Install bubblewrap (apt install bubblewrap, dnf install bubblewrap, pacman -S bubblewrap)"
    if sys.platform == "linux"
    else "Look at what heartbit doctor says"
)
OFF = "or set sandbox.enabled = false to do without."


def find(config: Config, environment: Mapping[str, str], roots: Iterable[str]) -> Found:
    """What the settings and this machine give; blocks while the sandbox is tried. Raises `ConfigError`."""
    if config.value("sandbox.enabled") is not False:
        return try_out(environment, roots, cast("Wanted", config.string("sandbox.mechanism") or "any"))
    if config.boolean("sandbox.required"):
        message = "sandbox.required is true and sandbox.enabled is false; only one of them can hold."
        raise ConfigError(message, key="sandbox.enabled", source=config.source("sandbox.enabled"))
    return Absent()


def demand(config: Config, found: Found) -> None:
    """Raises `ConfigError` where a sandbox is required and there is none."""
    if isinstance(found, Absent) and config.boolean("sandbox.required"):
        message = (
            f"A sandbox is required and none works here: {found.reason}. {INSTALL}, or set sandbox.required = false."
        )
        raise ConfigError(message, key="sandbox.required", source=config.source("sandbox.required"))


def warnings(found: Found) -> tuple[str, ...]:
    """What a person is told where a sandbox was wanted and there is none."""
    if isinstance(found, Active) or not found.reason:
        return ()
    return (f"Commands run without a sandbox: {found.reason}. {INSTALL}, {OFF}",)


def label(found: Found) -> str:
    """The sandbox in a word; empty where there is none."""
    return found.name if isinstance(found, Active) else ""


def planned(
    config: Config,
    workspace: Workspace,
    places: Directories,
    environment: Mapping[str, str],
    unseen: Iterable[str] = (),
) -> Grounds:
    """What commands may change and may not see, as the settings say; `unseen` is hidden too."""
    found = grounds(
        workspace,
        environment,
        writable=config.strings("sandbox.writable"),
        network=config.boolean("sandbox.network"),
    )
    return replace(found, hidden=(*found.hidden, str(places.credentials_file), *unseen))


@contextmanager
def confinement(found: Active, planned: Grounds, *, asks: bool = False) -> Generator[Confinement]:
    """Sandboxes with a temporary folder of their own, which is removed in the end; `asks` as for `Confinement`."""
    temporary = tempfile.mkdtemp(prefix="heartbit-")
    try:
        yield Confinement(found, planned, temporary=temporary, asks=asks)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
