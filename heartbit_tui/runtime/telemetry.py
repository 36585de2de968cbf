"""What a session tells a person's own tools: figures always, kept in memory, and spans where an endpoint is set."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from heartbit_tui import __version__
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.events import Envelope, RunStarted
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.runtime import plugins
from heartbit_tui.runtime.audited import mask_of
from heartbit_tui.runtime.settings import Settings

if TYPE_CHECKING:
    from heartbit_tui.telemetry import Exporter, Metrics, Mode, Sender, Span, Spans

ENDPOINT = "telemetry.otlp_endpoint"
MODE = "telemetry.observability_mode"
METRICS = "heartbit_tui.telemetry.metrics:Metrics"
MODES = "heartbit_tui.telemetry.modes:first_of"
EXPORTER = "heartbit_tui.telemetry.export:Exporter"
SPANS = "heartbit_tui.telemetry.fold:Spans"
TOLD = "heartbit_tui.telemetry.detail:told"
OTLP = "heartbit_tui.telemetry.otlp:Otlp"

LIBRARY = "opentelemetry.sdk"
MISSING = (
    "{source}: {key} is set, but spans need OpenTelemetry, which is not installed: pip install 'heartbit-tui[telemetry]'. "
    "Nothing is sent."
)

LAST_SECONDS = 3.0
"""How long the end of a session waits for spans that are not sent yet."""

WRONG = "{source}: {key} has to begin with http:// or https:// and name a host."
LATE = "Telemetry was not sent within {seconds:g} seconds; what is left of it is lost."
FAULT = "Telemetry has stopped because of a fault of its own ({error}); the session goes on."

Say = Callable[[str, bool], None]
"""Takes a sentence for the person, and whether it is a warning."""


class Telemetry:
    """Hears of every envelope of a session; none of its faults is the session's."""

    def __init__(self, say: Say, tracing: "Tracing | None" = None, *, warnings: tuple[str, ...] = ()) -> None:
        self.warnings = warnings
        """What a person should know at the beginning."""
        self._say = say
        self._tracing = tracing
        self._metrics: Metrics | None = None

    @property
    def metrics(self) -> "Metrics":
        """The figures of the session since its first run began, or since they were first asked for."""
        if self._metrics is None:
            made: Metrics = plugins.resolve(METRICS)()
            self._metrics = made
        return self._metrics

    def take(self, envelope: Envelope) -> None:
        """Fold an envelope in."""
        if self._metrics is not None or isinstance(envelope.event, RunStarted):
            self.metrics.take(envelope)
        if self._tracing is None:
            return
        try:
            self._tracing.take(envelope)
        # A wrong figure in somebody's dashboard is bad; a run that ends by it would be worse.
        except Exception as error:  # noqa: BLE001
            self._tracing = None
            self._say(FAULT.format(error=type(error).__name__), True)

    async def flush(self) -> None:
        """Return once what has ended was sent, after a bounded time; while the session can still be told of failures."""
        if self._tracing is not None:
            await self._tracing.flush()


class Tracing:
    """The spans of a session, on their way to the endpoint; the end of a session waits for them once."""

    def __init__(self, spans: "Spans", exporter: "Exporter", clock: Clock, say: Say) -> None:
        self._spans = spans
        self._exporter = exporter
        self._clock = clock
        self._say = say
        self._left = LAST_SECONDS

    def take(self, envelope: Envelope) -> None:
        """Send what ends with an envelope; never waits."""
        if isinstance(envelope.event, RunStarted):
            self._exporter.ready()
        if ended := self._spans.take(envelope):
            self._exporter.put(ended)

    async def flush(self) -> None:
        """Send what has ended, within what is left of `LAST_SECONDS`."""
        if self._left <= 0:
            return
        begun = self._clock.monotonic()
        done = await asyncio.to_thread(self._exporter.flush, self._left)
        self._left = max(self._left - (self._clock.monotonic() - begun), 0.0)
        if not done:
            self._left = 0.0
            self._exporter.hush()
            self._say(LATE.format(seconds=LAST_SECONDS), True)

    async def close(self) -> None:
        """The session is over: end and send everything, within what is left."""
        self._exporter.put(self._spans.close(self._clock.now()))
        await asyncio.to_thread(self._exporter.close, self._left)


@asynccontextmanager
async def telemetry(settings: Settings, clock: Clock, say: Say) -> AsyncGenerator[Telemetry]:
    """The telemetry that the settings ask for. Raises `ConfigError` for an endpoint that is no address."""
    endpoint = endpoint_of(settings)
    if not endpoint:
        yield Telemetry(say)
        return
    if not _installed():
        warning = MISSING.format(source=settings.config.source(ENDPOINT), key=ENDPOINT)
        yield Telemetry(say, warnings=(warning,))
        return
    loop, mask = asyncio.get_running_loop(), mask_of(settings)

    def failed(why: str) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(say, mask(why), True)

    exporter = _exporter(settings, endpoint, mask, failed)
    tracing = Tracing(plugins.resolve(SPANS)(), exporter, clock, say)
    try:
        yield Telemetry(say, tracing)
    finally:
        await tracing.close()


def endpoint_of(settings: Settings) -> str:
    """Where spans go; empty where they go nowhere. Raises `ConfigError`."""
    config = settings.config
    endpoint = config.string(ENDPOINT).strip()
    if not endpoint or mode_of(settings) == "off":
        return ""
    try:
        parts = urlsplit(endpoint)
        right = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        right = False
    if not right:
        source = config.source(ENDPOINT)
        raise ConfigError(WRONG.format(source=source, key=ENDPOINT), key=ENDPOINT, source=source)
    return endpoint


def mode_of(settings: Settings) -> "Mode":
    """How much is told."""
    first_of: Callable[[str], Mode] = plugins.resolve(MODES)
    return first_of(settings.config.string(MODE))


def _installed() -> bool:
    try:
        return find_spec(LIBRARY) is not None
    except ModuleNotFoundError:
        return False


def _exporter(
    settings: Settings, endpoint: str, mask: Callable[[str], str], failed: Callable[[str], None]
) -> "Exporter":
    mode = mode_of(settings)
    told: Callable[..., Span] = plugins.resolve(TOLD)
    service = settings.config.string("telemetry.service_name")

    def connect() -> "Sender":
        """In the exporter's own thread: the libraries take half a second to load."""
        sender: Sender = plugins.resolve(OTLP)(endpoint, service=service, version=__version__)
        return sender

    exporter: Exporter = plugins.resolve(EXPORTER)(connect, partial(told, mode=mode, mask=mask), failed)
    return exporter
