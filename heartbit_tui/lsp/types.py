"""What is told of files by language servers, in words of our own: nothing here needs their protocol's library."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from types import MappingProxyType
from typing import Literal, Protocol, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError

Severity: TypeAlias = Literal["error", "warning", "info", "hint"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info", "hint")
"""In the order of the protocol's numbers, which begin with 1."""

Words: TypeAlias = tuple[Severity, str, str, str]
"""Severity, message, source and code of a diagnostic."""

Part: TypeAlias = Literal["types", "lint"]
"""What a server is for in its language: at most one of each serves a file."""


def nothing() -> Mapping[str, object]:
    """No options."""
    return MappingProxyType({})


def nowhere() -> Mapping[str, str]:
    """No variables."""
    return MappingProxyType({})


class LanguageError(HeartbitError):
    """A language server cannot tell what was asked; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One thing that a server says of a file; lines and columns count from 1, columns in characters."""

    severity: Severity
    line: int
    column: int
    message: str
    source: str = ""
    code: str = ""

    @property
    def words(self) -> Words:
        """What makes it the same diagnostic when the lines above it change."""
        return (self.severity, self.message, self.source, self.code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place in a file; lines and columns count from 1."""

    path: str
    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Something that has a name in the project: what it is, and the lines of `path` (from the session's folder) it takes.

    `last` is 0 where the server tells only where it begins. `inside` is what it belongs to, a class or a module.
    """

    name: str
    kind: str
    path: str
    first: int
    last: int = 0
    inside: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many errors and warnings there are."""

    errors: int = 0
    warnings: int = 0

    @classmethod
    def of(cls, diagnostics: Iterable[Diagnostic]) -> "Counts":
        """Those of these diagnostics."""
        severities = [each.severity for each in diagnostics]
        return cls(errors=severities.count("error"), warnings=severities.count("warning"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A language server as a program: how it is called, for which files, and what it may not do unasked.

    `commands` are tried in order. `markers` are names of files that make a folder a root; `outermost` takes the
    highest such folder of the project instead of the nearest. `careful`, `careful_settings` and `careful_environment`
    keep it from running anything of a project that is not trusted; `trusted_only` says why that cannot be done, and
    the program is then not started there. `rests` is for how many seconds a server that tells no version has to be
    silent before it is taken to be done. `saves` says that some of what it tells comes after a file is saved.
    """

    name: str
    part: Part
    commands: tuple[tuple[str, ...], ...]
    languages: tuple[str, ...]
    markers: tuple[str, ...] = ()
    outermost: bool = False
    options: Mapping[str, object] = field(default_factory=nothing)
    settings: Mapping[str, object] = field(default_factory=nothing)
    environment: Mapping[str, str] = field(default_factory=nowhere)
    careful: Mapping[str, object] = field(default_factory=nothing)
    careful_settings: Mapping[str, object] = field(default_factory=nothing)
    careful_environment: Mapping[str, str] = field(default_factory=nowhere)
    trusted_only: str = ""
    pin: tuple[str, str] = ("", "")
    """An option, and a file in a package that is installed beside the program: with the one set to the other the program
    runs nothing of a project, and `trusted_only` does not hold."""
    release: tuple[str, int] = ("", 0)
    """The package that the program has to come from, and the major version that it has to have at least."""
    rests: float = 0.4
    several: bool = False
    """Whether it publishes more than once for one version, so that the first is not all."""
    quiet: float = 0.0
    """For a server that publishes only what differs from what it published last, so nothing of a file without faults:
    seconds of silence, once it has answered a question about a file, after which it has nothing new to say of it."""
    saves: bool = False
    install: str = ""
    extensions: tuple[str, ...] = ()
    """Further endings of files that it serves, each with its dot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A program that can be started: its command with the first word as an absolute path."""

    program: Program
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A program that cannot be started, and why."""

    program: Program
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AtWork:
    """A server that was needed in a root: how it is, in a word, how many files it has open, and what it counts in all."""

    root: str
    state: str
    files: int = 0
    counts: Counts = Counts()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How things stand with one program: its command, empty where it cannot be started, for the reason `why`."""

    program: Program
    command: tuple[str, ...] = ()
    why: str = ""
    at_work: tuple[AtWork, ...] = ()


class Running(Protocol):
    """A process of a server, with pipes to it."""

    @property
    def pid(self) -> int:
        """Its number."""
        ...

    @property
    def errors(self) -> str:
        """The end of what it wrote to its error output."""
        ...

    async def read(self) -> bytes:
        """Some of its output; empty when that has ended."""
        ...

    def write(self, data: bytes) -> None:
        """Send this as soon as it takes it; nothing happens once it is gone."""
        ...

    async def ended(self) -> None:
        """Return once it has ended."""
        ...

    async def end(self) -> None:
        """End it at once, with all that it started."""
        ...


class Launch(Protocol):
    """Starts processes that end with this one, whatever happens."""

    async def __call__(self, command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Running:
        """Start a command in a folder, with these variables beside the usual ones. Raises `OSError`."""
        ...


Say: TypeAlias = Callable[[str, bool], None]
"""Takes a sentence for the person, and whether it is a warning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What a server needs of where it works; `monotonic` counts seconds."""

    launch: Launch
    say: Say
    monotonic: Callable[[], float]
    trusted: bool
