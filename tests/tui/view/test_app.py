import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from heartbit_tui.client.history import HistoryFile
from heartbit_tui.client.types import Client
from heartbit_tui.kernel.events import Envelope
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.runtime.options import Options
from heartbit_tui.tui.keys.keymap import keymap
from heartbit_tui.tui.lines.setting import cells
from heartbit_tui.tui.pane.one_line import OneLine
from heartbit_tui.tui.setup import Setup, Wishes
from heartbit_tui.tui.talk.pace import Pace
from heartbit_tui.tui.talk.talks import Talks
from heartbit_tui.tui.theme.ink import ink
from heartbit_tui.tui.theme.load import load
from heartbit_tui.tui.view.app import ViewApp
from heartbit_tui.tui.view.client import Replay
from heartbit_tui.tui.view.controls import controls, speed
from heartbit_tui.tui.view.player import Player, State
from heartbit_tui.tui.view.read import Reader
from heartbit_tui.tui.view.start import Tail
from tests.tui.view.streams import START, exported, log, streamed

INK = ink(load("heartbit"))


def setup(folder: Path) -> Setup:
    return Setup(
        options=Options(cwd=folder, environment={"HOME": str(folder)}, surface="tui", mode=Mode.ASK),
        keymap=keymap(),
        theme=load("heartbit"),
        wishes=Wishes(),
        history=HistoryFile(folder / "history"),
    )


class Rig:
    """A replay of the sample run on a screen, with a clock that is moved by hand."""

    def __init__(self, folder: Path, envelopes: Sequence[Envelope] | None = None) -> None:
        self.now = 0.0
        self.player = Player(envelopes or log(), playing=False)
        self.replay = Replay(self.player, lambda: self.now)
        self._setup = setup(folder)

    @asynccontextmanager
    async def shown(self) -> AsyncGenerator[tuple[ViewApp, Pilot[int]]]:
        @asynccontextmanager
        async def connected(_: Options) -> AsyncGenerator[Client]:
            yield self.replay

        async with asyncio.TaskGroup() as tasks:
            talks = Talks(connected, Pace(lambda: self.now), tasks)
            talk = talks.open(self._setup.options)
            app = ViewApp(self._setup, talks, self.player, self.replay)
            async with app.run_test(size=(120, 40)) as pilot:
                while app.live is None or not talk.client:
                    await pilot.pause()
                await pilot.pause()
                yield app, pilot
            talk.leave()


def chat(app: ViewApp) -> str:
    return "\n".join(row.line.text for row in app.chat.view.rows)


def row(app: ViewApp) -> str:
    widget = app.query_one("#controls", OneLine)
    return widget.render_lines(widget.size.region)[0].text


async def pressed(pilot: Pilot[int], *keys: str) -> None:
    await pilot.press(*keys)
    for _ in range(4):
        await pilot.pause()


async def test_a_run_is_stepped_through_jumped_over_and_taken_back(tmp_path: Path) -> None:
    async with Rig(tmp_path).shown() as (app, pilot):
        assert "paused" in row(app)
        await pressed(pilot, "right", "right", "right")
        assert "mend it" in chat(app)
        assert "I will look." not in chat(app)
        await pressed(pilot, "end")
        assert "Done." in chat(app)
        assert f"at its end  ▓▓▓▓▓▓▓▓▓▓▓▓ {len(log())}/{len(log())}" in row(app)
        assert app.talk.story.timeline.totals().calls == 2
        await pressed(pilot, "home")
        assert "mend it" not in chat(app)
        assert app.talk.story.timeline.end == 0
        await pressed(pilot, "right", "right", "right", "left")
        assert f" 2/{len(log())}" in row(app)


async def test_a_replay_plays_and_changes_its_speed(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    async with rig.shown() as (app, pilot):
        await pressed(pilot, "plus", "plus", "space")
        assert "plays" in row(app)
        assert "4×" in row(app)
        rig.now = 100.0
        rig.replay.touched()
        for _ in range(5):
            await pilot.pause()
        assert "Done." in chat(app)


async def test_typing_sends_nothing_and_q_leaves(tmp_path: Path) -> None:
    async with Rig(tmp_path).shown() as (app, pilot):
        await pressed(pilot, "h", "e", "y", "enter")
        assert not app.draft.display
        assert "hey" not in chat(app)
        await pressed(pilot, "q")
        assert app.return_code in (0, None)


def test_the_row_fits_every_width_and_tells_of_damage() -> None:
    states = [State(at=at, of=of, playing=at % 2 == 0, grows=of == 3) for at in range(4) for of in (0, 3, 9)]
    told = [controls(state, width, INK, left_out=2).text for state in states for width in range(140)]
    assert len(told) == 1_680
    assert all(cells(text) <= number % 140 for number, text in enumerate(told))
    assert "2 damaged lines left out" in controls(State(), 120, INK, left_out=2).text
    assert [speed(value) for value in (0.25, 0.5, 1.0, 16.0)] == ["¼×", "½×", "1×", "16×"]


def test_a_file_that_grows_is_read_as_far_as_its_lines_are_whole(tmp_path: Path) -> None:
    file = tmp_path / "run.jsonl"
    text = "".join(f"{line}\n" for line in streamed())
    whole = Reader(START).feed(streamed())
    file.write_text("", "utf-8")
    reader = Reader(START)
    with file.open("rb") as opened, file.open("a", encoding="utf-8") as writing:
        tail = Tail(opened, reader)
        found = list(tail.more())
        for start in range(0, len(text), 97):
            writing.write(text[start : start + 97])
            writing.flush()
            found += tail.more()
    assert found == whole
    assert (reader.finished, reader.faults) == (True, [])


def test_a_last_line_without_its_end_is_read_too(tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    file.write_text("\n".join(exported()), "utf-8")
    with file.open("rb") as opened:
        tail = Tail(opened, Reader(START))
        assert [*tail.more(), *tail.rest()] == log()
