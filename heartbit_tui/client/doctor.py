"""What is there and what is missing on this machine, looked at one thing after the other; blocks."""

import os
import platform
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from heartbit_tui import __version__
from heartbit_tui.auth import Credentials, system_vault
from heartbit_tui.client import doctor_reach, reach
from heartbit_tui.client.finding import Finding, State
from heartbit_tui.client.homely import homely
from heartbit_tui.config import Config, Directories, directories
from heartbit_tui.config.locked import LockedFile
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.permissions.sandbox import Absent, Active
from heartbit_tui.runtime import language, sandboxing, settings
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.parts import parts
from heartbit_tui.store import driver
from heartbit_tui.store.damage import REPAIR
from heartbit_tui.store.salvage.repair import examine


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """What is looked at: the options of a session here, and the terminal in words."""

    options: Options
    terminal: str

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment of the process."""
        return self.options.environment

    @property
    def places(self) -> Directories:
        """The folders of heartbit itself."""
        return directories(self.environment, Path(self.environment.get("HOME") or "/"))

    @property
    def credentials(self) -> Credentials:
        """The keys of model services."""
        file = LockedFile(self.places.credentials_file)
        return Credentials(file=file, environment=self.environment, vault=system_vault())


def look(patient: Patient) -> Iterator[Finding]:
    """Look at everything; what is told is safe to paste: no key, and the home folder is written ~."""
    home = patient.environment.get("HOME", "")
    return (_safe(finding, home) for finding in _all(patient))


def _safe(finding: Finding, home: str) -> Finding:
    """The finding without the person's name, which stands in the path of the home directory."""
    return Finding(state=finding.state, name=finding.name, what=homely(finding.what, home))


def _all(patient: Patient) -> Iterator[Finding]:
    yield Finding(state="ok", name="heartbit", what=__version__)
    machine = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    yield Finding(state="ok", name="python", what=machine)
    yield Finding(state="ok", name="terminal", what=patient.terminal)
    yield from _folders(patient.places)
    yield from _programs(patient.environment)
    yield Finding(state="ok", name="sqlite", what=f"{driver.module().sqlite_version} ({driver.module().__name__})")
    yield _store(patient.places.sessions_file)
    yield from _settings(patient.options)
    yield from doctor_reach.look(patient.options)
    yield from _keys(patient.credentials)
    for each in reach.look(patient.credentials, patient.environment):
        yield Finding(state="ok" if each.ok else "note", name=each.name, what=each.what)


def _folders(places: Directories) -> Iterator[Finding]:
    for name in ("config", "data", "state", "cache"):
        folder: Path = getattr(places, name)
        writable = _writable(folder)
        shown = f"{folder}{'' if writable else ': cannot be written'}"
        yield Finding(state="ok" if writable else "bad", name=f"{name} folder", what=shown)


def _writable(folder: Path) -> bool:
    """Whether a folder can be written, or could be made."""
    existing = next((each for each in (folder, *folder.parents) if each.exists()), folder)
    return existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)


def _programs(environment: Mapping[str, str]) -> Iterator[Finding]:
    for name, without in (("bash", "the bash tool needs it"), ("git", ""), ("rg", "searching is slower")):
        found = shutil.which(name, path=environment.get("PATH"))
        missing = f"not found{f'; {without}' if without else ''}"
        state: State = "ok" if found else "bad" if name == "bash" else "note"
        yield Finding(state=state, name=name, what="found" if found else missing)


def _store(file: Path) -> Finding:
    try:
        found = examine(file, parts(), deep=False)
    except HeartbitError as error:
        return Finding(state="bad", name="sessions", what=str(error))
    match found.state:
        case "missing":
            return Finding(state="note", name="sessions", what="none yet")
        case "damaged":
            return Finding(state="bad", name="sessions", what=f"damaged ({found.problems[0]}). {REPAIR}")
        case "whole" | "index":
            return Finding(state="ok", name="sessions", what=f"{file.stat().st_size / 1e6:.1f} MB, whole")


def _settings(options: Options) -> Iterator[Finding]:
    try:
        config = settings.configuration(options)
    except HeartbitError as error:
        yield Finding(state="bad", name="settings", what=str(error))
        return
    yield Finding(state="ok", name="settings", what="understood")
    yield from (Finding(state="note", name="settings", what=warning) for warning in config.warnings)
    yield _sandbox(options, config)
    yield from _languages(options, config)


def _sandbox(options: Options, config: Config) -> Finding:
    try:
        found = sandboxing.find(config, options.environment, (str(options.cwd),))
        sandboxing.demand(config, found)
    except HeartbitError as error:
        return Finding(state="bad", name="sandbox", what=str(error))
    match found:
        case Active(name=name, lacks=lacks):
            return Finding(state="ok", name="sandbox", what=f"{name}, tried{lacks and f'; {lacks}'}")
        case Absent(reason=""):
            return Finding(state="note", name="sandbox", what="off, as sandbox.enabled says")
        case Absent():
            return Finding(state="note", name="sandbox", what=sandboxing.warnings(found)[0])


def _languages(options: Options, config: Config) -> Iterator[Finding]:
    """The language servers that can be started here, and why others are not."""
    if not config.boolean("lsp.enabled"):
        yield Finding(state="note", name="language servers", what="off, as lsp.enabled says")
        return
    try:
        found = language.offered(options, config)
    except HeartbitError as error:
        yield Finding(state="bad", name="language servers", what=str(error))
        return
    for each in found.found:
        yield Finding(state="ok", name=f"lsp {each.program.name}", what=each.command[0])
    for each in found.missing:
        yield Finding(state="note", name=f"lsp {each.program.name}", what=each.why)


def _keys(credentials: Credentials) -> Iterator[Finding]:
    try:
        found = credentials.status()
    except HeartbitError as error:
        yield Finding(state="bad", name="keys", what=str(error))
        return
    for each in found:
        if each.secret:
            yield Finding(state="ok", name=f"key {each.provider}", what=f"from {each.secret.place}")
    if not any(each.secret for each in found):
        none = "none; see `heartbit auth login`, or start ollama or llama.cpp"
        yield Finding(state="note", name="keys", what=none)
