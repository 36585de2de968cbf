"""A session looks documents up where there are some, in the project's own settings, and says when meaning is missing."""

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import pytest

from heartbit_tui.client.local import Local, local
from heartbit_tui.kernel.errors import ConfigError, HeartbitError
from heartbit_tui.kernel.events import Notice, Terminal, ToolCallCompleted
from heartbit_tui.kernel.messages import Text
from heartbit_tui.kernel.ops import Prompt
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.documents import Web, files
from heartbit_tui.runtime.embedding import NONE, embedding, wanted_of
from heartbit_tui.runtime.knowledge import knowledge, sources
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import read
from heartbit_tui.testing.embeddings import EmbeddingServer, Fault
from heartbit_tui.testing.http_wire import Connection
from heartbit_tui.tools.webpages import WebPages
from tests.tools.test_webfetch_addresses import Flipping, hostile_urls, system_like
from tests.tools.web import PUBLIC, Connector, Names, redirect, response, serving


def options(home: Path, settings: str = "", *, query: str = "automobile", **flags: object) -> Options:
    project = home / "project"
    (project / "docs").mkdir(parents=True, exist_ok=True)
    (project / ".git").mkdir(exist_ok=True)
    (project / "docs/car.md").write_text("The vehicle stands in the garage.\n")
    (project / "docs/.env").write_text("KEY=automobile")
    script = home / "script.json"
    search = {"blocks": [{"call": "knowledge_search", "input": {"query": query}}]}
    script.write_text(json.dumps({"replies": [search, "Done."]}))
    config = home / ".config/heartbit/config.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(settings)
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
    given = {"provider.name": "scripted", "provider.script": str(script), **flags}
    return Options(cwd=project, environment=environment, flags=given)


DOCS = '[[knowledge.sources]]\ntype = "glob"\npattern = "docs/**"\n'


async def indexed(wanted: Options) -> None:
    clock = SystemClock()
    settings = await read(wanted, clock)
    async with knowledge(settings, wanted.cwd, clock, NONE.reading) as found:
        assert (await found.index.refresh(found.sources, found.loader)).failed == ()


async def ran(
    client: Local, looked_up: Callable[[], None] = lambda: None, *, notices: int = 0
) -> tuple[str, list[str]]:
    """What the call gave, and what was told beside it: so many notices at least."""
    client.submit(Prompt(content=(Text(text="Look it up."),)))
    output, told, over = "", list[str](), False
    async for envelope in client.envelopes():
        match envelope.event:
            case ToolCallCompleted(output=text):
                output = text
                looked_up()
            case Notice(text=text):
                told.append(text)
            case event:
                over = over or isinstance(event, Terminal)
        if over and len(told) >= notices:
            break
    return output, told


async def test_a_project_without_documents_has_no_tool_for_them(tmp_path: Path) -> None:
    async with local(options(tmp_path)) as client:
        assert "knowledge_search" not in client.about.tools
        assert not any("knowledge" in warning for warning in client.about.warnings)
    async with local(options(tmp_path, DOCS + '[tools]\ndisabled = ["knowledge_search"]\n')) as client:
        assert "knowledge_search" not in client.about.tools


async def test_documents_are_found_by_words_in_a_session_that_is_kept_and_in_one_that_is_not(tmp_path: Path) -> None:
    wanted = options(tmp_path, DOCS)
    await indexed(wanted)
    for ephemeral in (False, True):
        asked = options(tmp_path, DOCS, query="garage", **{"sessions.ephemeral": ephemeral})
        async with local(asked) as client:
            assert "knowledge_search" in client.about.tools
            output, told = await ran(client)
        assert output == "Found 1 passage.\n\n1. docs/car.md:1\nThe vehicle stands in the garage."
        assert told == []


class Held(EmbeddingServer):
    """Answers nobody before it is `let`."""

    def __init__(self) -> None:
        super().__init__()
        self.let = asyncio.Event()

    async def attend(self, connection: Connection) -> None:
        await self.let.wait()
        await super().attend(connection)


async def test_what_lacks_vectors_gets_them_in_the_background_and_the_session_says_so(tmp_path: Path) -> None:
    await indexed(options(tmp_path, DOCS))
    async with Held() as server:
        remote = f'[memory.embedding]\nprovider = "openai"\nmodel = "words"\nbase_url = "{server.url}"\n'
        async with local(options(tmp_path, remote + DOCS)) as client:
            assert client.about.warnings == ()
            output, told = await ran(client, server.let.set, notices=2)
            assert "1 of 1 chunks have no vector yet" in output
            assert told[0].startswith("1 chunks of the indexed documents get vectors of words in the background")
            assert told[1] == "The indexed documents have their vectors of words: 1 more chunks."
        async with local(options(tmp_path, remote + DOCS)) as client:
            output, told = await ran(client)
        assert output.startswith("Found 1 passage.\n\n1. docs/car.md:1\n")
        assert told == []


async def test_a_dead_embedding_service_holds_up_no_run(tmp_path: Path) -> None:
    await indexed(options(tmp_path, DOCS))
    async with EmbeddingServer([Fault(status=400, body='{"error": "no"}')] * 9) as server:
        remote = f'[memory.embedding]\nprovider = "openai"\nbase_url = "{server.url}"\n'
        async with local(options(tmp_path, remote + DOCS)) as client:
            _, told = await ran(client, notices=2)
    assert told[1].startswith("The indexed documents are found by words alone: 127.0.0.1 gives no vectors (400)")


CLOSED = (
    ("http://127.0.0.1/", "127.0.0.1 leads to"),
    ("http://localhost:8000/x", "a name of this machine"),
    ("http://169.254.169.254/latest/", "no address of the public internet"),
    ("http://[::1]/", "no address of the public internet"),
    ("http://10.0.0.8/", "no address of the public internet"),
    ("http://192.168.1.1/", "no address of the public internet"),
    ("http://user@example.com/", "a user name in it"),
    ("ftp://example.com/", "Only http and https"),
    ("http://0x7f000001/", "four decimal numbers"),
)


@pytest.mark.security("X6", n=144)
async def test_no_source_on_the_web_is_asked_for_at_an_address_that_is_not_public() -> None:
    connector = Connector(1)
    web, urls = Web(WebPages({}, resolve=system_like, connector=connector)), hostile_urls()
    for url in urls:
        with pytest.raises(HeartbitError):
            await web.page(url or "x")
    assert len(urls) >= 144
    assert connector.connected == []


@pytest.mark.security("X6", n=500)
async def test_a_name_that_changes_its_address_brings_nothing_from_home_into_the_index() -> None:
    page, rounds, reached, names = response(b"public", kind="text/plain"), 500, 0, Flipping()

    async def answer(path: str, writer: asyncio.StreamWriter) -> None:
        writer.write(redirect("http://again.example/") if path == "/r" else page)

    async with serving(answer) as port:
        connector = Connector(port)
        web = Web(WebPages({}, resolve=names, connector=connector))
        for number in range(rounds):
            with suppress(HeartbitError):
                reached += bool((await web.page(f"http://x{number}.example/{'r' * (number % 2)}")).text)
    assert {address for address, _ in connector.connected} == {PUBLIC}
    assert names.asked > rounds
    assert 50 < reached < 450


async def test_pages_stand_behind_the_address_guard_of_webfetch() -> None:
    web = Web(WebPages({}))
    for url, told in CLOSED:
        with pytest.raises(HeartbitError, match=told):
            await web.page(url)
    page = b"<html><head><title>The &amp;\n manual</title></head><body><h1>Start</h1><p>Press the button.</p></body></html>"
    pages: Mapping[str, bytes] = {
        "/m": response(page),
        "/inner": redirect("http://127.0.0.1:1/secret"),
        "/gone": response(b"", status="404 Not Found"),
        "/image": response(b"\x89PNG\r\n\x1a\n\0", kind="image/png"),
    }

    async def answer(path: str, writer: asyncio.StreamWriter) -> None:
        writer.write(pages[path])

    async with serving(answer) as port:
        open_web = Web(WebPages({}, resolve=Names(), connector=Connector(port)))
        found = await open_web.page("http://example.com/m")
        assert (found.title, found.text) == ("The & manual", "# Start\n\nPress the button.")
        for path, told in (("/inner", "127.0.0.1"), ("/gone", "HTTP 404"), ("/image", "image/png")):
            with pytest.raises(HeartbitError, match=told):
                await open_web.page(f"http://example.com{path}")


def test_files_are_found_as_the_glob_tool_finds_them(tmp_path: Path) -> None:
    for name in ("docs/a.md", "docs/deep/b.md", "docs/c.txt", "build/d.md", ".hidden/e.md", "f.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("build/\n")

    def found(pattern: str) -> list[str]:
        return [path.removeprefix(f"{tmp_path}/") for path in files(str(tmp_path), pattern)]

    assert found("**/*.md") == ["docs/a.md", "docs/deep/b.md", "f.md"]
    assert found("docs/*.{md,txt}") == ["docs/a.md", "docs/c.txt"]
    assert found(f"{tmp_path}/docs/**") == ["docs/a.md", "docs/c.txt", "docs/deep/b.md"]
    assert found("f.md") == ["f.md"]
    assert found("nowhere/*.md") == found("nothing.md") == []


async def test_sources_and_embedder_are_read_from_the_settings_and_nonsense_is_refused(tmp_path: Path) -> None:
    text = '[[knowledge.sources]]\npath = "a.md"\n[[knowledge.sources]]\ntype = "url"\nurl = "https://example.com"\n'
    clock = SystemClock()
    settings = await read(options(tmp_path, text + '[memory.embedding]\ncache_dir = "~/m"\n'), clock)
    assert [(each.kind, each.what) for each in sources(settings.config)] == [
        ("file", "a.md"),
        ("url", "https://example.com"),
    ]
    assert wanted_of(settings).cache_dir == tmp_path / "m"
    nameless = await read(options(tmp_path, "[[knowledge.sources]]\n"), clock)
    if nameless.config.value("knowledge.sources"):
        with pytest.raises(ConfigError, match="names nothing"):
            sources(nameless.config)
    unknown = await read(options(tmp_path, '[memory.embedding]\nprovider = "local"\nmodel = "glove"\n'), clock)
    with pytest.raises(ConfigError, match=r"config.toml:3: memory.embedding.model: There is no local"):
        async with embedding(unknown, clock, lambda _: None):
            pass
