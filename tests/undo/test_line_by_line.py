from pathlib import Path

from heartbit_tui.repl.conversation import Conversation
from heartbit_tui.repl.pieces import Piece, Told
from heartbit_tui.repl.undoing import Going
from tests.undo.sessions import Desk, bash
from tests.undo.trees import seen


class Sheet:
    """Keeps what is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def show(self, piece: Piece) -> None:
        if isinstance(piece, Told):
            self.told.append(piece.text)

    def refresh(self) -> None:
        return

    def clear(self) -> None:
        return


async def test_undo_and_redo_tell_what_they_mean_and_wait_for_a_yes(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    (desk.project / "a.txt").write_text("mine\n")
    before = seen(desk.project)
    desk.says([bash("rm a.txt; echo new > '[b]new.txt'")], [])
    async with desk.session() as talk:
        await talk.say("Wreck it.")
        after = seen(desk.project)
        sheet = Sheet()
        going = Going(Conversation(talk.client, sheet))
        await going.undo("yes")
        await going.undo("1 files nonsense")
        await going.undo("")
        assert seen(desk.project) == after
        await going.redo("yes")
        assert seen(desk.project) == after
        await going.undo("")
        await going.undo("yes")
        assert seen(desk.project) == before
        await going.redo("")
        await going.redo("yes")
        assert seen(desk.project) == after
        await going.redo("")
    assert sheet.told[0] == "Nothing was shown yet that a yes could mean: /undo shows it."
    assert sheet.told[1] == "/undo does not take that; /help says what it takes."
    assert sheet.told[2:9] == [
        "Back to before prompt 1. The chat goes back, 2 files change.",
        "These files change:",
        "  - [b]new.txt is removed",
        "  + a.txt comes back",
        "Cannot be undone:",
        "  × 1 command ran: what it did outside of this folder, or over the network, stays",
        "/undo yes does it.",
    ]
    assert sheet.told[-1] == "There is nothing to redo: nothing was undone, or a prompt came since."
