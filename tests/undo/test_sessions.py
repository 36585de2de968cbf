from pathlib import Path

from heartbit_tui.kernel.events import FilesChanged
from tests.undo.sessions import Desk, bash, write
from tests.undo.trees import seen


async def test_what_a_command_and_an_edit_did_is_undone_and_redone_with_the_chat(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    (desk.project / "kept.txt").write_text("mine\n")
    (desk.project / "gone.txt").write_text("please keep me\n")
    before = seen(desk.project)
    desk.says(
        [bash("rm gone.txt; mkdir new; echo x > new/made.txt; mv kept.txt moved.txt; chmod 600 moved.txt")],
        [write("fresh/one.txt", "one\n")],
        [],
    )
    async with desk.session() as talk:
        await talk.say("Wreck it.")
        after = seen(desk.project)
        assert len(talk.events(FilesChanged)) == 2
        assert [(point.number, point.files) for point in talk.client.undo.points()] == [
            ("1", 0),
            ("1.1", 5),
            ("1.2", 2),
        ]
        await talk.undo()
        assert seen(desk.project) == before
        assert talk.client.undo.points() == ()
        await talk.redo()
        assert seen(desk.project) == after
        await talk.undo("1.2", "files")
        assert "fresh" not in seen(desk.project)
        assert "new" in seen(desk.project)
