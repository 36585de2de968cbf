import os
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from heartbit_tui.context.instructions import (
    MAX_BYTES,
    NAMES,
    SEPARATOR,
    Found,
    Instructions,
    discover,
    join,
    load,
    read,
)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a folder `a/b` in it."""
    root = tmp_path / "repository"
    (root / "a" / "b").mkdir(parents=True)
    (root / ".git").mkdir()
    return root


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def found(*texts: str) -> list[Found]:
    return [Found(path=Path(str(n)), text=text) for n, text in enumerate(texts)]


def test_the_users_file_comes_first_and_the_nearest_last(repository: Path, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.mkdir()
    folders = [config, repository, repository / "a", repository / "a" / "b"]
    files = tuple(write(folder / "AGENTS.md", folder.name) for folder in folders)
    loaded = load(repository / "a" / "b", config)
    assert loaded == Instructions(text=SEPARATOR.join(["config", "repository", "a", "b"]), files=files)
    assert tuple(discover(repository / "a" / "b", config)) == files


def test_a_file_above_the_repository_is_nobodys(repository: Path) -> None:
    write(repository.parent / "AGENTS.md", "stray")
    mine = write(repository / "AGENTS.md", "mine")
    assert load(repository / "a", None).files == (mine,)


def test_without_a_repository_only_the_directory_itself_counts(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    write(tmp_path / "AGENTS.md", "stray")
    assert load(tmp_path / "a", None) == Instructions()
    mine = write(tmp_path / "a" / "CLAUDE.md", "mine")
    assert load(tmp_path / "a", None).files == (mine,)


def test_a_worktree_whose_git_is_a_file_is_a_repository(repository: Path) -> None:
    (repository / ".git").rmdir()
    write(repository / ".git", "gitdir: elsewhere")
    assert load(repository / "a", None).files == ()
    mine = write(repository / "HEARTBIT.md", "mine")
    assert load(repository / "a", None).files == (mine,)


def test_of_several_names_a_directory_gives_the_first(repository: Path) -> None:
    for names in (NAMES[start:] for start in range(len(NAMES) - 1, -1, -1)):
        path = write(repository / names[0], names[0])
        assert load(repository, None).files == (path,)


def test_the_same_text_counts_once_and_an_empty_one_not_at_all(repository: Path) -> None:
    write(repository / "AGENTS.md", "same\n\n")
    write(repository / "a" / "AGENTS.md", "  \n")
    write(repository / "a" / "b" / "AGENTS.md", "\n same")
    assert load(repository / "a" / "b", None).text == "same"


def test_a_link_inside_the_repository_is_followed(repository: Path) -> None:
    write(repository / "CLAUDE.md", "shared")
    (repository / "AGENTS.md").symlink_to("CLAUDE.md")
    assert load(repository, None) == Instructions(text="shared", files=(repository / "AGENTS.md",))


def test_a_link_that_leads_out_of_the_repository_is_not_read(repository: Path, tmp_path: Path) -> None:
    key = write(tmp_path / "id_rsa", "SECRET")
    (repository / "AGENTS.md").symlink_to(key)
    mine = write(repository / "a" / "AGENTS.md", "mine")
    loaded = load(repository / "a", None)
    assert (loaded.text, loaded.files) == ("mine", (mine,))
    assert loaded.warnings == (f"{repository / 'AGENTS.md'} was not read: it is a link that leads out of the project.",)


def test_the_users_own_file_may_be_a_link_to_anywhere(repository: Path, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "AGENTS.md").symlink_to(write(tmp_path / "dotfiles.md", "own"))
    assert load(repository, config).text == "own"


def test_a_link_to_nowhere_in_circles_or_to_a_folder_is_no_file(repository: Path) -> None:
    (repository / "AGENTS.override.md").symlink_to("AGENTS.override.md")
    (repository / "AGENTS.md").symlink_to("missing")
    (repository / "HEARTBIT.md").mkdir()
    mine = write(repository / "CLAUDE.md", "mine")
    assert load(repository, None) == Instructions(text="mine", files=(mine,))


def test_a_pipe_is_no_file_and_is_not_waited_for(repository: Path) -> None:
    os.mkfifo(repository / "AGENTS.md")
    assert load(repository, None) == Instructions()


def test_a_file_that_cannot_be_read_is_told_and_the_others_count(tmp_path: Path) -> None:
    problem = read(tmp_path)
    assert problem == Found(path=tmp_path, problem=f"{tmp_path} could not be read: Is a directory")
    assert join([problem, *found("fine")]).warnings == (problem.problem,)
    assert join([problem, *found("fine")]).text == "fine"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told(repository: Path) -> None:
    write(repository / "AGENTS.md", "mine").chmod(0)
    assert "Permission denied" in load(repository, None).warnings[0]


def test_bytes_that_are_no_utf8_and_a_byte_order_mark_do_no_harm(repository: Path) -> None:
    (repository / "AGENTS.md").write_bytes(b"\xef\xbb\xbfa\xffb")
    assert load(repository, None).text == "a\ufffdb"


def test_all_together_have_at_most_32_kib_and_what_is_cut_is_told(repository: Path) -> None:
    write(repository / "AGENTS.md", "a" * (MAX_BYTES - 3))
    cut = write(repository / "a" / "AGENTS.md", "éé")
    lost = write(repository / "a" / "b" / "AGENTS.md", "b" * 2 * MAX_BYTES)
    loaded = load(repository / "a" / "b", None)
    assert loaded.text.endswith(f"{SEPARATOR}é")
    assert loaded.files == (repository / "AGENTS.md", cut)
    assert [warning.split(" was")[0] for warning in loaded.warnings] == [str(cut), str(lost)]


def test_other_names_and_another_bound_can_be_asked_for(repository: Path) -> None:
    write(repository / "AGENTS.md", "not asked for")
    mine = write(repository / "RULES.md", "four")
    assert load(repository, None, names=("RULES.md",)).files == (mine,)
    cut = load(repository, None, names=("RULES.md",), most=2)
    assert (cut.text, cut.warnings) == ("fo", (f"{mine} was cut: instructions may have 2 bytes in all.",))
    assert load(repository, None, names=()) == load(repository, None, most=0) == Instructions()


@given(st.lists(st.text(max_size=20).map(lambda text: text * 2000), max_size=6))
def test_whatever_is_found_the_text_stays_within_its_bounds(texts: list[str]) -> None:
    joined = join(found(*texts))
    assert len(joined.text.replace(SEPARATOR, "").encode()) <= MAX_BYTES
    assert len(joined.files) <= len(texts)
