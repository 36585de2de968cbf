"""`/inbox` and `/beats` of a conversation in lines."""

from datetime import UTC, datetime
from pathlib import Path

from heartbit_tui.runtime import beating
from heartbit_tui.store.inbox import Letter
from tests.repl.service import desk

AT = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
BEAT = "---\nevery: 30m\n---\nLook.\n"


async def test_letters_and_beats_are_told_and_done_with_in_lines(tmp_path: Path) -> None:
    with desk(tmp_path, "Hello.") as here:
        home = Path(here.environment["HOME"])
        (home / "notes").mkdir(parents=True)
        (home / "notes" / "HEARTBEAT.md").write_text(BEAT, "utf-8")
        (home / "notes" / "HEARTBEAT-odd.md").write_text("no table", "utf-8")
        settings = home / ".config" / "heartbit" / "config.toml"
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text('[heartbeat]\nworkspaces = ["~/notes"]\n', "utf-8")
        file = home / ".local" / "share" / "heartbit" / "heartbit.db"
        file.parent.mkdir(parents=True, exist_ok=True)
        async with beating.ledger(file) as ledger:
            for name in ("The build broke", "It is \x1b[31mgreen"):
                await ledger.inbox.put(Letter(at=AT, kind="reply", source="heartbit", title=name, text=f"{name}."))
        typed = (
            "/inbox",
            "/inbox 1",
            "/inbox done 1",
            "/inbox",
            "/inbox restore 1",
            "/inbox accept 1",
            "/inbox x",
            "/beats",
        )
        done = here.lines(*typed, "/beats pause HEARTBEAT.md", "/beats HEARTBEAT.md", "/quit")
    told = done.stdout
    assert "\x1b" not in told
    wanted = (
        "* the pulse says: The build broke",
        "The build broke.",
        "Done with; /inbox restore 1 takes it back.",
        "It waits again.",
        "There is nothing to accept in letter 1.",
        "'x' is no number of a letter.",
        "No daemon is running, so nothing of this is done by itself",
        "HEARTBEAT.md rests until you let it go on.",
        "not while it is paused",
    )
    assert [each for each in wanted if each not in told] == []
    assert "HEARTBEAT-odd.md" in told
