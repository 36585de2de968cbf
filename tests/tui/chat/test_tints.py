"""The colours of code come as soon as they can, and nobody waits for them."""

from heartbit_tui.kernel.messages import Text
from heartbit_tui.tui.acts.table import warmed_up
from heartbit_tui.tui.chat.book import Book
from heartbit_tui.tui.chat.tints import Tints
from heartbit_tui.tui.transcript.transcript import Transcript
from tests.tui.pane.made import LOOK
from tests.tui.transcript.story import Log, answered, begun, done

CODE = "```python\nreturn 'x'  # why\n```\n"


def styles(book: Book) -> set[object]:
    key, found = book.first(), set[object]()
    while key is not None:
        found |= {part.style for line in book.lines(key, LOOK) for part in line.parts if "return" in part.text}
        key = book.after(key)
    return found


def test_a_language_is_plain_until_it_is_loaded_and_is_asked_for_once() -> None:
    wanted: list[str] = []
    tints, log, transcript = Tints(), Log(), Transcript()
    tints.wanted = wanted.append
    log.tell(*begun("go"), answered(Text(text=CODE)), done())
    for envelope in log.envelopes:
        transcript.apply(envelope)
    book = Book(transcript, tints=tints)
    before = styles(book)
    assert wanted == []
    tints.bring(warmed_up())
    assert styles(book) == before
    assert styles(book) == before
    assert wanted == ["python"]
    tints.load({"python"})
    assert styles(book) != before
    assert wanted == ["python"]


def test_what_no_language_is_known_for_is_not_asked_for() -> None:
    wanted: list[str] = []
    tints = Tints()
    tints.wanted = wanted.append
    tints.bring(warmed_up())
    assert tints.syntax is not None
    assert [text for text, _ in tints.syntax("a b", "made-up", LOOK.ink)] == ["a b"]
    assert wanted == []
