"""What a session did, told to a person's own tools: spans for OpenTelemetry, and figures.

`Spans` and `Metrics` are folds of a session's envelopes; they know no time but that of the envelopes, and nothing but
them. `told` leaves of a span what a mode may tell, with nothing secret in it. `Exporter` hands spans on behind the back
of the session: it never waits and never fails a run. `otlp` sends them over HTTP; it stands alone, is loaded only where
an endpoint is configured, and needs the extra `telemetry`.
"""

from heartbit_tui.telemetry.detail import told
from heartbit_tui.telemetry.export import Exporter, Sender
from heartbit_tui.telemetry.fold import Spans
from heartbit_tui.telemetry.metrics import Counter, Histogram, Metrics
from heartbit_tui.telemetry.modes import Mode, first_of, mode_of
from heartbit_tui.telemetry.spans import Span

__all__ = (
    "Counter",
    "Exporter",
    "Histogram",
    "Metrics",
    "Mode",
    "Sender",
    "Span",
    "Spans",
    "first_of",
    "mode_of",
    "told",
)
