"""The person's own editor: whatever it does, the draft is there afterwards."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from heartbit_tui.tui.draft.editor import Edited, edited, editor_of


class Screen:
    """Counts how often the terminal was given away and taken back."""

    def __init__(self) -> None:
        self.steps: list[str] = []

    @contextmanager
    def suspended(self) -> Generator[None]:
        self.steps.append("away")
        try:
            yield
        finally:
            self.steps.append("back")


def script(folder: Path, body: str) -> str:
    path = folder / "an editor"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return f"'{path}'"


def left_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def run(folder: Path, text: str, body: str) -> Edited:
    screen = Screen()
    environment = {"PATH": "/usr/bin:/bin", "EDITOR": script(folder, body)}
    places = folder / "drafts"
    places.mkdir()
    found = await edited(text, environment, screen.suspended, places)
    assert screen.steps == ["away", "back"]
    return found


async def test_what_the_editor_writes_is_the_draft_and_its_file_is_gone(tmp_path: Path) -> None:
    found = await run(tmp_path, "before ü", 'printf " after\\n" >> "$1"')
    assert found == Edited("before ü after")
    assert left_in(tmp_path / "drafts") == []


async def test_an_editor_that_fails_changes_nothing(tmp_path: Path) -> None:
    assert await run(tmp_path, "mine", "exit 3") == Edited(
        "mine", f"{tmp_path}/an editor ended with 3. The draft is as it was."
    )


async def test_what_a_failing_editor_wrote_is_kept_and_named(tmp_path: Path) -> None:
    found = await run(tmp_path, "mine", 'printf other > "$1"; exit 1')
    (left,) = left_in(tmp_path / "drafts")
    assert found.text == "mine"
    assert str(left) in found.problem
    assert left.read_text() == "other"
    assert left.stat().st_mode & 0o077 == 0


async def test_an_editor_that_removes_the_file_loses_nothing(tmp_path: Path) -> None:
    found = await run(tmp_path, "mine", 'rm "$1"')
    assert (found.text, "could not be read" in found.problem) == ("mine", True)


async def test_an_editor_that_is_not_there_is_named(tmp_path: Path) -> None:
    screen = Screen()
    found = await edited("mine", {"EDITOR": "no-such-editor -w", "PATH": ""}, screen.suspended, tmp_path)
    assert found.text == "mine"
    assert "no-such-editor could not be started" in found.problem
    assert (screen.steps, left_in(tmp_path)) == (["away", "back"], [])


async def test_without_any_editor_the_person_learns_what_to_set(tmp_path: Path) -> None:
    screen = Screen()
    found = await edited("mine", {"PATH": str(tmp_path)}, screen.suspended, tmp_path)
    assert found == Edited("mine", "No editor was found. Set VISUAL or EDITOR, for example: export EDITOR=nano.")
    assert screen.steps == []


async def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    screen = Screen()
    found = await edited("mine", {"EDITOR": "true", "PATH": "/bin"}, screen.suspended, tmp_path / "gone")
    assert (found.text, screen.steps) == ("mine", [])
    assert "could not be written" in found.problem


def test_visual_goes_before_editor_and_arguments_are_kept() -> None:
    assert editor_of({"VISUAL": "code --wait", "EDITOR": "vi"}) == ("code", "--wait")
    assert editor_of({"VISUAL": " ", "EDITOR": "'my editor' -x"}) == ("my editor", "-x")
    assert editor_of({"EDITOR": "it's"}) == ("it's",)
    assert editor_of({}) == ()
