from dataclasses import replace
from datetime import UTC, datetime, timedelta

from textual.app import App, ComposeResult

from heartbit_tui.kernel.events import MemoryRecalled, Recollection
from heartbit_tui.kernel.ledger import Line as Cost
from heartbit_tui.kernel.messages import Usage
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.lines.setting import cells
from heartbit_tui.tui.pane.pane import Pane
from heartbit_tui.tui.side.facts import Facts, count, lines
from heartbit_tui.tui.side.side import Side
from heartbit_tui.tui.theme.ink import ink
from heartbit_tui.tui.theme.load import load
from heartbit_tui.tui.transcript.recalled import Memories, after
from tests.tui.timeline.story import Story

INK = ink(load("heartbit"))
TODOS = tuple(
    {"content": words, "status": status, "priority": "high"}
    for words, status in (
        ("Read the failing test", "completed"),
        ("Mend [the] area", "in_progress"),
        ("Run\x1b[2J all", "pending"),
        ("Drop it", "cancelled"),
    )
)
COSTS = (
    Cost(
        agent="a", model="sonnet", purpose="turn", usage=Usage(input_tokens=20_000, output_tokens=3_000), cost_usd=0.11
    ),
    Cost(agent="a", model="haiku", purpose="turn", usage=Usage(input_tokens=500, output_tokens=30), cost_usd=0.01),
)
FACTS = Facts(
    todos=TODOS,
    last=Usage(input_tokens=1_200, output_tokens=800, cache_read_input_tokens=74_000),
    window=200_000,
    costs=COSTS,
)


class Screen(App[None]):
    def __init__(self, story: Story) -> None:
        super().__init__()
        self.story = story
        self.chosen: list[str] = []

    def compose(self) -> ComposeResult:
        yield Side(self.story.timeline, INK)

    def on_side_chosen(self, event: Side.Chosen) -> None:
        self.chosen.append(event.call)


def shown(app: App[None], name: str) -> list[str]:
    return [row.line.text.rstrip() for row in app.query_one(name, Pane).view.rows]


def test_the_sections_say_what_is_known() -> None:
    assert [line.text.rstrip() for line in lines(FACTS, Look(36, INK))] == [
        "─ todo 1/3 ─────────────────────────",
        "☑ Read the failing test",
        "◐ Mend [the] area",
        "☐ Run␛[2J all",
        "⊘ Drop it",
        "─ context 38 % ───────────── $0.12 ─",
        "▓▓▓▓▓▓▓▓░░░░░░░░░░░░ 76k of 200k",
        "1.2k new · 74k cached · 800 written",
        "sonnet             20k → 3.0k  $0.11",
        "haiku                500 → 30  $0.01",
    ]


def test_what_is_not_known_is_not_told() -> None:
    look = Look(36, INK)
    assert lines(Facts(), look) == []
    assert lines(Facts(memories=Memories()), look) == []
    assert "%" not in "".join(line.text for line in lines(Facts(last=Usage(input_tokens=5)), look))
    assert count(()) == ""


def test_what_was_recalled_is_told_with_its_strength_its_age_and_why() -> None:
    at = datetime(2026, 11, 22, 14, tzinfo=UTC)
    port = Recollection(
        id="a",
        content="The dev [server]\nhas port 4711",
        why="words: port, server",
        strength=0.8,
        created=(at - timedelta(days=3)).isoformat(),
        agent="heartbit",
        session="20261119-101010-abcd",
        source="17",
    )
    pinned = Recollection(id="b", content="Answer\x1b[2J in French", why="pinned", pinned=True, created="yesterday")
    first = MemoryRecalled(reason="start", query="q", entries=(pinned,))
    again = MemoryRecalled(reason="tool", query="q", entries=(port,), note="searched by words alone")
    told = after(after(None, first, at), again, at)
    assert [line.text.rstrip() for line in lines(Facts(memories=told), Look(70, INK))] == [
        "─ memory 2 ───────────────────────────────────────────────────────────",
        "? searched by words alone",
        "▓▓▓░ The dev [server] has port 4711",
        "     3 days ago · words: port, server",
        "     heartbit 20261119#17",
        "░░░░ ▪ Answer␛[2J in French",
        "     pinned",
    ]
    assert after(told, first, at).entries == (pinned, port)
    many = Memories(entries=tuple(replace(port, id=str(n)) for n in range(9)), at=at)
    assert lines(Facts(memories=many), Look(30, INK))[-1].text.strip() == "5 more"
    for width in (1, 2, 3, 7, 12, 20, 36):
        assert all(cells(line.text) <= width for line in lines(Facts(memories=told), Look(width, INK)))


def test_a_long_list_shows_what_is_around_the_first_open_item() -> None:
    todos = tuple({"content": f"item {n}", "status": "completed" if n < 30 else "pending"} for n in range(50))
    told = [line.text for line in lines(Facts(todos=todos), Look(36, INK))]
    assert (told[1], told[2], told[4], told[-1]) == ("  28 before", "☑ item 28", "☐ item 30", "  10 more")


def test_no_line_is_wider_than_its_room() -> None:
    widths = [1, 2, 3, 7, 12, 20, 36, 80]
    for width in widths:
        assert all(cells(line.text) <= width for line in lines(FACTS, Look(width, INK)))
    odd = Facts(todos=({"content": 3}, {"status": None, "content": "漢字" * 300}, {}), window=1, last=FACTS.last)
    assert all(cells(line.text) <= 20 for line in lines(odd, Look(20, INK)))


async def test_the_panel_follows_and_its_lower_half_takes_what_it_needs() -> None:
    story = Story().begin()
    app = Screen(story)
    async with app.run_test(size=(100, 30)) as pilot:
        side = app.query_one(Side)
        side.show(FACTS)
        await pilot.pause()
        await pilot.pause()
        assert app.query_one("#facts").size.height == 10
        for number in range(60):
            story.asks_for((f"c{number}", "read", {"file_path": f"{number}.py"}))
        side.touched()
        await pilot.pause()
        assert shown(app, "#timeline")[-1].split()[1:3] == ["read", "59.py"]
        assert len(app.query("*")) < 12
        side.show(Facts())
        await pilot.pause()
        await pilot.pause()
        assert app.query_one("#facts").size.height == 0


async def test_a_call_is_chosen_by_keys_and_by_the_mouse() -> None:
    story = Story().begin()
    story.asks_for(("a", "read", {}), ("b", "bash", {"command": "ls"}))
    story.turn()
    app = Screen(story)
    async with app.run_test(size=(100, 30)) as pilot:
        side = app.query_one(Side)
        side.move(-1)
        side.choose()
        side.move(-1)
        side.choose()
        await pilot.click("#timeline", offset=(3, 0))
        await pilot.pause()
        assert app.chosen == ["b", "a"]
        side.leave()
        assert app.query_one("#timeline", Pane).following


async def test_it_holds_in_the_smallest_terminal() -> None:
    story = Story().begin()
    story.asks_for(("a", "read", {}))
    app = Screen(story)
    async with app.run_test(size=(20, 5)) as pilot:
        side = app.query_one(Side)
        side.show(FACTS)
        await pilot.pause()
        await pilot.resize_terminal(3, 2)
        await pilot.pause()
        await pilot.resize_terminal(120, 40)
        await pilot.pause()
        await pilot.pause()
        assert app.query_one("#facts").size.height == 10
