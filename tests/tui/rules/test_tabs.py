"""Nine sessions side by side: few widgets, nothing drawn of those that nobody sees, each with its own draft and requests."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from textual.widget import Widget

from heartbit_tui.client.types import Client
from heartbit_tui.context.outlook import Outlook
from heartbit_tui.kernel.events import (
    ApprovalRequested,
    AssistantMessage,
    JobEnded,
    JobStarted,
    RunCompleted,
    RunFailed,
    RunStarted,
    TextDelta,
    UserMessage,
)
from heartbit_tui.kernel.messages import Assistant, Text, ToolCall, Usage, user
from heartbit_tui.kernel.ops import Close, Decide
from heartbit_tui.runtime.options import Options
from heartbit_tui.tui.talk.tabs import state
from tests.tui.rules.stage import Played, Stage, staged
from tests.tui.rules.test_rest import MOST, ticking
from tests.tui.snapshots.test_metered import FakeMeters

BEGUN = (RunStarted(task="x"), UserMessage(message=user("x")), TextDelta(text="I "))
ENDED = RunCompleted(total_usage=Usage(), tool_calls_made=0)


def asks(number: int) -> ApprovalRequested:
    """Every session gives its requests the same ids."""
    call = ToolCall(id="c1", name="bash", input={"command": f"make {number}"})
    return ApprovalRequested(turn=1, tool_names=("bash",), id="approval-1", call=call)


async def nine(stage: Stage) -> list[Played]:
    """All tabs that there can be; the last one is seen."""
    played = [stage.client]
    for number in range(2, 10):
        played.append(Played(str(stage.app.talk.options.cwd), name=f"s-{number}"))
        await tab(stage, played[-1])
    await stage.until(lambda: not stage.busy)
    return played


async def tab(stage: Stage, client: Played) -> None:
    """One more tab, which is seen."""
    client.found.set()

    @asynccontextmanager
    async def connect(_: Options) -> AsyncGenerator[Client]:
        yield client

    stage.app.living.talks.open(stage.app.talk.options, beside=True, connect=connect)
    stage.app.living.switched()
    await stage.until(lambda: stage.app.talk.stage == "open")


class Slow(FakeMeters):
    """Meters that have to look, and take their time for it."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.free = asyncio.Event(), asyncio.Event()

    def glance(self) -> Outlook | None:
        return self.found if self.free.is_set() and self.begun.is_set() else None

    async def look(self) -> Outlook:
        self.begun.set()
        await self.free.wait()
        return self.found


class Metered(Played):
    """A session with such meters."""

    def __init__(self, cwd: str, name: str) -> None:
        answer = AssistantMessage(message=Assistant(content=(Text(text="I look."),), usage=Usage(input_tokens=10)))
        super().__init__(cwd, (*BEGUN[:2], answer, ENDED), name=name)
        self.slow = Slow()

    @property
    def meters(self) -> Slow:
        return self.slow


async def test_nine_sessions_need_few_widgets_and_hidden_ones_draw_nothing(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        clients = await nine(stage)
        screens = stage.app.screen_stack
        assert sum(len(list(screen.walk_children(Widget))) + 1 for screen in screens) < MOST
        for client in clients[:8]:
            client.tell(*BEGUN)
        talks = stage.app.living.talks.all
        await stage.until(lambda: all(state(talk) == "working" for talk in talks[:8]))
        await stage.settled()
        assert ticking(stage) == []
        stage.said.clear()
        for client in clients[:8]:
            client.tell(*(TextDelta(text=f"word {number} ") for number in range(500)))
        await stage.until(lambda: not any(client.has_news for client in clients))
        await stage.settled()
        assert "".join(stage.said) == ""
        assert all("word 499" in str(talk.story.transcript.blocks[-1]) for talk in talks[:8])


async def test_tabs_tell_who_waits_who_is_done_and_who_failed_until_they_are_seen(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        clients = await nine(stage)
        clients[0].tell(*BEGUN, ENDED)
        clients[1].tell(*BEGUN, RunFailed(error="no network", partial_usage=Usage()))
        clients[2].tell(*BEGUN, asks(3))
        talks = stage.app.living.talks
        await stage.until(lambda: [state(talk) for talk in talks.all[:3]] == ["done", "failed", "asking"])
        await stage.settled()
        assert [sign in stage.shown[0] for sign in ("1 ✓", "2 ✗", "3 ?")] == [True] * 3
        await stage.press("alt+1")
        await stage.press("alt+2")
        assert [state(talk) for talk in talks.all[:3]] == ["idle", "idle", "asking"]
        stage.app.act("waiting-tab")
        await stage.settled()
        assert talks.number == 3


async def test_each_request_is_answered_in_its_own_session_and_half_an_answer_is_kept(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        clients = await nine(stage)
        stage.app.draft.set_text("not sent")
        for number in (1, 2):
            clients[number - 1].tell(*BEGUN, asks(number))
            await stage.press(f"alt+{number}")
            await stage.until(lambda: stage.app.living.sheet.waiting is not None)
        sheet = stage.app.living.sheet
        second = sheet.dialog
        sheet.dialog.press("e", None, second.waiting.ticket) if second.waiting else None
        sheet.dialog.paste("use ninja")
        await stage.press("alt+1")
        assert (sheet.dialog is second, "make 1" in "\n".join(stage.shown)) == (False, True)
        await stage.press("alt+2")
        assert (sheet.dialog is second, "use ninja" in "\n".join(stage.shown)) == (True, True)
        await stage.press("enter")
        assert [op for op in clients[1].ops if isinstance(op, Decide)] == [
            Decide(id="approval-1", allow=False, note="use ninja")
        ]
        assert [op for op in clients[0].ops if isinstance(op, Decide)] == []
        await stage.press("alt+9")
        assert stage.app.draft.text == "not sent"


async def test_closing_a_tab_that_works_asks_and_its_draft_is_in_the_history(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        clients = await nine(stage)
        clients[8].tell(*BEGUN)
        await stage.until(lambda: stage.app.talk.running)
        stage.app.draft.set_text("half a thought")
        stage.app.act("close-tab")
        await stage.until(lambda: len(stage.app.screen_stack) > 1)
        await stage.press("escape")
        assert (len(stage.app.living.talks.all), clients[8].ops) == (9, [])
        stage.app.act("close-tab")
        await stage.until(lambda: len(stage.app.screen_stack) > 1)
        await stage.press("down", "enter")
        await stage.until(lambda: len(stage.app.living.talks.all) == 8)
        await stage.until(lambda: any(isinstance(op, Close) for op in clients[8].ops))
        assert "half a thought" in list(stage.app.past.entries())
        assert stage.app.draft.text == ""


async def test_a_new_session_leaves_the_one_that_works_alone(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.told(*BEGUN)
        stage.app.act("new")
        await stage.until(lambda: len(stage.app.living.talks.all) == 2)
        await stage.told(ENDED)
        assert [op for op in stage.client.ops if isinstance(op, Close)] == []
        assert stage.app.living.talks.number == 2


async def test_the_end_of_a_command_in_the_background_of_a_hidden_session_is_told(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.told(*BEGUN, JobStarted(id="bash_1", command="make", tool_call_id="c1"), ENDED)
        stage.app.act("new-tab")
        await stage.until(lambda: stage.app.living.talks.number == 2)
        stage.client.tell(JobEnded(id="bash_1", how="exited", exit_code=2, duration_ms=1_000))
        await stage.until(lambda: any("bash_1" in row and "exit 2 after 1.0 s" in row for row in stage.shown))


async def test_what_fills_the_window_is_found_out_of_the_tab_that_was_turned_to_meanwhile(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        one, other = (Metered(str(stage.app.talk.options.cwd), name) for name in ("s-2", "s-3"))
        await tab(stage, one)
        await stage.until(one.slow.begun.is_set)
        await tab(stage, other)
        await stage.until(lambda: sum(not worker.is_finished for worker in stage.app.workers) == 1)
        assert not other.slow.begun.is_set()
        one.slow.free.set()
        await stage.until(other.slow.begun.is_set)
        other.slow.free.set()
        await stage.until(lambda: stage.app.footer.standing.used == other.slow.found.used)
