import base64
from pathlib import Path

from textual import events

from heartbit_tui.client.history import HistoryFile
from heartbit_tui.tui.setup import Wishes
from tests.tui.snapshots.conftest import Open
from tests.tui.snapshots.stage import Pose

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
LONG = (
    "Please look at the heart of it:\n\nwhere the gaps are measured,\nwhere the mean is taken, and where both are told."
)


async def test_a_draft_and_its_menus(opened: Open, tmp_path: Path) -> None:
    history = HistoryFile(tmp_path / "history")
    for words in ("Mend the parser", "Write the notes of the release", "Why is the start slow?"):
        history.add(words)
    async with opened(history=history) as stage:
        await stage.shot("empty")
        await stage.press(*"/mo")
        await stage.until("/model")
        await stage.shot("menu-commands")
        await stage.press("escape", "ctrl+c", *"look at @be")
        await stage.until("src/beat")
        await stage.shot("menu-files")
        await stage.press("escape", "ctrl+c", "ctrl+r", *"re")
        await stage.until("history of")
        await stage.shot("history")
        await stage.press("escape")
        await stage.type(LONG)
        await stage.shot("several-lines")
        await stage.type("!git status --short")
        await stage.shot("shell")


async def test_what_is_pasted_stands_for_itself(opened: Open, tmp_path: Path) -> None:
    picture = tmp_path / "wave.png"
    picture.write_bytes(PIXEL)
    async with opened() as stage:
        await stage.press(*"See ")
        stage.app.draft.post_message(events.Paste("line\n" * 41))
        await stage.until("+42 lines")
        await stage.press(*" and ")
        stage.app.draft.post_message(events.Paste(str(picture)))
        await stage.until("[Image #1]")
        await stage.shot("chips")


async def test_the_keys_of_vi_and_no_motion(opened: Open, pose: Pose) -> None:
    async with opened(wishes=Wishes(theme=pose.theme, vim=True, calm=True)) as stage:
        await stage.press(*"mend the mean", "escape")
        await stage.shot("vim")
        stage.app.tell("The draft is put aside; the same key takes it back.")
        stage.app.tell("There is no command /modle. Did you mean /model?", warning=True)
        await stage.until("put aside")
        await stage.shot("toasts")
