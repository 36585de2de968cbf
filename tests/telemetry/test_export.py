import threading
from collections.abc import Sequence

from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.telemetry import Exporter, Sender, Span
from tests.telemetry.story import START

LONG = 20.0
"""Seconds that a test gives what it does not expect to wait for."""


def spans(count: int) -> list[Span]:
    return [Span(name="n", id=str(n), trace="t", start=START, end=START, attributes={}) for n in range(count)]


class Kept:
    """A sender that keeps what it gets, once it is let."""

    def __init__(self, why: str = "", *, stuck: bool = False) -> None:
        self.got: list[str] = []
        self.sizes: list[int] = []
        self.asked = threading.Event()
        self.closed = threading.Event()
        self._free = threading.Event()
        self._why = why
        if not stuck:
            self._free.set()

    def send(self, spans: Sequence[Span]) -> str:
        self.asked.set()
        self._free.wait(LONG)
        self.got += [span.id for span in spans]
        self.sizes.append(len(spans))
        return self._why

    def close(self) -> None:
        self.closed.set()
        self._free.set()


def exporter(sender: Kept, told: list[str] | None = None, **traits: int) -> Exporter:
    heard = told if told is not None else list[str]()
    return Exporter(lambda: sender, lambda span: span, heard.append, gather=0.0, **traits)


def test_all_spans_arrive_once_and_in_order() -> None:
    sender = Kept()
    out = exporter(sender)
    for each in spans(2_000):
        out.put([each])
    assert out.close(LONG)
    assert sender.got == [span.id for span in spans(2_000)]
    assert max(sender.sizes) <= 512


def test_nothing_is_connected_before_there_is_something_to_send() -> None:
    made: list[Sender] = []

    def connect() -> Sender:
        made.append(Kept())
        return made[-1]

    out = Exporter(connect, lambda span: span, print)
    assert out.flush(0.0)
    assert out.close(0.0)
    assert made == []


def test_a_sender_is_made_ahead_where_something_will_be_sent_soon() -> None:
    made = threading.Event()

    def connect() -> Sender:
        made.set()
        return Kept()

    out = Exporter(connect, lambda span: span, print, gather=0.0)
    out.ready()
    assert made.wait(LONG)
    assert out.close(LONG)


def test_who_puts_never_waits_and_what_finds_no_room_is_counted() -> None:
    sender = Kept(stuck=True)
    out = exporter(sender, room=10)
    out.put(spans(1))
    assert sender.asked.wait(LONG)
    out.put(spans(15))
    assert out.lost == 5
    assert not out.flush(0.0)
    sender.close()
    assert out.flush(LONG)
    assert len(sender.got) == 11


def test_the_end_is_bounded_and_what_is_not_sent_by_then_is_counted() -> None:
    sender, told = Kept(stuck=True), list[str]()
    out = exporter(sender, told)
    out.put(spans(600))
    assert sender.asked.wait(LONG)
    assert not out.close(0.0)
    assert sender.closed.is_set()
    assert out.lost >= 88
    out.put(spans(3))
    assert out.lost >= 91


def test_failures_are_told_once_and_cost_nothing_else() -> None:
    sender, told = Kept("nobody listens."), list[str]()
    out = exporter(sender, told)
    for _ in range(3):
        out.put(spans(2))
        assert out.flush(LONG)
    out.close(LONG)
    assert told == ["Telemetry could not be sent: nobody listens. 2 spans were lost so far; the session goes on."]
    assert (out.lost, len(sender.got)) == (6, 6)


def test_a_library_that_is_missing_is_told_as_a_failure() -> None:
    def connect() -> Sender:
        raise ConfigError("It needs an extra.", key="otlp")

    told: list[str] = []
    out = Exporter(connect, lambda span: span, told.append, gather=0.0)
    out.put(spans(1))
    assert not out.close(LONG)
    assert told == ["Telemetry could not be sent: It needs an extra. 1 spans were lost so far; the session goes on."]


def test_who_waits_for_a_flush_has_been_told_of_failures() -> None:
    for _ in range(50):
        told: list[str] = []
        out = exporter(Kept("no."), told)
        out.put(spans(1))
        assert out.flush(LONG)
        assert len(told) == 1
