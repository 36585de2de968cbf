import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from heartbit_tui.kernel.events import FilesChanged, Notice, UserMessage
from heartbit_tui.undo.intent import UndoError
from tests.undo.sessions import Desk, bash, write
from tests.undo.trees import Tree, seen

WRECK = "rm gone.txt; mkdir new; echo x > new/made.txt; mv kept.txt moved.txt; chmod 600 moved.txt"


def furnished(folder: Path) -> Desk:
    desk = Desk(folder)
    (desk.project / "kept.txt").write_text("mine\n")
    (desk.project / "gone.txt").write_text("please keep me\n")
    return desk


async def test_what_a_command_and_an_edit_did_is_undone_and_redone_with_the_chat(tmp_path: Path) -> None:
    desk = furnished(tmp_path)
    before = seen(desk.project)
    desk.says([bash(WRECK)], [write("fresh/one.txt", "one\n")], [])
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
        assert [point.number for point in talk.client.undo.points()] == ["1", "1.1", "1.2"]
        await talk.undo("1.2", "files")
        assert ("fresh" in seen(desk.project), "new" in seen(desk.project)) == (False, True)
        with pytest.raises(UndoError, match=r"There is no 7 to go back to. The prompts are numbered from 1 to 1."):
            await talk.undo("7")


async def test_a_model_whose_words_stay_is_told_that_files_were_put_back(tmp_path: Path) -> None:
    desk = furnished(tmp_path)
    desk.says([bash("rm gone.txt")], [], [])
    async with desk.session() as talk:
        await talk.say("Wreck it.")
        await talk.undo(what="files")
        await talk.say("And now?")
    told = [event.message.content[0].text for event in talk.events(UserMessage) if event.origin == "heartbit"]
    assert [text for text in told if "took back changes of files" in text] != []


async def test_calls_side_by_side_are_undone_together_and_edits_among_them_by_themselves(tmp_path: Path) -> None:
    desk = furnished(tmp_path)
    before = seen(desk.project)
    desk.says([bash("echo 1 > one; sleep 0.2"), bash("echo 2 > two; sleep 0.2"), write("three", "3")], [])
    async with desk.session() as talk:
        await talk.say("All at once.")
        changed = talk.events(FilesChanged)
        assert sorted((len(event.tool_call_ids), event.created) for event in changed) == [(1, 1), (2, 2)]
        await talk.undo()
    assert seen(desk.project) == before


async def test_an_ignored_file_that_a_call_names_is_brought_back(tmp_path: Path) -> None:
    desk = furnished(tmp_path)
    (desk.project / ".gitignore").write_text(".env\nout.log\n")
    (desk.project / ".env").write_text("KEPT=1\n")
    (desk.project / "out.log").write_text("old\n")
    before = seen(desk.project)
    desk.says([bash("rm .env"), write("notes", "x")], [bash("echo new > out.log")], [])
    async with desk.session() as talk:
        await talk.say("Clean up.")
        assert seen(desk.project) != before
        await talk.undo()
    assert seen(desk.project) == before


async def test_a_session_that_is_not_kept_leaves_nothing_and_can_be_undone_while_it_lasts(tmp_path: Path) -> None:
    desk = furnished(tmp_path)
    before = seen(desk.project)
    desk.says([bash(WRECK)], [])
    async with desk.session(ephemeral=True) as talk:
        await talk.say("Wreck it.")
        await talk.undo()
        assert seen(desk.project) == before
    assert not desk.data.exists()


async def test_where_nothing_can_be_kept_the_call_runs_and_says_so(tmp_path: Path) -> None:
    desk = furnished(tmp_path)
    desk.data.mkdir(parents=True)
    (desk.data / "undo").write_text("in the way")
    desk.says([bash("rm gone.txt")], [])
    async with desk.session() as talk:
        await talk.say("Wreck it.")
        assert [event.text for event in talk.events(Notice) if "cannot be undone" in event.text] != []
    assert "gone.txt" not in seen(desk.project)


def said(desk: Desk, line: str) -> tuple[int, str]:
    """The exit code of heartbit and what it says, called in the project."""
    program = (sys.executable, "-m", "heartbit_tui", *line.split())
    done = subprocess.run(
        program,
        check=False,
        cwd=desk.project,
        env=desk.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout + done.stderr


async def test_the_last_session_is_undone_and_redone_from_the_shell(tmp_path: Path) -> None:
    desk = furnished(tmp_path)
    before = seen(desk.project)
    desk.says([bash(WRECK)], [])
    async with desk.session() as talk:
        await talk.say("Wreck it.")
    await asyncio.to_thread(from_the_shell, desk, before)


def from_the_shell(desk: Desk, before: Tree) -> None:
    after = seen(desk.project)
    code, text = said(desk, "undo --list")
    assert (code, "1.1" in text, "5 files" in text) == (0, True, True), text
    code, text = said(desk, "undo")
    assert (code, "There is nobody to ask" in text, seen(desk.project)) == (2, True, after)
    code, text = said(desk, "undo --files --json")
    rows = json.loads(text)["rows"]
    assert {"group": "These files change", "file": "gone.txt", "note": "comes back"} in rows
    (desk.project / "moved.txt").write_text("a person's own")
    code, text = said(desk, "undo --yes")
    assert (code, "moved.txt was changed by somebody else since" in text) == (0, True)
    assert (desk.project / "moved.txt").read_text() == "a person's own"
    code, text = said(desk, "redo --yes")
    assert code == 0
    (desk.project / "moved.txt").write_text("mine\n")
    code, text = said(desk, "undo --yes --overwrite")
    assert (code, seen(desk.project)) == (0, before)
    code, text = said(desk, "undo --to 9 --files --chat")
    assert (code, "exclude each other" in text) == (2, True)
    assert said(desk, "redo --yes --overwrite")[0] == 0
    assert said(desk, "undo --files --yes --overwrite")[0] == 0
    code, text = said(desk, "undo --to 1 --files --yes --json")
    assert (code, json.loads(text)["summary"]) == (1, "Nothing changes.")
