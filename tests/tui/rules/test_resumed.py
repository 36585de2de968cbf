"""A long session that is taken up: its end stands at once, the rest comes from behind, and nothing on the screen moves."""

from collections.abc import Sequence
from pathlib import Path

from heartbit_tui.kernel.events import AssistantMessage, Event, UserMessage
from heartbit_tui.kernel.messages import Assistant, Text, user
from heartbit_tui.tui.transcript.blocks import Shell
from tests.tui.rules.stage import Stage, staged

TURNS = 3_000


def history() -> Sequence[Event]:
    """A conversation of many turns, each with its number."""
    turns = (
        (UserMessage(message=user(f"question {number}")), AssistantMessage(message=said(f"answer {number}")))
        for number in range(TURNS)
    )
    return [event for turn in turns for event in turn]


def said(text: str) -> Assistant:
    return Assistant(content=(Text(text=text),))


def chat(stage: Stage) -> list[str]:
    """The rows of the chat, without the scroll bar and what lies beside it."""
    pane = stage.app.chat
    return [row[: pane.size.width - 2].rstrip() for row in stage.shown[: pane.size.height]]


async def test_who_reads_further_up_stays_where_they_read(tmp_path: Path) -> None:
    async with staged(tmp_path, history=history(), found=False) as stage:
        await stage.press("pageup", "pageup")
        before, tail = chat(stage), len(stage.app.talk.story.transcript.blocks)
        assert 0 < tail < TURNS
        stage.client.found.set()
        await stage.app.talk.completed()
        await stage.settled()
        assert len(stage.app.talk.story.transcript.blocks) == 2 * TURNS
        assert chat(stage) == before
        assert not stage.app.chat.following


async def test_what_was_put_in_and_folded_meanwhile_is_still_so(tmp_path: Path) -> None:
    async with staged(tmp_path, history=history(), found=False) as stage:
        talk = stage.app.talk
        number = talk.story.transcript.put(Shell(command="ls", output="a\nb\n", code=0))
        talk.book.fold(number)
        was = talk.book.is_open(number)
        await stage.told(AssistantMessage(message=said("and on")))
        stage.client.found.set()
        await talk.completed()
        blocks = talk.story.transcript.blocks
        assert [type(block).__name__ for block in blocks[-2:]] == ["Shell", "Answer"]
        assert talk.book.is_open(len(blocks) - 2) == was
        assert stage.app.chat.following


async def test_a_cleared_chat_stays_clear(tmp_path: Path) -> None:
    async with staged(tmp_path, history=history(), found=False) as stage:
        stage.app.act("clear")
        await stage.told(AssistantMessage(message=said("and on")))
        stage.client.found.set()
        await stage.app.talk.completed()
        await stage.settled()
        assert [row.strip() for row in chat(stage) if row.strip()] == ["and on"]
