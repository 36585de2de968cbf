"""The transcript as pieces of lines: all of it once, what is kept is what would be set anew, and not too much is."""

import random
from collections.abc import Sequence
from itertools import pairwise

import pytest

from heartbit_tui.kernel.events import Rewound, TextDelta, ToolCallCompleted
from heartbit_tui.kernel.messages import Text, ToolCall
from heartbit_tui.tui.chat.book import KEPT, Book
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.pane.source import Key
from heartbit_tui.tui.transcript.blocks import Block, Notice, Prompt
from heartbit_tui.tui.transcript.transcript import Transcript
from tests.tui.pane.made import LOOK
from tests.tui.transcript.story import Log, answered, begun, done, ended, said, session

CASES = 60
WIDTHS = (20, 39, 40, 80)


def keys(book: Book) -> list[Key]:
    """All keys, walked from the first."""
    found: list[Key] = []
    key = book.first()
    while key is not None:
        found.append(key)
        key = book.after(key)
    return found


def shown(book: Book, look: Look = LOOK) -> list[str]:
    return [line.text for key in keys(book) for line in book.lines(key, look)]


def like(book: Book, transcript: Transcript, pending: Sequence[Block]) -> Book:
    """A book that sets everything anew, folded alike."""
    fresh = Book(transcript, lambda: pending)
    for number in range(len(transcript.blocks)):
        if fresh.is_open(number) != book.is_open(number):
            fresh.fold(number)
    return fresh


def all_lines(book: Book, look: Look) -> list[tuple[Key, list[Line]]]:
    return [(key, list(book.lines(key, look))) for key in keys(book)]


def test_walking_up_is_walking_down_backwards_and_shares_grow() -> None:
    for seed in range(CASES):
        transcript = Transcript()
        for envelope in session(random.Random(seed)):
            transcript.apply(envelope)
        book = Book(transcript, lambda: (Prompt(text="waits", how="queued"),))
        there = keys(book)
        assert there == sorted(set(there))
        assert (there[0], there[-1]) == (book.first(), book.last())
        assert [book.before(key) for key in there] == [None, *there[:-1]]
        shares = [book.share(key) for key in there]
        assert all(0.0 <= one <= other <= 1.0 for one, other in pairwise(shares))


def test_every_line_fits_and_what_is_kept_is_what_would_be_set_anew() -> None:
    for seed in range(CASES):
        dice = random.Random(seed)
        transcript, waiting = Transcript(), list[Block]()
        book = Book(transcript, lambda: waiting)  # noqa: B023
        for envelope in session(dice):
            transcript.apply(envelope)
            if dice.random() < 0.2:
                look = Look(dice.choice(WIDTHS), LOOK.ink)
                lines = all_lines(book, look)
                assert all(line_width(line) <= look.width for _, each in lines for line in each)
                assert lines == all_lines(like(book, transcript, waiting), look), seed


def line_width(line: Line) -> int:
    return sum(part.cell_length for part in line.parts)


def calls(count: int) -> Transcript:
    """Calls that follow each other, each with some output."""
    log = Log()
    log.tell(*begun(), answered(*(ToolCall(id=f"c{n}", name="bash", input={"command": "ls"}) for n in range(count))))
    for number in range(count):
        log.tell(*ended(f"c{number}", output="one\ntwo"))
    log.tell(done())
    transcript = Transcript()
    for envelope in log.envelopes:
        transcript.apply(envelope)
    return transcript


@pytest.mark.parametrize("twice", [False, True])
def test_a_fold_changes_its_block_and_the_space_below_it_alone(twice: bool) -> None:
    transcript = calls(3)
    book = Book(transcript)
    before = all_lines(book, LOOK)
    assert book.fold(2)
    if twice:
        assert book.fold(2)
    after = all_lines(book, LOOK)
    assert after == all_lines(like(book, transcript, ()), LOOK)
    assert (after == before) == twice


def test_a_call_that_opens_by_itself_gets_a_space_below_it() -> None:
    log = Log()
    log.tell(*begun(), answered(*(ToolCall(id=f"c{n}", name="edit", input={"file_path": "a"}) for n in range(2))))
    transcript = Transcript()
    for envelope in log.envelopes:
        transcript.apply(envelope)
    book = Book(transcript)
    all_lines(book, LOOK)
    details = {"diff": "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x\n+y\n", "added": 1, "removed": 1}
    log.tell(ToolCallCompleted(tool_name="edit", tool_call_id="c0", is_error=False, duration_ms=1, details=details))
    transcript.apply(log.envelopes[-1])
    assert book.is_open(1)
    assert all_lines(book, LOOK) == all_lines(like(book, transcript, ()), LOOK)


def test_what_cannot_be_folded_is_not() -> None:
    book = Book(calls(1))
    assert [book.fold(number) for number in (0, 1, 99)] == [False, True, False]


def test_all_calls_fold_and_open_at_once() -> None:
    book = Book(calls(5))
    book.fold_all(open=True)
    assert [book.is_open(number) for number in range(1, 6)] == [True] * 5
    book.fold_all(open=False)
    assert [book.is_open(number) for number in range(1, 6)] == [False] * 5


def test_a_cleared_chat_begins_below_what_was_there() -> None:
    transcript = calls(2)
    book = Book(transcript)
    book.clear()
    assert (book.first(), book.last(), shown(book)) == (None, None, [])
    transcript.put(Notice(level="info", text="new"))
    assert [line.strip() for line in shown(book) if line.strip()] != []
    assert keys(book) == [(len(transcript.blocks) - 1, 0)]


def test_a_cleared_chat_that_goes_back_shows_what_comes_next() -> None:
    log = Log()
    log.tell(*begun("first"), answered(Text(text="one")), done(), *begun("second"), answered(Text(text="two")), done())
    transcript = Transcript()
    for envelope in log.envelopes:
        transcript.apply(envelope)
    book = Book(transcript)
    book.clear()
    log.tell(Rewound(to=2), *begun("third"))
    for envelope in log.envelopes[-4:]:
        transcript.apply(envelope)
    assert any("third" in line for line in shown(book))


def test_what_waits_stands_below_the_transcript_and_moves_into_it() -> None:
    waiting: list[Block] = [Prompt(text="next", how="queued")]
    transcript = calls(1)
    book = Book(transcript, lambda: waiting)
    assert "next" in shown(book)[-2]
    waiting.clear()
    log = Log()
    log.tell(said("next"))
    transcript.apply(log.envelopes[0])
    assert "next" in shown(book)[-1]


def test_a_key_of_a_piece_that_is_gone_is_answered() -> None:
    book = Book(calls(1))
    for key in ((0, 9), (1, 9), (50, 0), (50, 9)):
        assert book.lines(key, LOOK) == () or key[0] < 2
        book.after(key)
        assert book.before(key) in keys(book)
        assert 0.0 <= book.share(key) <= 1.0


def test_an_answer_of_many_pieces_is_all_there_while_it_grows() -> None:
    log = Log()
    log.tell(*begun())
    transcript = Transcript()
    for envelope in log.envelopes:
        transcript.apply(envelope)
    book = Book(transcript)
    for number in range(300):
        log.tell(TextDelta(text=f"Paragraph {number}.\n\n"))
        transcript.apply(log.envelopes[-1])
    texts = [line for line in shown(book) if "Paragraph" in line]
    assert [text.strip() for text in texts] == [f"Paragraph {number}." for number in range(300)]


def test_no_more_is_kept_than_it_may() -> None:
    transcript = Transcript()
    for number in range(KEPT + 500):
        transcript.put(Notice(level="info", text=str(number)))
    book = Book(transcript)
    first = [line.text for line in book.lines((0, 0), LOOK)]
    assert len(shown(book)) >= KEPT + 500
    assert sum(isinstance(value, dict) and len(value) > KEPT for value in vars(book).values()) == 0  # pyright: ignore[reportUnknownArgumentType] any of its tables
    assert [line.text for line in book.lines((0, 0), LOOK)] == first
