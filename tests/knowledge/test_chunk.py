"""Texts are cut so that every chunk is a bounded slice with its lines, and nothing is lost or said twice for nothing."""

from itertools import pairwise

from hypothesis import example, given, settings, strategies as st

from heartbit_tui.knowledge.chunk import Chunk, chunk_id, chunks
from tests.samples import samples

TEXTS = st.text(alphabet=st.sampled_from("ab é€😀\n\n \t"), max_size=200)
SEEN = list[str]()
CUTS = samples(1_000, 250)


@settings(max_examples=CUTS)
@given(TEXTS, st.integers(1, 40), st.integers(0, 40))
@example("é😀", 5, 4)
@example("a\n\n€", 2, 1)
@example("  a", 1, 0)
@example("a" * 90 + "\n\n" + "b" * 90, 100, 99)
def check_cuts(text: str, size: int, overlap: int) -> None:
    SEEN.append(text)
    found = chunks(text, size=size, overlap=overlap)
    lines = text.split("\n")
    reached = 0
    for chunk in found:
        assert len(chunk.text.encode()) <= size or len(chunk.text) == 1
        cited = "\n".join(lines[chunk.first_line - 1 : chunk.last_line])
        assert chunk.text in cited
        start = _start(text, chunk, reached, overlap)
        end = start + len(chunk.text.encode())
        data = text.encode()
        assert not data[reached : max(start, reached)].strip(), "nothing but blanks is left out"
        assert data[max(start, reached) : end].strip(), "each chunk has something new"
        reached = end
    assert not text.encode()[reached:].strip()


def _start(text: str, chunk: Chunk, reached: int, overlap: int) -> int:
    """Where a chunk begins: at a place in its first line from which it can be, no further back than the overlap."""
    data, wanted = text.encode(), chunk.text.encode()
    at = data.find(wanted, max(reached - overlap, 0))
    while at >= 0 and (data[:at].count(b"\n") + 1 != chunk.first_line or at + len(wanted) <= reached):
        at = data.find(wanted, at + 1)
    assert at >= 0
    return at


def test_a_thousand_texts_are_cut_as_promised() -> None:
    SEEN.clear()
    check_cuts()
    assert len(SEEN) >= CUTS


def test_whole_paragraphs_stay_together_up_to_the_size() -> None:
    found = chunks("one\ntwo\n\nthree\n \nfour five\n", size=15, overlap=0)
    assert found == (
        Chunk(text="one\ntwo\n\nthree", first_line=1, last_line=4),
        Chunk(text="four five", first_line=6, last_line=6),
    )
    assert chunks(" \n\n\t") == ()


def test_a_chunk_begins_with_the_end_of_the_one_before_from_a_word_on() -> None:
    first, second = chunks("alpha beta gamma delta\n\nepsilon zeta eta", size=30, overlap=12)
    assert first.text.endswith("gamma delta")
    assert second == Chunk(text="gamma delta\n\nepsilon zeta eta", first_line=1, last_line=3)


def test_a_large_paragraph_is_cut_between_words_and_no_overlap_stands_alone_before_it() -> None:
    words = " ".join(f"word{n:03}" for n in range(300))
    found = chunks(f"# Title\n\n{words}")
    assert found[0].text.startswith("# Title\n\nword000")
    assert all(len(chunk.text) <= 1000 and chunk.text.endswith(tuple("0123456789")) for chunk in found)
    assert all(chunk.text.startswith("word") for chunk in found[1:])
    for before, after in pairwise(found):
        assert after.text.split()[0] in before.text.split()[-26:]


def test_ids_are_those_of_the_seed() -> None:
    assert chunk_id("", 0) == "cbf29ce484222325-0"
    assert chunk_id("a", 3) == "af63dc4c8601ec8c-3"
    assert chunk_id("foobar", 1) == "85944171f73967e8-1"
