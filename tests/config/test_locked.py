"""A private file stays private and whole, whoever writes it."""

import threading
from pathlib import Path

import pytest

from heartbit_tui.config.locked import LockedFile
from heartbit_tui.kernel.errors import ConfigError


def test_a_missing_file_is_an_empty_text(tmp_path: Path) -> None:
    file = LockedFile(tmp_path / "no" / "where")
    assert (file.read(), file.is_open_to_others) == ("", False)


def test_a_file_below_one_that_is_no_folder_is_an_empty_text_too(tmp_path: Path) -> None:
    (tmp_path / "flat").write_text("")
    assert LockedFile(tmp_path / "flat" / "inner").read() == ""


def test_what_is_written_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "file"
    assert LockedFile(path).update(lambda text: f"{text}é") == "é"
    modes = [entry.stat().st_mode & 0o777 for entry in (path.parent, *path.parent.iterdir())]
    assert modes == [0o700, 0o600, 0o600]


def test_a_file_that_was_open_to_others_is_closed_by_the_next_write(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("a")
    path.chmod(0o644)
    file = LockedFile(path)
    assert file.is_open_to_others
    file.update(lambda text: f"{text}b")
    assert not file.is_open_to_others
    assert path.read_text() == "ab"


def test_a_change_that_fails_leaves_the_file_and_no_rubbish(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("a")

    def change(text: str) -> str:
        raise ConfigError(f"not {text}")

    with pytest.raises(ConfigError, match="not a"):
        LockedFile(path).update(change)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [".file.lock", "file"]
    assert path.read_text() == "a"


def test_nothing_is_written_when_nothing_changes(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("a")
    before = path.stat()
    LockedFile(path).update(lambda text: text)
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("a")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    LockedFile(tmp_path / "link").update(lambda text: f"{text}b")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "ab"


def test_a_planted_lock_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / ".file.lock").symlink_to(tmp_path / "victim")
    with pytest.raises(ConfigError):
        LockedFile(tmp_path / "file").update(lambda _: "x")
    assert not (tmp_path / "victim").exists()


def test_writers_in_one_process_do_not_lose_each_others_changes(tmp_path: Path) -> None:
    def write(name: str) -> None:
        for _ in range(50):
            LockedFile(tmp_path / "file").update(lambda text: f"{text}{name}")

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted((tmp_path / "file").read_text()) == sorted("abcd" * 50)


def test_a_folder_in_the_place_of_the_file_is_a_setting_gone_wrong(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    with pytest.raises(ConfigError, match="file"):
        LockedFile(tmp_path / "file").read()
