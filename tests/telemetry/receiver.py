"""A collector of OpenTelemetry's: takes OTLP over HTTP on this machine, and decodes what it gets."""

import gzip
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span


class Receiver:
    """What came; `status` is answered to everything, a redirect leads to `elsewhere`."""

    def __init__(self, status: int = 200, elsewhere: str = "") -> None:
        self.status = status
        self.elsewhere = elsewhere
        self.paths: list[str] = []
        self.requests: list[ExportTraceServiceRequest] = []
        self.url = ""

    @property
    def spans(self) -> list[Span]:
        """All spans, in the order in which they came."""
        return [
            span
            for request in self.requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    @property
    def resource(self) -> dict[str, Any]:
        """What the first request says of who sent it."""
        return {each.key: value(each.value) for each in self.requests[0].resource_spans[0].resource.attributes}

    @property
    def text(self) -> str:
        """Everything that came, as text."""
        return "\n".join(map(str, self.requests))

    def take(self, path: str, body: bytes) -> None:
        request = ExportTraceServiceRequest()
        cast("Any", request).ParseFromString(gzip.decompress(body))
        self.paths.append(path)
        self.requests.append(request)


def value(given: AnyValue) -> Any:
    """An attribute as Python has it."""
    kind = given.WhichOneof("value")
    if kind == "array_value":
        return tuple(value(each) for each in given.array_value.values)
    return getattr(given, kind or "string_value")


def status(span: Span) -> tuple[int, str]:
    """How a span ended: 1 is well, 2 is an error."""
    return int(span.status.code), span.status.message


def attributes(span: Span) -> dict[str, Any]:
    """The attributes of a span as Python has them."""
    return {each.key: value(each.value) for each in span.attributes}


@contextmanager
def receiver(status: int = 200, elsewhere: str = "") -> Generator[Receiver]:
    """A collector that listens for as long as the block lasts."""
    found = Receiver(status, elsewhere)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.take(self.path, self.rfile.read(int(self.headers["content-length"])))
            self.send_response(found.status)
            if found.elsewhere:
                self.send_header("location", found.elsewhere)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
