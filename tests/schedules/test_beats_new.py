"""A heartbeat that is made by command is one, overwrites nothing, and says what is left to do until it beats."""

import json
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis.strategies import text

from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.schedules.beats import Heartbeat
from heartbit_tui.schedules.beats_file import parse
from heartbit_tui.schedules.beats_new import file_name, make, text_of
from tests.headless.machine import Machine

WORDS = ("Look at build.log.", "--every", "30m", "--active-hours", "09:00-17:00", "--timezone", "Europe/Paris")


def test_what_is_written_is_read_again_as_it_was_meant(tmp_path: Path) -> None:
    table: dict[str, str | float] = {"every": "30", "active_hours": "22:00-06:00", "tools": "webfetch, bash"}
    made = make(tmp_path, "mail", text_of({**table, "type": "", "max_cost": 0.25}, " Look.\n"), UTC)
    file = tmp_path / "HEARTBEAT-mail.md"
    assert file.read_text() == (
        "---\nevery: '30'\nactive_hours: 22:00-06:00\ntools: webfetch, bash\nmax_cost: 0.25\n---\nLook.\n"
    )
    assert parse(file.read_text(), file, tmp_path, UTC) == made
    assert (made.every, made.max_cost, made.tools[-2:], made.text) == (1_800, 0.25, ("webfetch", "bash"), "Look.")


@given(words=text(min_size=1), value=text())
def test_no_words_on_a_command_line_become_keys_of_the_table(words: str, value: str) -> None:
    written = text_of({"every": "30m", "days": value}, words)
    found = parse(written, Path("/w/HEARTBEAT-x.md"), Path("/w"), UTC)
    if isinstance(found, Heartbeat):
        assert (found.every, found.max_cost, found.warnings) == (1_800, None, ())


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("mail", "HEARTBEAT-mail.md"),
        ("HEARTBEAT-mail.md", "HEARTBEAT-mail.md"),
        ("mail.md", "HEARTBEAT-mail.md"),
        ("HEARTBEAT.md", "HEARTBEAT.md"),
        ("HEARTBEAT", "HEARTBEAT.md"),
    ],
)
def test_a_name_becomes_that_of_a_file(name: str, file: str) -> None:
    assert file_name(name) == file


@pytest.mark.parametrize("name", ["", ".", "../x", "a/b", "a b", "a\nb", "é", "-x", "x" * 61, "HEARTBEAT-"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="is no name for a heartbeat"):
        file_name(name)


def test_nothing_is_overwritten_followed_or_left_of_what_is_refused(tmp_path: Path) -> None:
    good = text_of({"every": "30m"}, "Look.")
    (tmp_path / "HEARTBEAT-there.md").write_text("mine")
    (tmp_path / "HEARTBEAT-link.md").symlink_to(tmp_path / "elsewhere")
    for name in ("there", "link"):
        with pytest.raises(ConfigError, match=f"HEARTBEAT-{name}.md is there already"):
            make(tmp_path, name, good, UTC)
    with pytest.raises(ConfigError, match="`every: 5s` is too often"):
        make(tmp_path, "often", text_of({"every": "5s"}, "Look."), UTC)
    with pytest.raises(ConfigError, match="cannot be written: No such file or directory"):
        make(tmp_path / "gone", "x", good, UTC)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["HEARTBEAT-link.md", "HEARTBEAT-there.md"]
    assert (tmp_path / "HEARTBEAT-there.md").read_text() == "mine"


async def made(machine: Machine, *words: str) -> Any:
    done = await machine.run("heartbeat", "new", *words, "--json")
    assert done.code == 0, done.err
    return json.loads(done.text)


@pytest.mark.slow
async def test_it_says_when_it_beats_first_and_what_its_folder_needs_before(machine: Machine) -> None:
    done = await machine.run("heartbeat", "new", "build", *WORDS, "--tools", "Bash")
    written, trust, daemon, first = done.text.splitlines()
    project = machine.project
    assert written == f"{project}/HEARTBEAT-build.md is written: every 30m, 09:00-17:00 (Europe/Paris)."
    assert trust == f"It does not beat before its folder is trusted: heartbit trust add {project}"
    assert "No daemon is running" in daemon
    assert first.startswith("At the soonest it beats in ")
    assert done.err == "heartbit: `tools`: Bash is no tool of heartbit; did you mean `bash`?\n"
    assert (await machine.run("trust", "add")).code == 0
    assert "trusted without it" in (await machine.run("heartbeat", "new", "more", "Look.", "--every", "1h")).text
    refused = await machine.run("heartbeat", "new", "more", "Look.", "--every", "1h")
    assert (refused.code > 0, refused.text, "is there already" in refused.err) == (True, "", True)


@pytest.mark.slow
async def test_it_is_written_where_it_counts_the_root_of_a_project_or_a_folder_of_the_settings(
    machine: Machine,
) -> None:
    notes, deep = machine.home / "notes", machine.project / "a/b"
    machine.config('[heartbeat]\nenabled = false\nworkspaces = ["~/notes", "~/gone"]\n')
    for folder in (notes, deep, machine.project / ".git"):
        folder.mkdir(parents=True)
    found = await made(machine, "mail", "Look.", "--every", "1h", "--cwd", str(deep))
    assert (found["file"], found["folder"]) == (f"{machine.project}/HEARTBEAT-mail.md", "untrusted")
    found = await made(machine, "night", "--every", "1d", "--type", "meditate", "--cwd", str(notes))
    assert (found["file"], found["folder"], found["type"]) == (f"{notes}/HEARTBEAT-night.md", "named", "meditate")
    listed = await machine.run("heartbeat", "list")
    assert f"{notes}/HEARTBEAT-night.md" in listed.text
    assert f"{machine.home}/gone: heartbeat.workspaces names it, and there is no such folder." in listed.err
