"""What a pane tells is meant for whom it concerns: the chat's alone folds rows and counts what is new."""

from pathlib import Path

import pytest
from textual.widget import Widget

from heartbit_tui.kernel.events import AssistantMessage, UserMessage
from heartbit_tui.kernel.messages import Assistant, Text, user
from heartbit_tui.tui.pane.pane import Pane
from tests.tui.rules.stage import staged

SAID = (UserMessage(message=user("hello")), AssistantMessage(message=Assistant(content=(Text(text="word " * 900),))))


@pytest.mark.parametrize("key", ["f1", "ctrl+o", "ctrl+p"])
async def test_the_end_of_a_list_can_be_gone_to(tmp_path: Path, key: str) -> None:
    async with staged(tmp_path, history=SAID, size=(80, 16)) as stage:
        await stage.press(key)
        await stage.press("end", "home", "end", "pageup", "pagedown")
        assert len(stage.app.screen_stack) == 2


async def test_clicks_of_any_number_in_any_pane_break_nothing(tmp_path: Path) -> None:
    async with staged(tmp_path, history=SAID, size=(120, 24)) as stage:
        for key in ("", "f1", "ctrl+o"):
            if key:
                await stage.press(key)
            panes: list[Widget] = [pane for pane in stage.app.screen.query(Pane) if pane.display]
            for pane in panes:
                for times in (1, 2, 3):
                    await stage.pilot.click(pane, offset=(3, 1), times=times)
            assert panes
            await stage.settled()
            await stage.back()
        assert "What is to be done?" in "\n".join(stage.shown)
