"""list shows a folder as a tree, folders first, without what nobody looks for."""

from pathlib import Path

from heartbit_tui.tools.list import ListFolder
from tests.tools.alone import call


async def test_the_tree(tmp_path: Path) -> None:
    for name in ("src/in", "node_modules/x", ".git", "skipped", "__pycache__"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("b.py", "a.py", "src/c.py", "src/in/d.py", ".hidden", "x.pyc", "skipped/y", "z.lock"):
        (tmp_path / name).touch()
    (tmp_path / ".gitignore").write_text("skipped/\n")
    (tmp_path / "link").symlink_to("src")
    output = await call(ListFolder(tmp_path), ignore=["*.lock"])
    assert output.content.splitlines() == [
        "./", "  - src/", "    - in/", "      - d.py", "    - c.py", "  - a.py", "  - b.py", "  - link",
    ]  # fmt: skip
    assert output.details == {"count": 7, "truncated": False}


async def test_what_cannot_be_listed_is_told(tmp_path: Path) -> None:
    (tmp_path / "f").touch()
    tool = ListFolder(tmp_path)
    assert "does not exist" in (await call(tool, path="gone")).content
    assert "not a folder" in (await call(tool, path="f")).content
    (tmp_path / "empty").mkdir()
    assert (await call(tool, path="empty")).content == "empty/\n  (nothing to show)"


async def test_a_large_folder_hides_nothing_above_it(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    for number in range(1200):
        (tmp_path / "a" / f"{number}").touch()
    (tmp_path / "z").touch()
    output = await call(ListFolder(tmp_path))
    assert "  - z" in output.content.splitlines()
    assert output.details == {"count": 1000, "truncated": True}
    assert output.content.endswith("(Only 1000 entries are shown; list a folder further down.)")
