"""What can go wrong on the way to a scripted model."""

from dataclasses import field, fields
from types import MappingProxyType
from typing import Any, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.messages import JsonObject, empty_object


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The service answers with this HTTP status; an empty body becomes an error object of the wire format."""

    status: int
    headers: JsonObject = field(default_factory=empty_object)
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """The connection is closed before any answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """The connection breaks after `after` events of the stream."""

    after: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The stream ends in good order after `after` events, too early."""

    after: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """The connection breaks after `bytes` bytes of the stream."""

    bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stall:
    """Silence after `after` events, until the client goes away; with -1 not even the headers come.

    With `pings` the silence is filled with comments or ping events, as many as the client waits for.
    """

    after: int = 0
    pings: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorEvent:
    """After `after` events the stream carries an error; an empty one means overloaded."""

    after: int = 0
    error: JsonObject = field(default_factory=empty_object)


@dataclass(frozen=True, slots=True, kw_only=True)
class Junk:
    """After `after` events comes this instead of what the protocol promises."""

    after: int = 0
    body: str = "data: {not json\n\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Html:
    """A page for people, with status 200, where a stream was asked for."""

    body: str = "<!doctype html><title>Sign in</title>"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndlessHeaders:
    """Headers that never end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndlessBody:
    """A body that never ends: a line of a stream without its end, or a JSON text, or an error's page."""

    status: int = 200
    type: str = "text/event-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class GzipBomb:
    """A small compressed body that becomes `size` bytes."""

    size: int = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Trickle:
    """The right answer, one byte each `pace` seconds."""

    pace: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """The client is sent elsewhere."""

    to: str
    status: int = 307


Fault: TypeAlias = (
    Status
    | Refuse
    | Drop
    | End
    | Cut
    | Stall
    | ErrorEvent
    | Junk
    | Html
    | EndlessHeaders
    | EndlessBody
    | GzipBomb
    | Trickle
    | Redirect
)

KINDS: MappingProxyType[str, type[Fault]] = MappingProxyType(
    {
        "status": Status,
        "refuse": Refuse,
        "drop": Drop,
        "end": End,
        "cut": Cut,
        "stall": Stall,
        "error_event": ErrorEvent,
        "junk": Junk,
        "html": Html,
        "endless_headers": EndlessHeaders,
        "endless_body": EndlessBody,
        "gzip_bomb": GzipBomb,
        "trickle": Trickle,
        "redirect": Redirect,
    }
)


def fault_from_json(data: dict[str, Any]) -> Fault:
    """The fault that an object with `kind` describes. Raises `ConfigError`."""
    values = dict(data)
    kind = KINDS.get(str(values.pop("kind", "")))
    if kind is None:
        raise ConfigError(f"A fault needs a kind: {', '.join(KINDS)}.", key="fault.kind")
    known = {field.name for field in fields(kind)}
    if unknown := sorted(set(values) - known):
        raise ConfigError(f"The fault {data['kind']!r} has no key {unknown[0]!r}.", key="fault")
    return kind(**values)
