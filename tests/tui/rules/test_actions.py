"""Every action and every slash command does something, whatever goes on; none of them breaks the screen."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import pytest
from textual.worker import WorkerState

from heartbit_tui.client.commands import Typed, parse
from heartbit_tui.kernel.errors import AuthenticationError, StoreError
from heartbit_tui.kernel.events import (
    ApprovalRequested,
    AssistantMessage,
    Event,
    RunStarted,
    TextDelta,
    ToolAnswered,
    ToolCallCompleted,
    UserMessage,
)
from heartbit_tui.kernel.messages import Assistant, StopReason, Text, ToolCall, ToolResult, user
from heartbit_tui.tui.acts import table
from heartbit_tui.tui.keys.actions import ACTIONS, Action
from tests.samples import FULL, samples, share
from tests.tui.rules.stage import Stage, staged

T = TypeVar("T")

ENDING = frozenset({"quit", "leave", "clear-or-quit", "suspend", "editor", "in-editor", "print", "open-place"})
"""They end the screen, or give the terminal to somebody else: tested with a process, in launch and journeys."""

DETAILS = {"diff": "--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-a\n+b\n", "added": 1, "removed": 1}
EDIT = ToolCall(id="c1", name="edit", input={"file_path": "a.py"})
TALKED: Sequence[Event] = (
    RunStarted(task="hello"),
    UserMessage(message=user("hello")),
    AssistantMessage(message=Assistant(content=(Text(text="I *edit*."), EDIT), stop=StopReason.TOOL_USE)),
    ToolAnswered(result=ToolResult(call_id="c1", content="done")),
    ToolCallCompleted(
        tool_name="edit", tool_call_id="c1", is_error=False, duration_ms=3, output="done", details=DETAILS
    ),
    AssistantMessage(message=Assistant(content=(Text(text="word " * 600),))),
)
ASKED = ApprovalRequested(
    turn=1,
    tool_names=("bash",),
    id="a1",
    call=ToolCall(id="c2", name="bash", input={"command": "ls"}),
    proposal="bash(ls)",
)
STATES: dict[str, Sequence[Event]] = {
    "idle": (),
    "running": (RunStarted(task="more"), UserMessage(message=user("more")), TextDelta(text="I am ")),
    "asking": (RunStarted(task="more"), UserMessage(message=user("more")), ASKED),
}
COMMANDS = sorted({action.command.partition(" ")[0] for action in ACTIONS if action.command} | set(table.ALIASES))
ARGUMENTS = ("", "nonsense [/]", "1")
LEAST = samples(90, 30)


def turned(cases: Sequence[T], state: str) -> Sequence[T]:
    """All in a full run; else every third, beginning elsewhere in each state, so that all come in some state."""
    return share(cases[list(STATES).index(state) :], 3) if not FULL else cases


async def alive(stage: Stage, about: str) -> None:
    """It still takes keys, and one comes back from whatever was opened."""
    await stage.settled()
    assert stage.app.is_running, about
    assert stage.app.return_code is None, about
    for each in stage.app.workers:
        assert each.state is not WorkerState.ERROR, f"{about}: {each.error!r}"
    await stage.back()
    await stage.cleared()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("state", STATES)
@pytest.mark.slow
async def test_every_action_can_be_taken(tmp_path: Path, state: str) -> None:
    names = [action.name for action in ACTIONS if table.known(action.name) and action.name not in ENDING]
    async with staged(tmp_path, history=TALKED) as stage:
        await stage.told(*STATES[state])
        for name in names:
            stage.app.act(name)
            await alive(stage, name)
    assert len(names) >= 45


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize("state", STATES)
async def test_every_command_can_be_typed(tmp_path: Path, state: str) -> None:
    taken = 0
    async with staged(tmp_path, history=TALKED) as stage:
        await stage.told(*STATES[state])
        names = [name for name in COMMANDS if name not in ENDING]
        for name, argument in turned([(name, argument) for argument in ARGUMENTS for name in names], state):
            typed = parse(f"/{name} {argument}".rstrip())
            assert isinstance(typed, Typed), name
            assert stage.app.living.knows(typed.name), name
            stage.app.act(typed.name, typed.argument)
            await alive(stage, f"/{name} {argument}")
            taken += 1
    assert taken >= LEAST


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize("state", STATES)
async def test_every_key_can_be_pressed_where_it_counts(tmp_path: Path, state: str) -> None:
    pressed = 0
    async with staged(tmp_path, history=TALKED) as stage:
        await stage.told(*STATES[state])
        every = [(action, keys) for action in ACTIONS if action.name not in ENDING for keys in action.keys]
        for action, keys in turned(every, state):
            await entered(stage, action)
            await stage.pilot.press(*keys.split())
            await alive(stage, f"{action.name} by {keys}")
            stage.app.draft.set_text("")
            pressed += 1
    assert pressed >= LEAST


async def entered(stage: Stage, action: Action) -> None:
    """Go to where the action counts."""
    where = action.where[0]
    if where == "reader":
        stage.app.act("reader")
    elif where == "list":
        stage.app.act("palette")
    elif where in ("chat", "side") and stage.app.living.sheet.waiting is None:
        stage.app.living.side.display = True
        (stage.app.chat if where == "chat" else stage.app.living.side.query_one("#timeline")).focus()
    elif stage.app.living.sheet.waiting is None:
        stage.app.draft.focus()
    await stage.settled()


async def test_the_first_row_of_the_palette_can_be_taken(tmp_path: Path) -> None:
    async with staged(tmp_path, history=TALKED) as stage:
        await stage.press("ctrl+p")
        await stage.press("enter")
        await alive(stage, "the first row")


async def test_only_a_missing_key_is_answered_with_the_way_to_one(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        talk = stage.app.talk
        for fault, screens in ((StoreError("The disk is full."), 1), (AuthenticationError("No key."), 2)):
            talk.stage, talk.fault = "failed", fault
            stage.app.draft.set_text("hello")
            await stage.press("enter")
            await stage.until(lambda: stage.app.draft.text == "hello")
            await stage.until(lambda screens=screens: len(stage.app.screen_stack) == screens)
            assert ("The disk is full." in "\n".join(stage.shown)) is (screens == 1)
            await stage.cleared()
            await stage.back()
