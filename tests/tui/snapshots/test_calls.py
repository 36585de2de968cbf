from heartbit_tui.kernel.events import RunInterrupted, TextDelta
from heartbit_tui.kernel.messages import ToolCall
from heartbit_tui.tui.setup import Wishes
from tests.tui.renderers import samples
from tests.tui.snapshots.conftest import Open
from tests.tui.snapshots.script import answered, asked, ended, sample_calls
from tests.tui.snapshots.stage import PROJECT, Pose, Stage

ASKED = ToolCall(id="s0", name="question", input={"questions": [{"question": "Which database?"}]})
SMALL = ToolCall(id="s1", name="edit", input={"file_path": f"{PROJECT}/src/shop/basket.py"})


async def test_calls_of_every_tool_folded_and_open(opened: Open, pose: Pose) -> None:
    async with opened(wishes=Wishes(theme=pose.theme, side=False)) as stage:
        await stage.play(*asked("Count each item, not each kind of item."))
        for agent, events in sample_calls():
            await stage.play(*events, agent=agent)
        await stage.play(*answered(ASKED, turn=3), *ended(ASKED, "Which database? SQLite", 9_000))
        stage.app.talk.book.fold_all(open=False)
        await pages(stage, "folded")
        stage.app.talk.book.fold_all(open=True)
        await pages(stage, "open")
        await stage.play(RunInterrupted(reason="the user"))
        await stage.shot("cut-off")
        await stage.act("to-top")
        await stage.shot("cut-off-top")


async def test_a_change_is_shown_in_the_chat_and_on_the_whole_screen(opened: Open) -> None:
    both = ToolCall(id="s2", name="patch", input={"patch_text": samples.TWO_FILES})
    async with opened() as stage:
        await stage.play(*asked("Count each item."), *answered(SMALL, both))
        await stage.play(*ended(SMALL, "Edited.", 9, diff=samples.SMALL_DIFF, added=3, removed=1, path=SMALL.name))
        paths = [f"{PROJECT}/src/shop/basket.py", f"{PROJECT}/tests/test_basket.py"]
        await stage.play(*ended(both, "Patched.", 14, diff=samples.TWO_FILES, added=6, removed=1, paths=paths))
        await stage.play(TextDelta(text="Both are counted now."))
        await stage.shot("diff-in-chat")
        await stage.act("diff")
        await stage.until("next and last change")
        await stage.shot("changes-unified")
        await stage.press("t")
        await stage.shot("changes-split")


async def pages(stage: Stage, name: str) -> None:
    """A picture of each page of the chat."""
    stage.app.chat.changed()
    await stage.act("to-top")
    for number in range(1, 20):
        await stage.shot(f"{name}-{number}")
        if stage.app.chat.view.at_end:
            return
        await stage.act("page-down")
