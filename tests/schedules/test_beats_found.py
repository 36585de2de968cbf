"""The heartbeats of folders are found, read anew when they change, and never followed into what is no plain file."""

import os
from datetime import UTC
from pathlib import Path

import pytest

from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.schedules import beats_old
from heartbit_tui.schedules.beats import BeatState, Heartbeat, Unusable
from heartbit_tui.schedules.beats_found import Finder, Workspace
from tests.schedules.beats_rig import NOON

TEXT = "---\nevery: 30m\n---\nLook.\n"


def finder(*folders: Path) -> Finder:
    return Finder(lambda: [Workspace(folder=folder) for folder in folders], UTC)


def test_every_file_of_every_folder_is_found_by_its_name_alone(tmp_path: Path) -> None:
    one, other = tmp_path / "a", tmp_path / "b"
    for folder in (one, other):
        folder.mkdir()
        for name in ("HEARTBEAT.md", "HEARTBEAT-mail.md", "heartbeat.md", "HEARTBEAT.txt", "MY-HEARTBEAT.md"):
            (folder / name).write_text(TEXT)
    find = finder(one, other, tmp_path / "gone")
    assert [each.file.relative_to(tmp_path).as_posix() for each in find()] == [
        "a/HEARTBEAT-mail.md",
        "a/HEARTBEAT.md",
        "b/HEARTBEAT-mail.md",
        "b/HEARTBEAT.md",
    ]
    assert find.folders == (one, other)


def test_a_file_is_read_anew_when_it_is_another(tmp_path: Path) -> None:
    file = tmp_path / "HEARTBEAT.md"
    file.write_text(TEXT)
    find = finder(tmp_path)
    (first,), (again,) = find(), find()
    assert again is first
    file.write_text(TEXT.replace("30m", "2h"))
    (changed,) = find()
    assert isinstance(changed, Heartbeat)
    assert changed.every == 7_200


def test_what_is_no_text_or_no_plain_file_is_told_and_waited_for_by_nobody(tmp_path: Path) -> None:
    (tmp_path / "HEARTBEAT-bytes.md").write_bytes(b"\xff\xfe")
    os.mkfifo(tmp_path / "HEARTBEAT-pipe.md")
    (tmp_path / "HEARTBEAT-folder.md").mkdir()
    (tmp_path / "HEARTBEAT-large.md").write_text("x" * 300_000)
    found = finder(tmp_path)()
    assert all(isinstance(each, Unusable) for each in found)
    assert [each.reason for each in found if isinstance(each, Unusable)] == [
        "HEARTBEAT-bytes.md: it is no UTF-8 text.",
        "HEARTBEAT-folder.md: it cannot be read: Is a directory.",
        "HEARTBEAT-large.md: it cannot be read: it has more than 256 KiB.",
        "HEARTBEAT-pipe.md: it cannot be read: it is no plain file.",
    ]


def test_looking_again_and_again_at_what_is_no_plain_file_leaves_nothing_open(tmp_path: Path) -> None:
    (tmp_path / "HEARTBEAT-folder.md").mkdir()
    os.mkfifo(tmp_path / "HEARTBEAT-pipe.md")
    find = finder(tmp_path)
    find()
    before = sorted(Path("/proc/self/fd").iterdir())
    find()
    assert sorted(Path("/proc/self/fd").iterdir()) == before


def test_a_file_that_is_refused_does_not_count_in_any_form(tmp_path: Path) -> None:
    (tmp_path / "HEARTBEAT.md").write_text(TEXT)
    space = Workspace(folder=tmp_path, refused=lambda file, data: "It is not as it was." if b"30m" in data else "")
    find = Finder(lambda: [space], UTC)
    (found,) = find()
    assert isinstance(found, Unusable)
    assert (found.reason, found.keeps) == ("It is not as it was.", False)
    (tmp_path / "HEARTBEAT.md").write_text(TEXT.replace("30m", "20m"))
    assert isinstance(find()[0], Heartbeat)


def test_the_states_of_rsclaw_are_taken_over_for_the_files_that_are_here() -> None:
    text = f"""[
        {{"agent_id": "main:HEARTBEAT.md", "last_run_at": {int(NOON.timestamp())}, "last_status": "error",
          "last_error": "timeout", "consecutive_failures": 2}},
        {{"agent_id": "ops:HEARTBEAT-meditate.md", "last_run_at": "2026-11-23T12:00:00Z", "last_status": "ok",
          "last_error": null, "consecutive_failures": 0}},
        {{"agent_id": "gone:HEARTBEAT.md", "last_run_at": 1}}
    ]"""
    files = [Path("/r/workspace/HEARTBEAT.md"), Path("/r/workspace-ops/HEARTBEAT-meditate.md")]
    assert beats_old.states(text, files, "state.json") == (
        BeatState(key=str(files[0]), last_run=NOON, status="error", error="timeout", failures=2),
        BeatState(key=str(files[1]), last_run=NOON, status="ok"),
    )


@pytest.mark.parametrize("text", ["{", "{}", "[1]"])
def test_what_is_no_list_of_states_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=r"state\.json: "):
        beats_old.states(text, [], "state.json")
