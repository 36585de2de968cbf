"""The event-stream format, at every chunk size."""

import itertools

import pytest

from heartbit_tui.kernel.errors import MalformedError
from heartbit_tui.providers.sse import Parser, ServerEvent

E = ServerEvent
SIZES = (1, 2, 3, 7, 64, 4096, 1 << 20)
ENDINGS = ("\n", "\r\n", "\r")

EVENTS: dict[str, tuple[str, list[ServerEvent]]] = {
    "one": ("data: a\n\n", [E("a")]),
    "no space": ("data:a\n\n", [E("a")]),
    "two spaces": ("data:  a\n\n", [E(" a")]),
    "tab is kept": ("data:\ta\n\n", [E("\ta")]),
    "several lines": ("data: a\ndata: b\n\n", [E("a\nb")]),
    "two events": ("data: a\n\ndata: b\n\n", [E("a"), E("b")]),
    "empty data": ("data:\n\n", [E("")]),
    "field without colon": ("data\n\n", [E("")]),
    "two fields without colon": ("data\ndata\n\n", [E("\n")]),
    "blank lines alone": ("\n\n\n", []),
    "comment": (": hello\ndata: a\n\n", [E("a")]),
    "comment inside": ("data: a\n:x\ndata: b\n\n", [E("a\nb")]),
    "comments alone": (": a\n\n: b\n\n", []),
    "named": ("event: x\ndata: a\n\n", [E("a", "x")]),
    "named after": ("data: a\nevent: x\n\n", [E("a", "x")]),
    "last name counts": ("event: x\nevent: y\ndata: a\n\n", [E("a", "y")]),
    "empty name is message": ("event: x\nevent\ndata: a\n\n", [E("a")]),
    "name without data is dropped": ("event: x\n\ndata: a\n\n", [E("a")]),
    "name does not last": ("event: x\ndata: a\n\ndata: b\n\n", [E("a", "x"), E("b")]),
    "id": ("id: 1\ndata: a\n\n", [E("a", id="1")]),
    "id lasts": ("id: 1\ndata: a\n\ndata: b\n\n", [E("a", id="1"), E("b", id="1")]),
    "id is cleared": ("id: 1\ndata: a\n\nid\ndata: b\n\n", [E("a", id="1"), E("b")]),
    "id without data lasts": ("id: 7\n\ndata: a\n\n", [E("a", id="7")]),
    "id with null is ignored": ("id: 1\nid: 2\0\ndata: a\n\n", [E("a", id="1")]),
    "retry": ("retry: 250\ndata: a\n\n", [E("a", retry=250)]),
    "retry with letters is ignored": ("retry: 2s\ndata: a\n\n", [E("a")]),
    "retry with a sign is ignored": ("retry: -1\ndata: a\n\n", [E("a")]),
    "unknown field": ("foo: bar\ndata: a\n\n", [E("a")]),
    "field names are exact": (" data: x\nData: y\ndatax: z\ndata: a\n\n", [E("a")]),
    "colons in the value": ("data: a:b: c\n\n", [E("a:b: c")]),
    "json": ('data: {"a": "b"}\n\n', [E('{"a": "b"}')]),
    "beyond ASCII": ("data: é😀漢\n\n", [E("é😀漢")]),
    "a mark of byte order in the middle is text": ("data: \ufeffa\n\n", [E("\ufeffa")]),
}


def parse(data: bytes, size: int, *, end: bool = False) -> list[ServerEvent]:
    parser = Parser()
    events = [e for start in range(0, len(data), size) for e in parser.feed(data[start : start + size])]
    return events + (parser.end() if end else [])


@pytest.mark.parametrize("ending", ENDINGS, ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["bare", "marked"])
def test_events_are_the_same_for_each_line_end_and_chunk_size(ending: str, mark: str) -> None:
    for name, (text, expected) in EVENTS.items():
        data = (mark + text.replace("\n", ending)).encode()
        for size in SIZES:
            assert parse(data, size) == expected, (name, size)
    assert len(EVENTS) * len(ENDINGS) >= 91


def test_lines_end_where_the_standard_says_and_nowhere_else() -> None:
    mixed = [
        ("".join(f"data: {n}{end}" for n, end in enumerate(ends)) + "\n\n", [E("0\n1\n2")])
        for ends in itertools.product(ENDINGS, repeat=3)
        if ends[-1] != "\r"
    ]
    no_ends = ["\u2028", "\u2029", "\x0b", "\x0c", "\x85", "\x1c", "\x1d", "\x1e"]
    inside = [(f"data: a{char}b\n\n", [E(f"a{char}b")]) for char in no_ends]
    split = [
        ("data: a\r\n\r\ndata: b\r\r", [E("a"), E("b")]),
        ("data: a\n\r\n", [E("a")]),
        ("data: a\r\rdata: b\n\n", [E("a"), E("b")]),
    ]
    final_cr = [(f"data: 0{a}data: 1{b}data: 2\r\r", [E("0\n1\n2")]) for a, b in itertools.product(ENDINGS, repeat=2)]
    cases = mixed + inside + split + final_cr
    for (text, expected), size in itertools.product(cases, SIZES):
        assert parse(text.encode(), size) == expected, (text, size)
    assert len(cases) >= 32


def test_an_event_without_its_last_blank_line_comes_at_the_end() -> None:
    for tail in ("", "\n", "\r", "\r\n"):
        assert parse(f"data: a\n\ndata: b{tail}".encode(), 3, end=True) == [E("a"), E("b")], repr(tail)
    assert parse(b"data: a\n\n", 3, end=True) == [E("a")]


def test_a_wrong_byte_is_replaced_and_stops_nothing() -> None:
    wrong = [b"\xff", b"\xc3", b"\xe2\x82", b"\xf0\x9f\x98", b"\xed\xa0\x80", b"\x80\x80"]
    for bad in wrong:
        for size in SIZES:
            events = parse(b"data: a" + bad + b"b\n\ndata: c\n\n", size)
            assert [len(events), events[0].data[0], events[0].data[-1], events[1].data] == [2, "a", "b", "c"], bad
            assert "\ufffd" in events[0].data


def test_an_event_beyond_all_measure_is_refused_while_it_comes() -> None:
    for piece in (b"x" * 1000, b"data: " + b"x" * 1000 + b"\n"):
        parser = Parser(max_event=10_000)
        with pytest.raises(MalformedError):
            _ = [parser.feed(piece) for _ in range(20)]


def test_many_small_events_are_not_taken_for_a_large_one() -> None:
    parser = Parser(max_event=100)
    assert sum(len(parser.feed(b"data: 0123456789\n\n")) for _ in range(1000)) == 1000
