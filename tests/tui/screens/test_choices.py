"""Models, prompts to go back to, hits of a search and learned rules are listed as what they are."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from heartbit_tui.client.priced import priced
from heartbit_tui.kernel.errors import ConfigError, StoreError
from heartbit_tui.kernel.ops import Effort
from heartbit_tui.tui.keys.keymap import keymap
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.lines.setting import cells
from heartbit_tui.tui.screens import models, permissions, rewind
from heartbit_tui.tui.screens.models import Choice
from heartbit_tui.tui.screens.permissions import Learned
from heartbit_tui.tui.screens.search import Hit, Others, row, search
from heartbit_tui.undo.intent import Intent, What
from heartbit_tui.undo.past import Point
from heartbit_tui.undo.plan import Conflict, Plan, Step
from heartbit_tui.undo.preview import Preview
from heartbit_tui.undo.types import State
from tests.tui.picker.board import Board, ink, said, settled
from tests.tui.screens.points import point

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
LIVE = keymap()
SONNET = Choice(provider="anthropic", model="claude-sonnet-5-5", effort=Effort.LOW)


@pytest.mark.parametrize(
    ("keys", "chosen"),
    [
        ("enter", SONNET),
        ("right enter", Choice(provider="anthropic", model="claude-sonnet-5-5", effort=Effort.MEDIUM)),
        ("left left left left enter", Choice(provider="anthropic", model="claude-sonnet-5-5")),
        ("right right right right enter", Choice(provider="anthropic", model="claude-sonnet-5-5", effort=Effort.HIGH)),
        ("g p t minus 6 . 1 enter", Choice(provider="openai", model="gpt-6.1-sol", effort=Effort.LOW)),
        ("o w n minus 1 enter", Choice(provider="", model="own-1", effort=Effort.LOW)),
        ("o l l a m a : m 7 enter", Choice(provider="ollama", model="m7", effort=Effort.LOW)),
        ("escape", None),
    ],
)
async def test_a_model_is_chosen_with_an_effort(keys: str, chosen: Choice | None) -> None:
    app = Board(lambda: models.models(priced(), SONNET, LIVE, ink()))
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        for key in keys.split():
            await pilot.press({".": "full_stop", ":": "colon"}.get(key, key))
        await settled(pilot)
    assert app.results == [chosen]


async def test_the_model_of_now_is_marked_and_its_price_and_window_told() -> None:
    app = Board(lambda: models.models(priced(), SONNET, LIVE, ink()))
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        text = said(app)
    marked = [line for line in text.splitlines() if "✓" in line]
    assert len(marked) == 1
    assert "claude-sonnet-5-5" in marked[0]
    assert "1 M        $2 in  $10 out" in marked[0]
    assert "effort ◂ low ▸" in text


def test_a_model_that_is_not_listed_is_listed_while_it_is_the_one_of_now() -> None:
    found = models.rows(priced(), Choice(provider="own", model="m[1]"))
    assert (found[0].title, found[0].group, found[0].mark[0]) == ("m[1]", "own", "✓")
    assert "price unknown" in found[0].meta[1][0]
    assert [row.title for row in models.rows((), SONNET)] == ["claude-sonnet-5-5"]


def test_each_model_is_listed_once_under_a_name_that_its_provider_knows() -> None:
    names = [(each.provider, each.model) for each in priced()]
    assert len(set(names)) == len(names)
    assert len(names) > 20
    assert [model for _, model in names if model.startswith(("claude-3", "gpt-5-1", "gpt-4-1"))] == []


@pytest.mark.parametrize("query", ["", "two words", "ollama:", ":"])
def test_what_cannot_be_a_name_is_not_offered_as_one(query: str) -> None:
    assert models.typed(query) is None


def points() -> list[Point]:
    return [
        point(NOW, 1, "1", "First [b]thing[/b]"),
        point(NOW, 2, "1.1", tool="bash", command="rm -rf [x]", files=3),
        point(NOW, 3, "1.2", tool="write", file_path="a.py", files=1),
        point(NOW, 4, "2"),
        point(NOW, 5, "3", "second\nthing"),
    ]


def test_prompts_are_listed_newest_first_with_the_files_that_their_calls_changed() -> None:
    found = rewind.rows(points(), NOW)
    assert [(each.lead[0], each.title, each.meta[0][0]) for each in found] == [
        ("3    ", "second thing", ""),
        ("2    ", "(a picture)", ""),
        ("1    ", "First [b]thing[/b]", "4 files"),
    ]


async def test_tab_lists_the_calls_too_and_enter_takes_one() -> None:
    given = points()
    app = Board(lambda: rewind.rewind(given, NOW, LIVE, ink()))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        text = said(app)
        await pilot.press("tab")
        await settled(pilot)
        more = said(app)
        await pilot.press("up", "up", "enter")
        await settled(pilot)
    assert ("rm -rf [x]" in text, "rm -rf [x]" in more) == (False, True)
    assert app.results == [given[1]]


def change(path: str, now: bool, then: bool) -> Step:
    state = State(kind="file", mode=0o644, content="x")
    return Step(path=path, now=state if now else None, then=state if then else None)


async def test_what_going_back_means_is_shown_and_can_be_chat_or_files_alone() -> None:
    async def ask(what: What, overrule: bool) -> Preview:
        conflict = Conflict(path="/p/mine.py", why="was changed by somebody else since")
        plan = Plan(steps=(change("/p/[b]new.py", True, False),), conflicts=() if overrule else (conflict,))
        intent = Intent(id="i", to=3, what=what, chat=0 if what == "files" else 3)
        return Preview(intent=intent, title="Back", plan=Plan() if what == "chat" else plan)

    choice = rewind.Choice(ask)
    app = Board(lambda: rewind.meaning(choice, "Go back", "/p", LIVE, ink()))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        both = said(app)
        await pilot.press("right")
        await settled(pilot)
        files = said(app)
        await pilot.press("right")
        await settled(pilot)
        chat = said(app)
        await pilot.press("left", "tab", "enter")
        await settled(pilot)
    assert ("The chat goes back, 1 file changes, 1 conflict." in both, "[b]new.py is removed" in both) == (True, True)
    assert ("mine.py was changed by somebody else since" in both, "The chat goes" in files) == (True, False)
    assert ("The chat goes back." in chat, "new.py" in chat) == (True, False)
    [done] = app.results
    assert isinstance(done, Preview)
    assert (done.intent.what, done.plan.conflicts, choice.preview) == ("files", (), done)


async def find(words: str) -> Sequence[Hit]:
    texts = (f"{'before ' * 20}the {words} and [more]{' after' * 90}", f"{words}\x1b[31m", "日本" * 80 + words)
    return [Hit(key=(number, 0), text=text, who="you", when="14:02") for number, text in enumerate(texts)]


async def test_a_search_shows_hits_as_one_types_and_goes_to_one() -> None:
    app = Board(lambda: search(find, LIVE, ink()))
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        assert "Type what to look for." in said(app)
        await pilot.press("p", "a", "r", "s", "e")
        await settled(pilot)
        text = said(app)
        assert ("the parse and [more]" in text, "\x1b" in text) == (True, False)
        await pilot.press("down", "enter")
        await settled(pilot)
    assert app.results == [(await find("parse"))[1]]


async def test_a_search_looks_in_other_sessions_too_where_it_is_told_to() -> None:
    asked: list[tuple[str, bool]] = []

    async def elsewhere(words: str, everywhere: bool) -> Others:
        asked.append((words, everywhere))
        kept = Hit(text=f"kept [{words}]", who="result", session="s7", seq=9, word=words, place="Mend it · ~/proj · s7")
        return Others(hits=[kept], waiting=1200)

    app = Board(lambda: search(find, LIVE, ink(), "x", elsewhere=elsewhere))
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        text = said(app)
        assert ("kept [x]" in text, "Mend it · ~/proj · s7" in text) == (True, True)
        assert "all sessions, 1,200 events to come" in text
        await pilot.press("tab")
        await settled(pilot)
        assert "this folder" in said(app)
        await pilot.press("tab")
        await settled(pilot)
        text = said(app)
        assert ("this conversation" in text, "kept [x]" in text, "events to come" in text) == (True, False, False)
        await pilot.press("tab", "end", "enter")
        await settled(pilot)
    assert asked[:2] == [("x", True), ("x", False)]
    assert [hit.session for hit in app.results if hit] == ["s7"]


async def test_that_other_sessions_cannot_be_read_is_told_only_where_these_are_looked_in() -> None:
    async def elsewhere(words: str, everywhere: bool) -> Others:
        raise StoreError("The disk is gone.")

    app = Board(lambda: search(find, LIVE, ink(), "x", elsewhere=elsewhere))
    told = "cannot be read"
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        assert told in said(app)
        await pilot.press("tab", "tab")
        await settled(pilot)
        assert (told in said(app), "this conversation" in said(app)) == (False, True)


def test_what_was_found_stands_near_the_beginning_of_its_row() -> None:
    hit = Hit(key=(0, 0), text=f"{'x' * 5000}needle{'y' * 5000}")
    shown = row(hit, "NEEDLE").title
    assert (shown.find("needle"), len(shown)) == (41, 241)


RULES = (
    Learned(rule="bash(git status*)", action="allow", project="/home/ada/proj"),
    Learned(rule="bash(rm *)", action="deny", why="never that"),
    Learned(rule="webfetch(https://ex\u0430mple.com/*)", action="ask", expires="31 Dec 2026"),
)


async def test_a_learned_rule_is_taken_back_after_a_yes() -> None:
    left = list(RULES)

    async def load() -> Sequence[Learned]:
        return left

    async def revoke(rule: Learned) -> None:
        left.remove(rule)

    app = Board(lambda: permissions.permissions(load, revoke, LIVE, ink()))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        text = said(app)
        assert "✓ allow  bash(git status*)" in text
        assert "? ask    webfetch(https://ex\u0430<U+0430>mple.com/*)" in text
        await pilot.press("d", "e", "n", "y", "ctrl+d", "n")
        await settled(pilot)
        assert left == list(RULES)
        await pilot.press("ctrl+d")
        await settled(pilot)
        assert "Take “deny bash(rm *)” back?" in said(app)
        await pilot.press("y")
        await settled(pilot)
        assert "Taken back: deny bash(rm *)" in said(app)
    assert left == [RULES[0], RULES[2]]


async def test_rules_that_cannot_be_read_are_told() -> None:
    async def load() -> Sequence[Learned]:
        raise ConfigError("permissions.toml is not valid TOML. Repair or remove the file.")

    async def revoke(_: Learned) -> None:
        raise AssertionError

    app = Board(lambda: permissions.permissions(load, revoke, LIVE, ink()))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        assert "permissions.toml is not valid TOML. Repair or remove the file." in said(app)


@pytest.mark.parametrize("width", [1, 9, 40])
def test_what_is_told_of_a_rule_fits_and_hides_nothing(width: int) -> None:
    rule = Learned(rule="bash(rm \u202e/tmp\u200b *)" * 5, action="ask", why="日本語 " * 30)
    told = permissions.preview(rule, Look(width, ink()))
    assert all(cells(line.text) <= max(width, 9) for line in told)
    assert not {"\u202e", "\u200b"} & set("".join(line.text for line in told))
