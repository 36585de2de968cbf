"""What instructions bring in, and the section that is not for the agent of a session."""

from pathlib import Path

import pytest

from heartbit_tui.context.imports import DEPTH, named
from heartbit_tui.context.instructions import SEPARATOR, load, without_orders


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    (root / ".git").mkdir(parents=True)
    (root / "docs").mkdir()
    return root


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("See @docs/rules.md and @notes.txt.", ("docs/rules.md", "notes.txt")),
        ("@./a.md\n@../b.md", ("./a.md", "../b.md")),
        ("@a.md @a.md", ("a.md",)),
        ("Ask @anna or mail a@b.md, use @property.", ()),
        ("`@docs/a.md` is not one", ()),
        ("```\n@docs/a.md\n```\n@docs/b.md", ("docs/b.md",)),
        ("~~~\n```\n@docs/a.md\n~~~\n@docs/b.md", ("docs/b.md",)),
        ("@~/own.md and @/etc/passwd", ("~/own.md", "/etc/passwd")),
    ],
)
def test_what_is_named_in_prose_is_brought_in_and_nothing_in_code(text: str, paths: tuple[str, ...]) -> None:
    assert named(text) == paths


def test_imports_stand_behind_the_file_that_names_them_each_once(repository: Path) -> None:
    (repository / "AGENTS.md").write_text("Top. @docs/a.md @docs/b.md")
    (repository / "docs/a.md").write_text("A. @b.md @a.md @../AGENTS.md")
    (repository / "docs/b.md").write_text("B.")
    found = load(repository, None)
    assert found.text == SEPARATOR.join(("Top. @docs/a.md @docs/b.md", "A. @b.md @a.md @../AGENTS.md", "B."))
    assert found.warnings == ()
    assert [path.name for path in found.files] == ["AGENTS.md", "a.md", "b.md"]


def test_nothing_outside_of_the_project_is_brought_in(repository: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("SECRET")
    (repository / "docs/link.md").symlink_to(secret)
    names = ("@../secret.md", "@docs/link.md", f"@{secret}", "@~/secret.md", "@docs/../../secret.md")
    (repository / "AGENTS.md").write_text("\n".join(names))
    found = load(repository, None)
    assert "SECRET" not in found.text
    assert len(found.warnings) == len(names)
    assert all("their own project only" in warning for warning in found.warnings)


def test_what_is_missing_is_told_and_chains_end(repository: Path) -> None:
    (repository / "AGENTS.md").write_text("@1.md and @gone.md")
    for number in range(1, 9):
        (repository / f"{number}.md").write_text(f"number {number} @{number + 1}.md")
    found = load(repository, None)
    assert f"number {DEPTH} " in found.text
    assert f"number {DEPTH + 1} " not in found.text
    assert sorted("gone.md" in warning for warning in found.warnings) == [False, True]


ORDERS = """# Rules

Be kind.

## Standing orders

- check the mail

### Every hour
- look

```sh
# not a heading
rm x
```

## Style
Short.
"""


def test_standing_orders_are_left_out_with_all_below_them() -> None:
    assert without_orders(ORDERS) == "# Rules\n\nBe kind.\n\n## Style\nShort."
    assert without_orders("## standing ORDERS ##\n- x") == ""
    assert without_orders("# Standing orders\n- x") == "# Standing orders\n- x"


def test_a_file_of_orders_alone_gives_way_to_the_next_name(repository: Path) -> None:
    (repository / "HEARTBIT.md").write_text("## Standing orders\n- check the mail\n")
    (repository / "CLAUDE.md").write_text("Be kind.")
    assert load(repository, None).text == "Be kind."
    (repository / "HEARTBIT.md").write_text(ORDERS)
    assert load(repository, None).text.startswith("# Rules")
    assert "check the mail" not in load(repository, None).text
