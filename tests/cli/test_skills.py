"""`heartbit skills` lists, checks, explains and begins skills."""

import json
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from heartbit_tui.cli import parser, skills
from heartbit_tui.cli.commands import BY_NAME
from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt
from heartbit_tui.config import directories

BUNDLED = {"debug", "explain-repo", "refactor-safely", "review", "write-skill", "write-tests"}


class Here:
    """Runs commands in the project; `told` is what the last one wrote."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self._capsys = capsys
        self.out = self.err = ""

    def run(self, name: str, *words: str) -> int:
        values = parser.parse(BY_NAME[f"skills {name}"], [*words, "--cwd", str(self.root / "project")])
        values.command = f"skills {name}"
        around = Surroundings(values)
        around.environment = MappingProxyType({"HOME": str(self.root / "home")})
        around.places = directories(around.environment, self.root / "home")
        code = attempt(lambda: skills.act(around, values))
        self.out, self.err = self._capsys.readouterr()
        return code

    @property
    def told(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def here(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Here:
    (tmp_path / "home").mkdir()
    (tmp_path / "project/.git").mkdir(parents=True)
    return Here(tmp_path, capsys)


def test_what_is_there_is_listed(here: Here) -> None:
    assert here.run("list", "--json") == 0
    assert {each["name"] for each in here.told} == BUNDLED
    assert all(each["used"] and each["layer"] == "built-in" for each in here.told)
    assert here.run("list") == 0
    assert here.out.count("\n") == len(BUNDLED)


def test_a_new_skill_is_well_formed_counts_and_is_never_overwritten(here: Here) -> None:
    assert here.run("new", "release-notes", "--description", 'Notes: "all" of them. Use before a release.') == 0
    file = here.root / "home/.config/heartbit/skills/release-notes/SKILL.md"
    assert here.out.strip() == str(file)
    assert here.run("lint", "release-notes") == 0
    assert here.err == "1 looked at, 0 remarks.\n"
    assert here.run("why", "/release-notes", "--json") == 0
    assert here.told[0]["description"] == 'Notes: "all" of them. Use before a release.'
    file.write_text("mine")
    assert here.run("new", "release-notes") != 0
    assert (file.read_text(), here.err) == ("mine", f"heartbit: {file} is there already.\n")
    for name in ("../x", "UPPER", "a--b", "", "x" * 65):
        assert here.run("new", name) != 0


def test_a_project_s_own_skill_waits_for_trust(here: Here) -> None:
    assert here.run("new", "deploy", "--here") == 0
    assert "heartbit trust add" in here.err
    assert here.run("why", "deploy") == 1
    assert "is not trusted" in here.out
    assert here.run("lint", "deploy") == 0
    assert "warning: The folder" in here.out
    assert here.run("list", "--all", "--json") == 0
    assert [each["name"] for each in here.told if not each["used"]] == ["deploy"]


def test_what_is_wrong_is_told_with_its_file(here: Here) -> None:
    folder = here.root / "home/.claude/skills"
    for name, text in (
        ("odd", "---\nname: Odd One\ndescription: Use: when odd\nmodel: x\n---\nx"),
        ("broken", "---\nname: [\n---\nx"),
        ("review", "---\nname: review\ndescription: Mine.\n---\nx"),
    ):
        (folder / name).mkdir(parents=True)
        (folder / name / "SKILL.md").write_text(text)
    assert here.run("lint", "--json") == 1
    found = [(each["name"], each["level"]) for each in here.told]
    assert found == [("odd-one", "warning")] * 4 + [("broken", "error")]
    assert here.run("lint", str(folder / "odd")) == 0
    assert here.run("why", "review") == 0
    assert "comes later in the order" in here.out
    assert str(folder / "review/SKILL.md") in here.out


def test_a_name_of_heartbit_s_own_is_called_another_way(here: Here) -> None:
    assert here.run("new", "help") == 0
    assert here.run("why", "help") == 0
    assert "as /skill:help, because heartbit has a command /help" in here.out


def test_what_is_not_there_is_said(here: Here) -> None:
    assert here.run("why", "nothing") == 2
    assert here.run("lint", "no/such/folder") == 2
    assert "no file or folder with a SKILL.md" in here.err
    (here.root / "project/.heartbit").mkdir()
    settings = here.root / "home/.config/heartbit/config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text("[skills]\nenabled = false\n")
    assert here.run("list") == 2
    assert here.err.startswith("heartbit: Skills are off")
