"""The index is as its sources are: what changed is cut anew, what is gone is forgotten, what fails is told and kept."""

import os
import random
import sqlite3
from pathlib import Path

import pytest

from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.knowledge.chunk import chunks
from heartbit_tui.knowledge.types import Report, Settings, Source
from heartbit_tui.testing.embeddings import WordEmbedder
from tests.knowledge.places import Base, base

LONG = "\n\n".join(f"Paragraph {n} about {'x' * 150}." for n in range(40))


async def held(found: Base) -> dict[str, list[str]]:
    """All chunks by document, as the tables have them."""

    def operation(connection: sqlite3.Connection) -> dict[str, list[str]]:
        texts: dict[str, list[str]] = {}
        for uri, content in connection.execute(
            "SELECT d.uri, c.content FROM knowledge_documents d JOIN knowledge_chunks c ON c.document = d.key "
            "WHERE d.project = ? ORDER BY d.uri, c.number",
            (str(found.root),),
        ):
            texts.setdefault(uri.removeprefix(f"{found.root}/"), []).append(content)
        return texts

    return await found.database.read(operation)


async def sound(found: Base) -> None:
    """Raise where the index of words, or a vector, is not of the chunks that there are."""

    def operation(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO knowledge_words (knowledge_words, rank) VALUES ('integrity-check', 1)")
        orphans = "SELECT count(*) FROM knowledge_vectors WHERE chunk NOT IN (SELECT key FROM knowledge_chunks)"
        assert connection.execute(orphans).fetchone() == (0,)

    await found.database.write(operation)


async def test_only_what_changed_is_cut_anew_and_what_is_gone_is_forgotten(tmp_path: Path) -> None:
    async with base(tmp_path) as found:
        found.write({"docs/a.md": "alpha", "docs/b.md": LONG, "docs/deep/c.md": "gamma", "other.md": "outside"})
        assert await found.refresh("docs/**/*.md") == Report(added=3, chunks=2 + len(chunks(LONG)))
        assert await found.refresh("docs/**/*.md") == Report(unchanged=3)
        os.utime(found.root / "docs/a.md", (1, 1))
        found.write({"docs/b.md": "short now", "docs/d.md": "delta"})
        (found.root / "docs/deep/c.md").unlink()
        assert await found.refresh("docs/**/*.md") == Report(added=1, changed=1, unchanged=1, removed=1, chunks=2)
        assert await held(found) == {"docs/a.md": ["alpha"], "docs/b.md": ["short now"], "docs/d.md": ["delta"]}
        found.settings = Settings(chunk_size=5, chunk_overlap=0)
        assert (await found.refresh("docs/**/*.md")).changed == 3
        assert await found.refresh("other.md") == Report(added=1, removed=3, chunks=2)
        await sound(found)


async def test_ten_hundred_random_changes_leave_what_a_new_index_would_have(tmp_path: Path) -> None:
    chance, steps = random.Random(7), 0
    async with base(tmp_path) as found:
        found.embedder = WordEmbedder()
        for _ in range(40):
            for _ in range(25):
                steps += 1
                path = found.root / f"d{chance.randrange(12)}.txt"
                match chance.randrange(4):
                    case 0:
                        path.unlink(missing_ok=True)
                    case 1:
                        path.write_bytes(b"\0\1\2")
                    case _:
                        path.write_text("\n\n".join(chance.choices(("one two", "three " * 60, "é" * 700), k=3)))
            await found.refresh("*.txt")
            await found.embed()
            expected = {
                path.name: [chunk.text for chunk in chunks(path.read_text())]
                for path in sorted(found.root.glob("*.txt"))
                if b"\0" not in path.read_bytes()
            }
            assert await held(found) == expected
            stats = await found.index.stats("words")
            assert stats.vectors == stats.chunks == sum(map(len, expected.values()))
        await sound(found)
    assert steps == 1000


async def test_what_cannot_be_had_now_is_told_and_what_was_known_of_it_stays(tmp_path: Path) -> None:
    async with base(tmp_path) as found:
        found.web.pages = {"https://example.com/1": "first page", "https://example.com/2": "second page"}
        found.write({"a.md": "alpha"})
        sources = ("https://example.com/1", "https://example.com/2", "a.md", "missing.md", "*.rst")
        first = await found.refresh(*sources)
        assert (first.added, first.failed) == (3, ("missing.md is not there.", "*.rst fits no file."))
        del found.web.pages["https://example.com/2"]
        found.web.pages["https://example.com/1"] = "first page, changed"
        report = await found.refresh(*sources)
        assert (report.changed, report.unchanged, report.removed) == (1, 1, 0)
        assert report.failed[-1] == "https://example.com/2 answered with HTTP 503."
        assert [hit.text for hit in (await found.find("second")).hits] == ["second page"]
        assert [hit.title for hit in (await found.find("first")).hits] == ["Page 1"]


async def test_no_text_is_indexed_that_is_none_too_large_or_kept_from_the_model(tmp_path: Path) -> None:
    async with base(tmp_path) as found:
        found.write({"a.md": "alpha", "secret.md": "alpha too", ".git/x.md": "alpha", "build/y.md": "alpha"})
        found.write({".gitignore": "build/\n"})
        (found.root / "image.md").write_bytes(b"\x89PNG\0\0")
        (found.root / "huge.md").write_text("x" * (16 * 1024 * 1024 + 1))
        (found.root / "link.md").symlink_to(found.root / "secret.md")
        os.mkfifo(found.root / "pipe.md")
        found.hidden = {"secret.md"}
        report = await found.refresh("**/*.md")
        assert (report.added, report.skipped, report.failed) == (1, 2, ())
        named = await found.refresh("secret.md", "image.md", "huge.md", "link.md", "pipe.md", "a.md")
        assert len(named.failed) == 5
        assert sorted(await held(found)) == ["a.md"]
        found.hidden = {"a.md"}
        assert (await found.find("alpha")).hits == (), "a rule that came later counts as well"


async def test_a_folder_is_all_text_below_it_and_files_are_read_in_their_encoding(tmp_path: Path) -> None:
    async with base(tmp_path) as found:
        found.write({"docs/a.txt": "alpha", "docs/in/b": "beta"})
        (found.root / "docs/latin.txt").write_bytes("caf\u00e9 cr\u00e8me".encode("cp1252"))
        (found.root / "docs/wide.txt").write_bytes("wide gamma".encode("utf-16"))
        page = "<html><style>p {\n}\n</style><body>\n<p class='x'>Tags\n&amp; <b>words</b>"
        found.write({"docs/page.html": page})
        assert (await found.refresh("docs")).added == 5
        assert await found.places("crème") == ["docs/latin.txt:1"]
        assert await found.places("wide") == ["docs/wide.txt:1"]
        (hit,) = (await found.find("tags")).hits
        assert (hit.first_line, hit.last_line, hit.text.split()) == (4, 5, ["Tags", "&", "words"])


async def test_projects_do_not_see_each_other(tmp_path: Path) -> None:
    async with base(tmp_path) as one, base(tmp_path, "other") as other:
        one.write({"a.md": "alpha one"})
        other.write({"a.md": "alpha other"})
        await one.refresh("a.md")
        await other.refresh("a.md")
        assert [hit.text for hit in (await one.find("alpha")).hits] == ["alpha one"]
        assert (await other.refresh("a.md")).unchanged == 1
        assert (await one.refresh()).removed == 1
        assert (await other.index.stats()).documents == 1


async def test_sources_that_were_added_by_hand_are_kept_and_dropped(tmp_path: Path) -> None:
    async with base(tmp_path) as found:
        docs, page = Source(kind="file", what="docs"), Source(kind="url", what="https://example.com/1")
        await found.index.add_sources([docs, page, docs])
        assert await found.index.sources() == (docs, page)
        assert await found.index.drop_source("docs")
        assert not await found.index.drop_source("docs")
        assert await found.index.sources() == (page,)


async def test_what_was_written_before_it_was_broken_off_stays(tmp_path: Path) -> None:
    class Stop(HeartbitError):
        """Breaks off."""

    def stop(stage: str, done: int, total: int, what: str) -> None:
        if done >= 64:
            raise Stop

    async with base(tmp_path) as found:
        found.write({f"{n:03}.md": f"text {n}" for n in range(100)})
        with pytest.raises(Stop):
            await found.refresh("*.md", progress=stop)
        assert (await found.index.stats()).documents == 64
        assert await found.refresh("*.md") == Report(added=36, unchanged=64, chunks=36)
