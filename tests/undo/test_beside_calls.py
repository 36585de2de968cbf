"""What changes files outside of the model's calls: commands in the background, and a person's own."""

import asyncio
import os
import random
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from heartbit_tui.kernel.events import Event, FilesChanged, JobEnded, JobStarted
from heartbit_tui.kernel.ops import StopJob
from heartbit_tui.undo.intent import UndoError
from heartbit_tui.undo.plan import UNSURE
from heartbit_tui.undo.preview import rows
from heartbit_tui.undo.watch import SOON, Watch
from tests.undo.places import Place
from tests.undo.sessions import Desk, bash
from tests.undo.trees import seen

ROUNDS = 40


class Times:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Watched:
    """A watched tree without a session; `told` are all events, oldest first."""

    def __init__(self, folder: Path, seed: int = 0, *, acts: int = 0) -> None:
        self.place = Place(folder, seed, acts=acts)
        self.times = Times()
        self.told: list[FilesChanged] = []
        self.watch = Watch(self.place.survey(), self._tell, self.times)

    def _tell(self, event: Event) -> None:
        assert isinstance(event, FilesChanged), event
        self.told.append(event)

    def act(self) -> None:
        self.place.vandal.act(4)

    async def call(self, id: str, acts: int = 4) -> None:
        async def work() -> None:
            self.place.vandal.act(acts)

        await self.watch.on_anything(id, (), work, self._tell)

    @asynccontextmanager
    async def job(self, id: str) -> AsyncGenerator[None]:
        self.watch.job_began(JobStarted(id=id, command="make", tool_call_id=f"call of {id}"))
        yield
        await self.watch.job_ended(id)

    def back(self, number: int = 0) -> None:
        """Go back over all that was told but the first `number`, also over what is unsure."""
        records = [event.record for event in self.told[number:]][::-1]
        unsure = {event.record for event in self.told if event.unsure}
        plan = self.place.engine.plan(records, unsure=unsure, overrule=True)
        assert (plan.conflicts, plan.lost) == ((), ())
        self.place.engine.carry_out("s", self.place.intent(number), plan)


async def test_whatever_calls_commands_and_the_background_do_in_any_order_is_undone_exactly(tmp_path: Path) -> None:
    checked = 0
    for seed in range(ROUNDS):
        dice = random.Random(seed)
        ground = Watched(tmp_path / str(seed), seed, acts=15)
        await ground.watch.begin()
        trees = {0: seen(ground.place.root)}
        ended = ground.watch.job_ended
        for step in range(6):
            match dice.choice(("call", "command", "begin", "work", "end")):
                case "call":
                    await ground.call(f"call {step}")
                case "command":
                    async with ground.watch.on_command("make", ()):
                        ground.act()
                case "begin":
                    job = JobStarted(id=f"bash_{step}", command="make", tool_call_id="")
                    ground.watch.job_began(job)
                case "work" if ground.watch.background:
                    ground.act()
                    await ground.watch.look()
                case _ if ground.watch.background:
                    ground.act()
                    await ended(ground.watch.background[0].id)
                case _:
                    pass
            ground.times.now += dice.choice((0.0, 2 * SOON))
            trees[len(ground.told)] = seen(ground.place.root)
        ground.back(place := dice.choice(sorted(trees)))
        assert seen(ground.place.root) == trees[place], seed
        checked += 1
    assert checked == ROUNDS


async def test_what_changes_between_calls_is_nobodys_here_unless_a_command_runs_in_the_background(
    tmp_path: Path,
) -> None:
    ground = Watched(tmp_path)
    await ground.watch.begin()
    ground.times.now += 2 * SOON
    ground.place.write("a person's", "own")
    await ground.call("one")
    async with ground.job("bash_1"):
        ground.place.write("made", "by the job, or by a person")
        await ground.call("two")
        ground.place.write("late", "too")
    ground.times.now += 2 * SOON
    ground.place.write("a person's", "own again")
    await ground.call("three")
    shown = [(event.tool_call_ids, event.unsure) for event in ground.told]
    job = ("call of bash_1",)
    assert shown == [(("one",), False), (job, True), (("two",), False), (job, True), (("three",), False)]


async def test_a_look_right_before_a_call_is_not_taken_twice(tmp_path: Path) -> None:
    ground = Watched(tmp_path)
    await ground.watch.begin()
    ground.times.now += 2 * SOON
    await ground.watch.look()
    ground.place.write("so late", "that it counts as the call's")
    await ground.call("one", acts=0)
    ground.times.now += SOON
    ground.place.write("early", "enough")
    await ground.call("two", acts=0)
    assert [event.tool_call_ids for event in ground.told] == [("one",)]


async def test_the_own_command_of_a_person_is_a_place_to_go_back_to(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    (desk.project / "mine.txt").write_text("mine\n")
    before = seen(desk.project)
    desk.says([bash("echo 1 > one")], [])
    async with desk.session() as talk:
        undo = talk.client.undo
        async with undo.during("rm mine.txt"):
            (desk.project / "mine.txt").unlink()
        await talk.say("One.")
        async with undo.during("cat one"):
            pass
        async with undo.during("! secret", shown="(a hidden command)"):
            (desk.project / "two").write_text("2")
            with pytest.raises(UndoError, match="A command of yours still runs: ! \\(a hidden command\\)"):
                await undo.undo()
        listed = [(each.kind, each.number, each.files) for each in undo.points()]
        assert listed == [("command", "0.1", 1), ("prompt", "1", 0), ("call", "1.1", 1), ("command", "1.2", 1)]
        assert undo.points()[-1].text == "(a hidden command)"
        preview = await undo.undo()
        assert (preview.title, preview.intent.chat) == ("Back to before your command 1.2", 0)
        await undo.carry_out(preview)
        assert sorted(seen(desk.project)) == ["one"]
        await talk.undo()
        assert sorted(seen(desk.project)) == []
        await talk.undo()
        assert seen(desk.project) == before
        await talk.redo()
        async with undo.during("touch new"):
            (desk.project / "new").touch()
        await talk.undo()
        assert sorted(seen(desk.project)) == []


async def test_what_a_command_in_the_background_did_can_be_undone_while_it_runs_and_when_it_has_ended(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path)
    command = "echo 1 > one; echo > ../told; read < ../go; echo 2 > two; rm one; echo > ../told; sleep 60"
    told, go = pipes(desk.home)
    desk.says([{"call": "bash", "input": {"command": command, "run_in_background": True}}], [])
    async with desk.session() as talk:
        undo = talk.client.undo
        await talk.say("Serve.")
        await asyncio.to_thread(told.read_text)
        await asyncio.to_thread(go.write_text, "\n")
        await asyncio.to_thread(told.read_text)
        found = await undo.undo()
        meant = {(row.group, row.name): row.note for row in rows(found, str(desk.project))}
        assert meant[("Left as they are, because it is not known who changed them", "two")] == UNSURE
        assert meant[("Still at work", "")].startswith(f"bash_1 ({command})")
        await talk.undo(overrule=True)
        assert seen(desk.project) == {}
        await talk.redo()
        assert sorted(seen(desk.project)) == ["two"]
        talk.client.submit(StopJob(id="bash_1"))
        async for envelope in talk.client.envelopes():
            if isinstance(envelope.event, JobEnded):
                break
        assert "Still at work" not in {row.group for row in rows(await undo.undo(), str(desk.project))}


def pipes(folder: Path) -> tuple[Path, Path]:
    """What a command tells a test, and what a test tells a command."""
    for name in ("told", "go"):
        os.mkfifo(folder / name)
    return folder / "told", folder / "go"


async def test_what_a_command_in_the_background_did_last_is_in_the_log_of_a_session_that_ended(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    told, _ = pipes(desk.home)
    command = "trap 'echo bye > end; exit' TERM; echo > ../told; while :; do read -t 1 < ../go; done"
    desk.says([{"call": "bash", "input": {"command": command, "run_in_background": True}}], [])
    async with desk.session() as talk:
        await talk.say("Serve.")
        await asyncio.to_thread(told.read_text)
    assert sorted(seen(desk.project)) == ["end"]
    async with desk.session(desk.again()) as talk:
        kinds = [type(envelope.event) for envelope in talk.client.history]
        assert kinds.index(JobEnded) < len(kinds) - kinds[::-1].index(FilesChanged)
        await talk.undo(overrule=True)
    assert seen(desk.project) == {}
