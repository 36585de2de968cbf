"""Chunks are found by whole words and by meaning, are cited with their lines, and a search that lacks something says so."""

import random
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.knowledge import query, vectors
from heartbit_tui.knowledge.search import Search
from heartbit_tui.knowledge.shown import facts, passages
from heartbit_tui.knowledge.tools import KnowledgeSearch
from heartbit_tui.knowledge.types import Wanted
from heartbit_tui.store import driver
from heartbit_tui.testing import FakeCallContext
from heartbit_tui.testing.embeddings import WordEmbedder
from tests.knowledge.places import Base, base

Answer = TypeVar("Answer")

DOCUMENTS = {
    "docs/cats.md": "# Cats\n\nA cat sleeps most of the day.\n\nCats hunt at dawn.",
    "docs/strings.md": "# Strings\n\nUse concatenate to join strings.",
    "docs/cut.md": "# Deploying\n\n\nTag the commit to release a version.",
    "notes/car.md": "The vehicle stands in the garage.",
    "notes/names.md": "call retry_with_backoff(max_tries) again",
}


async def indexed(found: Base) -> None:
    found.write(DOCUMENTS)
    await found.refresh("docs", "notes/*.md")


async def test_words_are_whole_and_any_of_them_finds(tmp_path: Path) -> None:
    async with base(tmp_path) as found:
        await indexed(found)
        assert await found.places("cat") == ["docs/cats.md:1"]
        assert await found.places("Which CAT is it, in the garage?") == ["docs/cats.md:1", "notes/car.md:1"]
        assert await found.places("backoff tries") == ["notes/names.md:1"]
        assert await found.places("deploys") == ["docs/cut.md:1"], "the stem of a word is enough"
        assert (await found.places("strings.md"))[0] == "docs/strings.md:1", "the title counts too"
        assert await found.places("zebra") == await found.places("?!") == []
        assert await found.places('the "AND" OR NOT NEAR( *') == await found.places("near not")


async def test_a_question_about_parts_of_documents_is_narrowed_by_their_beginning(tmp_path: Path) -> None:
    async with base(tmp_path) as found:
        found.write({f"a%_{n}/x.md": "same words" for n in range(3)} | {"ab/x.md": "same words"})
        await found.refresh("**/*.md")
        assert len(await found.places("same", limit=20)) == 4
        assert await found.places("same", source=f"{found.root}/a%_1/") == ["a%_1/x.md:1"]
        assert len(await found.places("same", limit=2)) == 2


async def test_meaning_finds_what_shares_no_word_and_words_and_meaning_together_come_first(tmp_path: Path) -> None:
    async with base(tmp_path) as found:
        found.embedder = WordEmbedder()
        await indexed(found)
        before = await found.find("automobile")
        assert (before.hits, "5 of 5 chunks have no vector yet" in before.note) == ((), True)
        await found.embed()
        after = await found.find("automobile")
        assert (after.hits[0].uri, after.hits[0].by, after.note) == (f"{found.root}/notes/car.md", ("meaning",), "")
        both = (await found.find("publish a version")).hits[0]
        assert (both.uri.rpartition("/")[2], both.by, both.score) == ("cut.md", ("words", "meaning"), 1.0)


async def test_vectors_that_come_in_while_words_are_searched_are_compared_with(tmp_path: Path) -> None:
    async with base(tmp_path) as found:
        found.embedder = WordEmbedder()
        await indexed(found)

        class Meanwhile:
            """The database, whose chunks get their vectors after it was first read."""

            async def read(self, operation: Callable[[sqlite3.Connection], Answer]) -> Answer:
                result = await found.database.read(operation)
                if not result:
                    await found.embed()
                return result

            async def write(self, operation: Callable[[sqlite3.Connection], Answer]) -> Answer:
                return await found.database.write(operation)

        result = await Search(Meanwhile(), str(found.root), found.embedder).find(Wanted(text="automobile", limit=5))
        assert (result.hits[0].uri, result.note) == (f"{found.root}/notes/car.md", "")


async def test_an_embedder_that_fails_leaves_words_and_a_sentence(tmp_path: Path) -> None:
    async with base(tmp_path) as found:
        words = found.embedder = WordEmbedder()
        await indexed(found)
        await found.embed()
        words.fails = ""
        told = await found.find("garage")
        assert told.note == "Searched by words alone: The embedding service is down."
        assert [hit.by for hit in told.hits] == [("words",)]
        found.embedder = WordEmbedder(model="another")
        assert (await found.find("garage")).note.startswith("5 of 5 chunks have no vector yet")
        found.embedder = None
        assert (await found.find("garage")).note == ""


async def test_vectors_of_another_length_are_never_compared(tmp_path: Path) -> None:
    async with base(tmp_path) as found:
        found.embedder = WordEmbedder(dimension=64)
        await indexed(found)
        await found.embed()
        found.embedder = WordEmbedder(dimension=48)
        assert (await found.find("automobile")).hits == ()
        found.write({"new.md": "a new text"})
        await found.refresh("docs", "notes/*.md", "new.md")
        await found.embed()
        await found.embed()
        assert (await found.find("automobile")).hits[0].uri.endswith("car.md")
        assert (await found.index.stats("words")).vectors == 6


def test_python_ranks_as_the_extension_does() -> None:
    chance = random.Random(3)
    rows = [(key, vectors.packed([chance.gauss(0, 1) for _ in range(24)])) for key in range(500)]
    for _ in range(20):
        wanted = [chance.gauss(0, 1) for _ in range(24)]
        slow = vectors.compared(rows, wanted, 10)
        assert [key for key, _ in slow] == _by_extension(rows, wanted)
        assert slow[0][1] <= 1 + 1e-6
    assert vectors.compared([(1, vectors.packed([0.0] * 24))], [1.0] * 24, 3) == [(1, 0.0)]


def _by_extension(rows: list[tuple[int, bytes]], wanted: list[float]) -> list[int]:
    connection = _connected()
    connection.execute("CREATE TABLE v (key INTEGER, vector BLOB)")
    connection.executemany("INSERT INTO v VALUES (?, ?)", rows)
    ordered = "SELECT key FROM v ORDER BY vec_distance_cosine(vector, ?) LIMIT 10"
    found = [key for (key,) in connection.execute(ordered, (vectors.packed(wanted),))]
    connection.close()
    return found


def _connected() -> sqlite3.Connection:
    from_driver = pytest.importorskip("pysqlite3", reason="no SQLite that takes extensions").connect(":memory:")
    driver.with_vectors(from_driver)
    assert vectors.has_distances(from_driver)
    return from_driver


def test_questions_become_words_and_nothing_else() -> None:
    assert query.words("How do I release Version 2_0 of it?") == ("release", "version", "2", "0")
    assert query.words("to be or not to be") == ("to", "be", "or", "not")
    assert query.match('a" OR (b* NEAR') == '"b" OR "near"'
    assert len(query.words(" ".join(f"w{n}" for n in range(99)))) == query.MOST_WORDS
    assert query.fused(["a", "b"], ["b"]) == {"a": (1 / 51) / (1 / 52 + 1 / 51), "b": 1.0}
    assert query.fused() == {}


async def test_the_tool_cites_each_passage_by_path_and_line(tmp_path: Path) -> None:
    async with base(tmp_path) as found:
        await indexed(found)
        tool = KnowledgeSearch(found.search.find, found.root / "docs")
        output = await tool.run({"query": "hunting cats"}, FakeCallContext())
        assert output.content == "Found 1 passage.\n\n1. cats.md:1-5\n" + DOCUMENTS["docs/cats.md"]
        assert output.details == {"count": 1, "places": ["cats.md:1"]}
        above = await tool.run({"query": "garage", "source_filter": "../notes"}, FakeCallContext())
        assert f"1. {found.root}/notes/car.md:1\n" in above.content
        none = await tool.run({"query": "garage", "source_filter": "./"}, FakeCallContext())
        assert (none.content, none.is_error) == ("Nothing that is indexed fits.", False)
        (fact,) = facts((await found.find("garage")).hits, str(found.root))
        assert (fact["place"], fact["first_line"], fact["by"]) == ("notes/car.md:1", 1, ["words"])
    async with base(tmp_path, "empty") as empty:
        assert "Nothing is indexed here" in passages(await empty.find("anything"), "/")


REFUSED: tuple[tuple[JsonObject, str], ...] = (
    ({}, "`query` has to be a text"),
    ({"query": " "}, "`query` has to be a text"),
    ({"query": 3}, "`query` has to be a text"),
    ({"query": "a", "limit": 0}, "`limit` has to be a whole number from 1 to 20"),
    ({"query": "a", "limit": 21}, "`limit`"),
    ({"query": "a", "limit": True}, "`limit`"),
    ({"query": "a", "limit": "5"}, "`limit`"),
    ({"query": "a", "source_filter": []}, "`source_filter` has to be a text"),
    ({"query": "a", "max": 5}, "`max` is not an argument (there are query, source_filter, limit)"),
)


async def test_arguments_that_make_no_sense_are_refused_with_what_to_change(tmp_path: Path) -> None:
    async with base(tmp_path) as found:
        tool = KnowledgeSearch(found.search.find, found.root)
        for given, told in REFUSED:
            assert told in tool.check(given)
        for fine in ({"query": "a"}, {"query": "a", "limit": 20, "source_filter": "docs/"}):
            assert tool.check(fine) == ""
        assert tool.touches({"query": "a"}) == ()
        assert set(tool.spec.input_schema["properties"]) == {"query", "source_filter", "limit"}
