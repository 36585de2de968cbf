"""Spans sent over HTTP in OpenTelemetry's protocol (OTLP), as protobuf."""

import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit, urlunsplit

import requests
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from heartbit_tui.telemetry.spans import LLM_CALL, Span

PATH = "/v1/traces"
"""Where a collector takes spans, below its address; the protocol's own path."""

SECONDS = 2.5
"""How long one batch may take, with all its retries: less than the end of a session waits."""

REFUSED = "{url} did not take it ({why})."


class Otlp:
    """A `Sender` to the collector at `endpoint`. Redirects are not followed: nothing goes where nobody sent it."""

    def __init__(self, endpoint: str, *, service: str, version: str) -> None:
        self._url = traces_url(endpoint)
        self._resource = Resource({"service.name": service, "service.version": version})
        self._scope = InstrumentationScope("heartbit", version)
        self._heard = _Heard()
        self._logger = logging.getLogger("opentelemetry")
        self._logger.propagate = False  # on stderr it would be written across the screen
        if not self._logger.handlers:
            self._logger.addHandler(logging.NullHandler())
        self._logger.addHandler(self._heard)
        http = requests.session()
        http.max_redirects = 0
        self._exporter = OTLPSpanExporter(
            endpoint=self._url, timeout=SECONDS, compression=Compression.Gzip, session=http
        )

    def send(self, spans: Sequence[Span]) -> str:
        """Send them; what went wrong, in a sentence."""
        self._heard.first = ""
        if self._exporter.export([self._readable(span) for span in spans]) is SpanExportResult.SUCCESS:
            return ""
        return REFUSED.format(url=_shown(self._url), why=self._heard.first or "no reason given")

    def close(self) -> None:
        """Wait for no retry any more."""
        self._logger.removeHandler(self._heard)
        self._exporter.shutdown()

    def _readable(self, span: Span) -> ReadableSpan:
        return ReadableSpan(
            name=span.name,
            context=_context(span.trace, span.id),
            parent=_context(span.trace, span.parent) if span.parent else None,
            resource=self._resource,
            attributes=span.attributes,
            kind=SpanKind.CLIENT if span.name == LLM_CALL else SpanKind.INTERNAL,
            status=Status(StatusCode.ERROR, span.error or None) if span.failed else Status(StatusCode.OK),
            start_time=_nanoseconds(span.start),
            end_time=_nanoseconds(span.end),
            instrumentation_scope=self._scope,
        )


def traces_url(endpoint: str) -> str:
    """Where spans go: a collector's address with the protocol's path, unless it has that already."""
    parts = urlsplit(endpoint)
    path = parts.path.rstrip("/")
    return urlunsplit(parts._replace(path=path if path.endswith(PATH) else path + PATH))


def _shown(url: str) -> str:
    """An address without a login that it may have in it."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=""))


def _context(trace: str, id: str) -> SpanContext:
    flags = TraceFlags(TraceFlags.SAMPLED)
    return SpanContext(_number(trace, 16), _number(f"{trace}/{id}", 8), is_remote=False, trace_flags=flags)


def _number(text: str, size: int) -> int:
    """A number of so many bytes for a text, the same in every process and never 0."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:size], "big") or 1


def _nanoseconds(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000) * 1_000


class _Heard(logging.Handler):
    """Keeps the first that the exporter said of a failure, which its answer leaves out."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.first = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.first = self.first or " ".join(record.getMessage().split())[:300]
