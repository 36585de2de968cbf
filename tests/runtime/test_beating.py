"""A beat is handed over as a task with what it may use, is stopped with it, and what it says waits in the inbox."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from heartbit_tui.client.local import local
from heartbit_tui.kernel.messages import Text, Usage
from heartbit_tui.kernel.ops import Prompt
from heartbit_tui.library.exchange import Exchange
from heartbit_tui.providers.script import Reply, call
from heartbit_tui.providers.scripted import Scripted
from heartbit_tui.runtime import beating
from heartbit_tui.runtime.brought import Brought
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import read
from heartbit_tui.schedules.beats import READING, SILENT, Done, Said
from heartbit_tui.schedules.beats_engine import PATIENCE
from heartbit_tui.tasks import Outcome, Request
from heartbit_tui.testing.clock import FakeClock
from tests.schedules.beats_rig import NOON, beat

BEAT = beat("every: 30m\ntools: webfetch", "Look at the build.")


class Agents:
    """An `Intake` that has a real agent do each task at once, with the model of a script; `hangs` has it never end."""

    def __init__(self, folder: Path, *replies: Reply, hangs: bool = False) -> None:
        self.provider = Scripted(replies)
        self.requests: list[Request] = []
        self.cancelled: list[str] = []
        self.begun = asyncio.Event()
        self._folder = folder
        self._hangs = hangs

    async def submit(self, request: Request) -> str:
        self.requests.append(request)
        return f"t{len(self.requests)}"

    async def outcome(self, task_id: str) -> Outcome:
        self.begun.set()
        if self._hangs:
            await asyncio.get_running_loop().create_future()
        request = self.requests[int(task_id[1:]) - 1]
        options = replace(options_in(self._folder), tools=request.tools, brought=Brought(provider=self.provider))
        async with local(options) as client:
            exchange = Exchange(client.about.session_id, asyncio.get_running_loop().time)
            envelopes = client.envelopes()
            client.submit(Prompt(content=(Text(text=request.task),)))
            async for envelope in envelopes:
                exchange.take(envelope)
                if exchange.result is not None:
                    break
        result = exchange.result
        assert result is not None
        return Outcome(id=task_id, state="completed" if result.ok else "failed", text=result.text, usage=Usage())

    async def cancel(self, task_id: str) -> bool:
        self.cancelled.append(task_id)
        return True


def options_in(folder: Path) -> Options:
    environment = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "HEARTBIT_LSP_ENABLED": "0"}
    return Options(cwd=folder, environment=environment, surface="daemon", on_ask="deny", bare=True, ephemeral=True)


async def nothing() -> Done:
    return Done(ok=True, text=SILENT)


def says(text: str) -> Reply:
    return Reply(blocks=(Text(text=text),))


async def test_a_beat_is_a_task_with_its_words_its_folder_and_its_tools_alone(tmp_path: Path) -> None:
    agents = Agents(tmp_path, Reply(blocks=(call("bash", command="touch x"),)), says("All is well."))
    clock = FakeClock(NOON)
    done = await beating.Handed(agents, clock, nothing)(BEAT)
    assert done == Done(ok=True, text="All is well.", task="t1")
    (request,) = agents.requests
    assert request == Request(
        task=beating.worded(BEAT),
        source="heartbeat:w/HEARTBEAT.md",
        deadline=NOON + timedelta(seconds=PATIENCE),
        folder="/w",
        tools=(*READING, "webfetch"),
        silent=SILENT,
    )
    assert request.task.startswith("[This is a heartbeat: heartbit asks this by itself, from the file HEARTBEAT.md")
    assert request.task.endswith("\n\nLook at the build.")
    assert {tool.name for tool in agents.provider.requests[0].tools} <= {*READING, "webfetch"}
    assert not (tmp_path / "x").exists()


async def test_a_beat_that_is_stopped_stops_its_task(tmp_path: Path) -> None:
    agents = Agents(tmp_path, hangs=True)
    task = asyncio.create_task(beating.Handed(agents, FakeClock(NOON), nothing)(BEAT))
    await agents.begun.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert (agents.cancelled, task.cancelled()) == (["t1"], True)


async def test_a_meditation_asks_no_agent(tmp_path: Path) -> None:
    agents = Agents(tmp_path)
    done = await beating.Handed(agents, FakeClock(NOON), nothing)(replace(BEAT, kind="meditate"))
    assert (done, agents.requests) == (Done(ok=True, text=SILENT), [])


async def test_what_a_beat_says_waits_in_the_inbox_whatever_the_channels_do(tmp_path: Path) -> None:
    heard: list[str] = []

    async def channel(said: Said) -> None:
        heard.append(said.text)

    async with beating.ledger(tmp_path / "heartbit.db") as kept:
        tell = beating.telling(kept.inbox, channel)
        await tell(Said(heartbeat=BEAT, at=NOON, text="# The build is red\nSince noon.", task="t1"))
        await tell(Said(heartbeat=BEAT, at=NOON + timedelta(hours=1), text="No model.", ok=False))
        failed, told = await kept.inbox.list()
        assert (told.kind, told.title, told.text, told.about) == (
            "reply",
            "The build is red",
            "# The build is red\nSince noon.",
            "t1",
        )
        assert (failed.kind, failed.source) == ("failure", "heartbeat:w/HEARTBEAT.md")
        await kept.inbox.finish(told.id)
        assert await kept.inbox.list() == (failed,)
        assert len(await kept.inbox.list(done=None)) == 2
    assert heard == ["# The build is red\nSince noon.", "No model."]


async def test_the_engine_of_a_daemon_beats_for_the_folders_of_the_settings(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "HEARTBEAT.md").write_text("---\nevery: 1h\n---\nLook.\n")
    config = tmp_path / "config.toml"
    config.write_text(f'[heartbeat]\nworkspaces = ["{notes}"]\n')
    clock, agents = FakeClock(NOON), Agents(tmp_path, says("Something is new."))
    options = replace(options_in(tmp_path), bare=False, config_file=config)
    settings = await read(options, clock)
    warned: list[str] = []
    said = asyncio.Event()

    async def channel(_: Said) -> None:
        said.set()

    async with beating.beats(options, settings, agents, clock, warned.append, channel) as engine:
        running = asyncio.create_task(engine.run())
        await clock.slept_by()
        await clock.advance(40)
        await said.wait()
        engine.drain()
        await running
        assert [each.key for each in engine.standing()] == [str(notes / "HEARTBEAT.md")]
    async with beating.ledger(settings.store) as kept:
        assert [letter.text for letter in await kept.inbox.list()] == ["Something is new."]
    assert warned == []
