"""The list of sessions finds, opens, copies, renames, exports and deletes what the index has."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.tui.keys.keymap import keymap
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.lines.setting import cells
from heartbit_tui.tui.screens.sessions import Chosen, Known, Means, money, preview, sessions, short
from heartbit_tui.tui.screens.when import ago, day
from tests.tui.picker.board import Board, ink, said, settled

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
HERE, THERE = "/home/ada/proj", "/home/ada/other"


def known(number: int, title: str, cwd: str = HERE, **more: Any) -> Known:
    plain = Known(id=f"id-{number}", title=title, updated=NOW - timedelta(hours=number), cwd=cwd)
    return replace(plain, **more)


@dataclass
class Shelf:
    """Sessions in memory, and what was done with them."""

    sessions: list[Known] = field(
        default_factory=lambda: [
            known(1, "Mend the parser", messages=12, cost_usd=0.42, model="claude-sonnet-5-5", state="open"),
            known(3, "Write [b]the[/b] notes", state="crashed", unpriced=2),
            known(20, "", cwd=THERE),
            known(80, "Speed up the start", cwd=THERE, cost_usd=0.001),
        ]
    )
    done: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    async def search(self, query: str, everywhere: bool) -> Sequence[Known]:
        found = (each for each in self.sessions if everywhere or each.cwd == HERE)
        return [each for each in found if query.lower() in each.title.lower()]

    async def prompts(self, id: str) -> Sequence[str]:
        return (f"the last words of {id}", "Look at [this]\n\x1b[31m" * 20)

    async def rename(self, id: str, title: str) -> None:
        self.done.append((id, title))
        self.sessions = [replace(each, title=title) if each.id == id else each for each in self.sessions]

    async def delete(self, id: str) -> None:
        if id == "id-1":
            raise StoreError("This session is open in another process. Close it there first.")
        self.sessions = [each for each in self.sessions if each.id != id]

    async def export(self, id: str) -> str:
        return f"{HERE}/{id}.md"

    def means(self) -> Means:
        return Means(
            search=self.search,
            prompts=self.prompts,
            rename=self.rename,
            delete=self.delete,
            export=self.export,
            now=lambda: NOW,
        )


def board(shelf: Shelf) -> Board[Chosen]:
    return Board(lambda: sessions(shelf.means(), keymap(), ink(), current="id-3", home="/home/ada"))


async def test_a_session_is_told_in_two_lines_and_by_its_last_prompts() -> None:
    app = board(Shelf())
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        text = said(app)
    told = [" ".join(line.split()) for line in text.splitlines()]
    assert any("Mend the parser $0.42 1 h ago" in line for line in told)
    assert any("Write [b]the[/b] notes $? 3 h ago" in line for line in told)
    assert "open elsewhere · claude-sonnet-5-5 · 12 messages" in text
    assert "open here" in text
    assert "the last words of id-1" in text
    assert "this folder" in text
    assert "Speed up" not in text


async def test_tab_shows_the_sessions_of_all_folders_and_back() -> None:
    app = board(Shelf())
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("tab")
        await settled(pilot)
        everywhere = said(app)
        await pilot.press("tab")
        await settled(pilot)
        here = said(app)
    assert ("all folders" in everywhere, "Speed up the start" in everywhere, "~/other" in everywhere) == (True,) * 3
    assert ("this folder" in here, "Speed up the start" in here) == (True, False)


@pytest.mark.parametrize(
    ("keys", "id", "how"),
    [
        (("enter",), "id-1", "open"),
        (("down", "enter"), "id-3", "open"),
        (("down", "ctrl+f"), "id-3", "fork"),
        (("n", "o", "t", "e", "s", "enter"), "id-3", "open"),
        (("tab", "s", "p", "e", "e", "d", "enter"), "id-80", "open"),
    ],
)
async def test_a_session_is_chosen(keys: tuple[str, ...], id: str, how: str) -> None:
    app = board(Shelf())
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        for key in keys:
            await pilot.press(key)
            await settled(pilot)
    assert [(each.session.id, each.how) for each in app.results if each] == [(id, how)]


async def test_a_session_is_renamed_exported_and_deleted_after_a_yes() -> None:
    shelf = Shelf()
    app = board(shelf)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("down", "ctrl+r", "!", "enter")
        await settled(pilot)
        assert shelf.done == [("id-3", "Write [b]the[/b] notes!")]
        await pilot.press("ctrl+e")
        await settled(pilot)
        assert "Written: /home/ada/proj/id-3.md" in said(app)
        await pilot.press("ctrl+d")
        await settled(pilot)
        assert "Delete “Write [b]the[/b] notes!” for good?" in said(app)
        await pilot.press("y")
        await settled(pilot)
        assert [each.id for each in shelf.sessions] == ["id-1", "id-20", "id-80"]
        await pilot.press("ctrl+d", "y")
        await settled(pilot)
        assert "This session is open in another process. Close it there first." in said(app)


@pytest.mark.parametrize("width", [8, 20, 60])
def test_what_is_told_of_a_session_fits(width: int) -> None:
    odd = known(1, "日本語" * 30 + "\x1b]0;x\x07", cwd="/home/ada/" + "long/" * 40)
    told = preview(odd, ["Look at [this]\n\x1b[31m" * 20, "", "wide 日本語 " * 40], "/home/ada", Look(width, ink()))
    assert all(cells(line.text) <= width for line in told)
    assert not any({"\x1b", "\x07"} & set(line.text) for line in told)


@pytest.mark.parametrize(
    ("away", "said", "under"),
    [
        (timedelta(seconds=-5), "just now", "today"),
        (timedelta(seconds=59), "just now", "today"),
        (timedelta(minutes=59), "59 min ago", "today"),
        (timedelta(hours=2), "2 h ago", "today"),
        (timedelta(hours=16), "16 h ago", "yesterday"),
        (timedelta(hours=24), "yesterday", "yesterday"),
        (timedelta(days=3), "3 days ago", "this week"),
        (timedelta(days=13), "13 days ago", "this month"),
        (timedelta(days=14), "8 Nov 2026", "this month"),
        (timedelta(days=400), "18 Oct 2025", "earlier"),
    ],
)
def test_times_are_told_as_people_say_them(away: timedelta, said: str, under: str) -> None:
    assert (ago(NOW - away, NOW), day(NOW - away, NOW)) == (said, under)


def test_money_that_is_not_known_is_not_told_as_nothing() -> None:
    assert [money(0), money(0.001), money(0.42), money(0.42, 2), money(0, 1)] == [
        "",
        "<$0.01",
        "$0.42",
        "$0.42+?",
        "$?",
    ]


def test_only_the_persons_own_home_is_shortened() -> None:
    paths = ("/home/ada", "/home/ada/x", "/home/adam/x", "/srv")
    assert [short(path, "/home/ada") for path in paths] == ["~", "~/x", "/home/adam/x", "/srv"]
    assert short("/srv", "") == "/srv"
