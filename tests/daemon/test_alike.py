"""A session of a daemon behaves as one of this process: the same script is typed into both, and the same is seen."""

import asyncio
import re
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from heartbit_tui.client.attached import attached
from heartbit_tui.client.files import FileIndex
from heartbit_tui.client.local import local
from heartbit_tui.client.types import Client
from heartbit_tui.kernel.events import SessionRenamed
from heartbit_tui.kernel.ops import Decide, Mode, Rename
from heartbit_tui.repl.acts import Acts, Means
from heartbit_tui.repl.conversation import Conversation
from heartbit_tui.repl.pieces import Piece
from heartbit_tui.repl.spoken import Spoken
from heartbit_tui.runtime.options import Resume
from heartbit_tui.tui.shell.away import Line
from heartbit_tui.tui.shell.running import Console
from heartbit_tui.tui.shell.told import as_context
from tests.daemon.ground import Ground, calls, says
from tests.daemon.http import SETTINGS, TOKEN, ended, served, submitted

FRIENDLY = Path(__file__).parents[1] / "mcp" / "friendly.py"
MORE = f"""
[[mcp_servers]]
name = "friendly"
command = "{sys.executable}"
args = ["{FRIENDLY}"]

[[agents]]
name = "reader"
description = "Reads."
system_prompt = "Read."

[[workflows]]
name = "twice"
description = "Asks twice."
type = "sequential"
steps = ["reader"]
"""
REPLIES = (
    calls("write", {"file_path": "new.txt", "content": "x"}, when="please write", times=1),
    says("written", when="please write", times=0),
    calls("bash", {"command": "echo began; sleep 600", "run_in_background": True}, when="in the background", times=1),
    says("it runs", when="in the background", times=0),
    says("hello there", times=0),
)
SCRIPT = (
    "/status",
    "/tools",
    "/safety",
    "and again",
    "/cost",
    "/cost 2",
    "/context",
    "/mode accept-edits",
    "please write",
    "/undo",
    "/undo yes",
    "/redo",
    "/redo yes",
    "/redo",
    "/undo 99",
    "/rewind 2",
    "/memory note keep the tests quick",
    "/memory",
    "/memory search tests",
    "/memory show none",
    "/mcp restart friendly",
    "/mcp",
    "/mcp friendly",
    "/mcp restart nobody",
    "/lsp",
    "/lsp nobody",
    "/a2a",
    "/goal all tests pass",
    "/goal add they are quick",
    "/goal",
    "/goal drop 1",
    "/goal clear",
    "/plan",
    "/mode ask",
    "/workflow",
    "/workflow nobody x",
    "/agents",
    "/steer reader faster",
    "/stop reader",
    "/cap session 5",
    "/cap",
    "/effort high",
    "/drop nothing",
    "/compact",
    "/expand",
    "/uncompact 1",
    "/rename The title",
    "run in the background",
    "/jobs",
    "/jobs bash_1",
    "/jobs stop bash_1\n/jobs wait bash_1",
    "/nothing",
    "/todos",
    "/status",
)


class Seen(NamedTuple):
    """A line that was typed, and what was shown until the next one."""

    typed: str
    shown: str


class Paper:
    """Where a conversation is shown."""

    def __init__(self) -> None:
        self._spoken = Spoken()
        self.text = ""

    def show(self, piece: Piece) -> None:
        self.text += self._spoken.draw(piece)

    def refresh(self) -> None:
        """There is nothing beside the text."""

    def clear(self) -> None:
        self.text = ""


async def typed(client: Client, script: Sequence[str], folder: Path) -> list[Seen]:
    """What is seen of each line of a script; each call that asks is allowed."""

    async def none(*_: object) -> Sequence[Any]:
        return ()

    async def nothing(*_: str) -> str:
        return ""

    paper, found = Paper(), list[Seen]()
    conversation = Conversation(client, paper)
    means = Means(
        sessions=none,
        found=none,
        waits=nothing,
        exports={},
        clear=paper.clear,
        toggle_vim=lambda: None,
        cwd=Path(client.about.cwd),
    )
    acts = Acts(conversation, means)
    conversation.recall()
    listening = asyncio.create_task(conversation.listen())
    try:
        await heard(conversation)
        for line in script:
            paper.text = ""
            try:
                async with asyncio.timeout(20):
                    await connected(conversation, line)
                    await said(conversation, line, acts)
                    await client.settled()
                    await heard(conversation)
            except TimeoutError:
                paper.text += "(and then nothing came any more)"
            found.append(Seen(line, alike(paper.text, folder)))
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
    since = conversation.log[len(client.history) :]
    events = [type(each.event).__name__ for each in since if not isinstance(each.event, SessionRenamed)]
    return [*found, Seen("the events", " ".join(events))]


async def said(conversation: Conversation, line: str, acts: Acts) -> None:
    """Type a line, and let each call be made that asks."""
    for each in line.split("\n"):
        await conversation.said(each, acts)
    await conversation.attention()
    while (waiting := conversation.waiting) is not None:
        conversation.reply((Decide(id=waiting.request.id, allow=True),))
        await conversation.attention()


async def connected(conversation: Conversation, line: str) -> None:
    """Return once the servers are there that a line asks about: they are connected beside the first prompt."""
    served = conversation.client.served
    while line.startswith("/mcp") and served and any(each.phase != "ready" for each in served.statuses()):
        await heard(conversation)


async def heard(conversation: Conversation) -> None:
    """Return once all is seen that was set off so far: what is renamed last is told last."""
    title = f"Mark {len(conversation.log)}"
    conversation.client.submit(Rename(title=title))
    await conversation.until(lambda: any(getattr(each.event, "title", "") == title for each in conversation.log[-20:]))


def alike(text: str, folder: Path) -> str:
    """A text without what is different from one run to the next: ids, times, the folder."""
    for pattern, put in (
        (re.escape(str(folder)), "FOLDER"),
        (r"\d{8}-\d{6}-[a-z0-9]{8}", "SESSION"),
        (r"bash-[0-9a-f]{12}", "OUTPUT"),
        (r"info: This session is now called “Mark \d+”.\n", ""),
        (r"“Mark \d+”", "TITLE"),
        (r"\b[0-9a-f]{8}\b", "SHORT"),
        (r"\d+(\.\d+)? (ms|s|seconds?)\b", "TIME"),
        (r"\d{4}-\d\d-\d\d[T ][0-9:.]+(Z|\+00:00)?", "WHEN"),
    ):
        text = re.sub(pattern, put, text)
    return text


def ground(folder: Path) -> Ground:
    found = Ground(folder)
    found.prepare(REPLIES, SETTINGS + MORE)
    return found


@asynccontextmanager
async def here(folder: Path) -> AsyncGenerator[Client]:
    """A session of this process in which a prompt was answered."""
    options = ground(folder).options(mode=Mode.YOLO)
    async with local(options) as client:
        await typed(client, ("say hello",), folder)
    async with local(replace(options, which=Resume(id=client.about.session_id))) as client:
        yield client


@asynccontextmanager
async def there(folder: Path) -> AsyncGenerator[Client]:
    """The same of a daemon."""
    async with served(ground(folder)) as daemon, daemon.caller() as caller:
        task = await ended(caller, await submitted(caller, "say hello"))
        async with attached(daemon.url, TOKEN, task["id"]) as client:
            yield client


async def beside(client: Client, folder: Path) -> dict[str, object]:
    """What a surface finds and runs in the folder of a session itself, or asks for where that is another process's."""
    place, project = client.about.elsewhere, folder / "project"
    found: dict[str, object] = {}
    index = FileIndex(project)
    index.begin()
    await asyncio.to_thread(index.wait)
    for text in ("", "new", "nothing like it"):
        found[text] = [each.text for each in await (place or index).find(text)]
    for command in ("echo one; cd /; echo two >&2; false", "pwd", "cat none"):
        if place is not None:
            ran = await Line(place, command, hidden=False).ran()
        else:
            async with Console(project, {"PATH": "/usr/bin:/bin"}).command(command) as running:
                async for _ in running:
                    pass
            ran = running.ran
        found[command] = alike(as_context([replace(ran, output=ran.output.strip())]), folder)
    return found


@pytest.mark.slow
async def test_the_same_script_shows_the_same(tmp_path: Path) -> None:
    seen, outside = list[list[Seen]](), list[dict[str, object]]()
    for name, opened in (("here", here), ("there", there)):
        folder = tmp_path / name
        folder.mkdir()
        async with asyncio.timeout(100), opened(folder) as client:
            seen.append(await typed(client, SCRIPT, folder))
            outside.append(await beside(client, folder))
    assert outside[1] == outside[0]
    for one, other in zip(*seen, strict=True):
        assert other == one
