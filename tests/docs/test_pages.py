"""What the pages lead to is there: files, tests, commands, pictures."""

import ast
import re

import pytest

from heartbit_tui.permissions.paths import PROTECTED_FOLDERS
from tests.architecture.source import ROOT
from tests.docs.pages import PAGES, README, SECURITY, coded, codes, inline, links, table, text_of

TOP = ("heartbit_tui", "tests", "docs", "benchmarks", "themes", "skills", "examples", ".ci")
INSTALLED = "heartbit_tui/shipped"
"""Where a wheel has what stands at the top here."""

PLACE = re.compile(r"[\w.-]+(?:/[\w.-]+)*/?")
OF_SESSIONS = (
    *("search.svg", "found.svg", "repair.svg", "skills.svg", "lsp.svg", "hooks.svg", "mcp.svg"),
    *("library.svg", "import.svg", "background.svg", "evals.svg", "goals.svg"),
    *(f"daemon-{name}.svg" for name in ("submitted", "approval", "approved", "cancelled", "killed", "resumed")),
    *("agents.svg", "followed.svg", "cascade.svg", "inbox.svg"),
)
DAEMON = "http://127.0.0.1:3000"
"""Where the daemon of the pictures is, as a command tells it."""

PICTURES = tuple(sorted(path.name for path in (ROOT / "docs/pictures").glob("*.svg")))


def places(page: str) -> list[str]:
    """The files and folders of the repository that a page names."""
    named = [code for code in inline(page) if PLACE.fullmatch(code) and "/" in code]
    return [code for code in named if code.split("/")[0] in TOP]


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_is_named_is_there(page: str) -> None:
    named = [place for place in places(page) if not place.startswith(INSTALLED)]
    assert [place for place in named if not (ROOT / place.replace("NAME", "read")).exists()] == []


def test_folders_are_named_by_their_place_in_the_package_too() -> None:
    short = [code for code in inline("AGENTS.md") if re.fullmatch(r"[a-z]+/(\w+\.\w+)?", code)]
    named = [code for code in short if code.split("/")[0] not in TOP]
    to_come = {"mcp/"}
    package = ROOT / "heartbit_tui"
    there = [code for code in named if (package / code).exists() or (package / "tui" / code).exists()]
    assert len(there) >= 10
    assert [code for code in named if code not in to_come and code not in there] == []


def test_the_map_of_the_screen_has_every_folder_of_it() -> None:
    folders = sorted(f"{path.parent.name}/" for path in (ROOT / "heartbit_tui/tui").glob("*/__init__.py"))
    assert [codes(row[0])[0] for row in table("AGENTS.md", "folder of `heartbit_tui/tui/`")] == folders


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    assert [str(link) for link in links(page) if not link.exists()] == []


def test_every_promise_names_the_tests_that_hold_it() -> None:
    promises = re.split(r"^\d+\. ", text_of("SECURITY.md").partition("## Known limits")[0], flags=re.MULTILINE)[1:]
    missing: list[str] = []
    held = 0
    for number, promise in enumerate(promises, 1):
        held_by = promise.partition("Held by")[2]
        for file, names in re.findall(r"`(tests/[\w/]+\.py)`:\s+((?:`test_\w+`[,;.\s]*)+)", held_by):
            defined = functions(file)
            missing += [f"{number}: {file}: {name}" for name in re.findall(r"`(\w+)`", names) if name not in defined]
            held += 1
        assert held_by.count("tests/") > 0, f"promise {number} names no test"
        assert len(re.findall(r"`test_\w+`", held_by)) > 0, f"promise {number} names no test"
    assert missing == []
    assert held >= len(promises) >= 18
    print(f"{len(promises)} promises, held by tests in {held} files")


def functions(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_start_of_a_contribution_is_there() -> None:
    rows = table("CONTRIBUTING.md", "I want to …")
    assert [wish for wish, start in rows if not re.search(r"`[^`]+`", start)] == []
    assert len(rows) >= 13


def test_every_target_of_make_that_is_named_is_there() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {name for page in PAGES for code in coded(page) for name in re.findall(r"\bmake ([a-z]+)", code)}
    assert sorted(named - targets) == []
    told = {
        name
        for page in ("AGENTS.md", SECURITY)
        for code in inline(page)
        for name in re.findall(r"\bmake ([a-z]+)", code)
    }
    assert sorted(targets - told - {"help", "clean"}) == []


def test_protected_folders_that_are_named_are_protected() -> None:
    assert {".git", ".heartbit"} <= PROTECTED_FOLDERS & set(inline(README))


def test_there_are_pictures_and_the_pages_show_them() -> None:
    assert PICTURES
    shown = {link.relative_to(ROOT).as_posix() for page in PAGES for link in links(page) if link.suffix == ".svg"}
    assert {f"docs/pictures/{name}" for name in PICTURES} == shown


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_of_the_demo_or_of_made_up_sessions_fetches_nothing_and_names_no_home(name: str) -> None:
    drawn = (ROOT / "docs/pictures" / name).read_text("utf-8")
    assert set(re.findall(r"\w+://[^\s\"'<&]+", drawn)) - {DAEMON} == {"http://www.w3.org/2000/svg"}
    assert re.findall(r"@import|@font-face|xlink:href|<image|<script|url\((?!#)", drawn) == []
    assert "--demo" in drawn or name in OF_SESSIONS
    assert "/home/" not in drawn
    assert "/root/" not in drawn
