import asyncio
from collections.abc import Sequence

from heartbit_tui.tui.complete.history import Entry, HistorySearch, Scope, Search, found, heading, items
from tests.tui.complete.screen import Screen

PROJECT = tuple(Entry(text=text, meta="today") for text in ("fix the parser", "write docs", "fix tests", "write docs"))
ALL = (*PROJECT, Entry(text="deploy\nthe thing"), Entry(text="\x1b[31mred [bold]"))


class Typed:
    """What was typed; the scopes named in `held` answer once they are let go."""

    def __init__(self, *held: Scope) -> None:
        self.held = {scope: asyncio.Event() for scope in held}

    async def entries(self, scope: Scope) -> Sequence[Entry]:
        if scope in self.held:
            await self.held[scope].wait()
        return {"project": PROJECT, "all": ALL, "session": PROJECT[:1]}[scope]


def texts(search: Search) -> list[str]:
    return [hit.entry.text for hit in search.hits]


def test_letters_in_a_row_come_first_then_letters_apart_each_newest_first_and_once() -> None:
    entries = [Entry(text=text) for text in ("t-h-e", "the b", "a the", "the b", "nothing", "x")]
    assert [hit.entry.text for hit in found(entries, "the")] == ["the b", "a the", "t-h-e"]
    assert [hit.entry.text for hit in found(entries, "")] == ["t-h-e", "the b", "a the", "nothing", "x"]
    assert found(entries, "zzz") == ()


def test_a_search_narrows_moves_accepts_and_gives_the_draft_back() -> None:
    search = Search(draft="half").among("project", PROJECT)
    assert texts(search) == ["fix the parser", "write docs", "fix tests"]
    search = search.asking("fix").moved(1)
    assert (texts(search), search.accepted) == (["fix the parser", "fix tests"], "fix tests")
    assert search.moved(5).accepted == "fix tests"
    assert search.moved(-5).accepted == "fix the parser"
    nothing = search.asking("nothing like it")
    assert (texts(nothing), nothing.accepted, nothing.draft) == ([], "half", "half")
    assert texts(search.among("all", ALL)) == ["fix the parser", "fix tests"]


def test_the_heading_says_where_it_looks_and_when_nothing_is_found() -> None:
    search = Search(draft="")
    assert heading(search) == "history of this project (Ctrl+S: everywhere):   nothing typed yet"
    assert heading(search.asking("zz")) == "history of this project (Ctrl+S: everywhere): zz  nothing found"


def test_a_row_shows_one_line_and_inserts_the_whole_prompt() -> None:
    long = "first\nsecond " + "x" * 1000
    (item,) = items(Search(draft="draft").among("all", [Entry(text=long)]))
    assert item.applied("draft") == (long, len(long))
    assert len(item.label) == 300


async def test_the_scope_goes_from_the_project_to_everywhere_to_the_session_and_round() -> None:
    app = Screen()
    async with app.run_test(size=(100, 24)) as pilot:
        search = HistorySearch(app.menu, Typed())
        await search.open("half a draft")
        seen: list[tuple[str, int]] = []
        for _ in range(4):
            await pilot.pause()
            seen.append((app.rows()[0].split("(")[0].strip(), len(app.rows()) - 1))
            await search.widen()
        assert seen == [
            ("history of this project", 3),
            ("history of everywhere", 5),
            ("history of this session", 1),
            ("history of this project", 3),
        ]
        search.ask("red")
        assert search.query == "red"
        assert search.accept() == "\x1b[31mred [bold]"
        assert (app.menu.is_open, search.is_open) == (False, False)


async def test_giving_up_restores_the_draft_and_a_late_answer_changes_nothing() -> None:
    app = Screen()
    async with app.run_test() as pilot:
        past = Typed("project")
        search = HistorySearch(app.menu, past)
        opening = asyncio.create_task(search.open("half a draft"))
        await pilot.pause()
        assert app.menu.is_open
        assert search.cancel() == "half a draft"
        past.held["project"].set()
        await opening
        assert (app.menu.is_open, search.is_open) == (False, False)


async def test_of_two_scopes_asked_for_the_later_one_is_shown() -> None:
    app = Screen()
    async with app.run_test():
        past = Typed("all")
        search = HistorySearch(app.menu, past)
        await search.open("")
        late = asyncio.create_task(search.widen())
        await asyncio.sleep(0)
        await search.open("")
        past.held["all"].set()
        await late
        assert app.menu.chosen is not None
        assert app.menu.chosen.label == "fix the parser"
        search.ask("deploy")
        assert search.accept() == ""


async def test_two_thousand_long_prompts_are_searched_within_a_frame() -> None:
    entries = [Entry(text=f"prompt {number} " + "words and more " * 60) for number in range(2000)]
    assert len(found(entries, "prompt 19")) == 50
    assert len(found(entries, "prmt1999")) == 1
