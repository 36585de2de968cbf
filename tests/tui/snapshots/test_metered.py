"""What fills the window, what it costs, and what asks before it costs more."""

from dataclasses import dataclass
from datetime import date

from heartbit_tui.context.ledger import Item, Kind
from heartbit_tui.context.outlook import Outlook, Size
from heartbit_tui.kernel.events import (
    BudgetExceeded,
    CacheExpired,
    CapChanged,
    Choice,
    Question,
    QuestionAsked,
    RunCompleted,
)
from heartbit_tui.kernel.ledger import Capped, Daily
from heartbit_tui.kernel.messages import Text, Usage
from heartbit_tui.kernel.ops import Drop
from heartbit_tui.kernel.spending import ONCE, STOP
from heartbit_tui.tui.screens.context import ContextScreen
from tests.tui.snapshots.conftest import Open
from tests.tui.snapshots.script import answered, asked
from tests.tui.snapshots.stage import Stage
from tests.tui.snapshots.test_talk import TASK

COLD = CacheExpired(tokens=84_000, idle=1_920, lifetime=300, cost_usd=0.42, cached_usd=0.034)


def item(kind: Kind, title: str, size: int, at: int = 0, *, out: bool = False) -> Item:
    """An item of so many tokens, that stands at a seq of the log; `out` ones were taken out."""
    call = f"c{at}" if kind in ("file", "result") else ""
    droppable = kind in ("file", "result", "tools") and not out
    return Item(
        kind=kind,
        title=title,
        tokens=size,
        letters=size * 4,
        first=at,
        last=at,
        call=call,
        droppable=droppable,
        restorable=out,
    )


FILLED = Outlook(
    plain=(
        item("system", "system prompt", 1_800),
        item("instructions", "~/.config/heartbit/AGENTS.md", 420),
        item("instructions", "/home/you/project/AGENTS.md", 2_300),
        item("tools", "bash", 1_040),
        item("tools", "read", 540),
        item("tools", "mcp_github_search_issues", 6_200),
        item("tools", "websearch", 0, out=True),
        item("summary", "summary of 1–80", 3_100),
        item("prompt", "The mean of no gaps is 0, but it should be an error.", 40, 81),
        item("told", "[Today is 2026-11-22. Mode: ask]", 30, 82),
        item("answer", "I look at the code first.", 60, 84),
        item("file", "read pulse.py", 18_400, 85),
        item("result", "bash pytest -q", 9_700, 87),
        item("file", "read docs/[rhythm].md", 44, 89, out=True),
        item("answer", "Two tests fail.", 900, 91),
        item("result", "grep mean", 5_200, 93),
    ),
    end=90,
    size=Size(window=200_000, threshold=60_000, totals=(38_000, 41_000, 44_500)),
)


@dataclass
class FakeMeters:
    """Meters that show what they are given."""

    found: Outlook = FILLED
    expired: CacheExpired | None = None
    caps: tuple[Capped, ...] = ()
    days: tuple[Daily, ...] = ()

    def outlook(self) -> Outlook:
        return self.found

    def glance(self) -> Outlook | None:
        return self.found

    async def look(self) -> Outlook:
        return self.found

    def cold(self) -> CacheExpired | None:
        return self.expired

    def capped(self) -> tuple[Capped, ...]:
        return self.caps

    async def daily(self, days: int) -> list[Daily]:
        return list(self.days)


async def talked(stage: Stage, meters: FakeMeters) -> None:
    """A session in which something was said."""
    stage.client.metered = meters
    await stage.play(*asked(TASK), *answered(Text(text="I look.")))


async def test_what_fills_the_window_is_listed_and_taken_out_by_a_key(opened: Open) -> None:
    async with opened() as stage:
        await talked(stage, FakeMeters())
        await stage.act("context")
        await stage.until("Context", "compaction at 60k, in about 3 turns", "mcp_github_search_issues")
        await stage.shot("context")
        await stage.press("s", *["down"] * 1)
        await stage.until("what stands behind it")
        await stage.press("d")
        assert [op for op in stage.client.sent if isinstance(op, Drop)] == [Drop(calls=("c85",))]
        await stage.shot("context-by-size")


async def test_the_side_panel_and_the_last_row_tell_how_full_the_window_is_and_of_what(opened: Open) -> None:
    async with opened() as stage:
        await talked(stage, FakeMeters())
        await stage.until("25 %")
        await stage.shot("filled")


async def test_costs_are_told_by_model_and_day_with_the_caps(opened: Open) -> None:
    usage = Usage(input_tokens=120_000, output_tokens=9_400, cache_read_input_tokens=2_400_000)
    days = tuple(
        Daily(day=date(2026, 11, day), model=model, calls=calls, usage=usage, cost_usd=cost, unpriced=unpriced)
        for day, model, calls, cost, unpriced in (
            (22, "claude-sonnet-4-5", 41, 1.31, 0),
            (22, "qwen3-[local]", 7, 0.0, 7),
            (21, "claude-sonnet-4-5", 130, 4.9, 0),
        )
    )
    caps = (Capped(period="session", used=0.4, cap=2.0), Capped(period="day", used=4.8, cap=5.0))
    async with opened() as stage:
        await talked(stage, FakeMeters(days=days, caps=caps))
        await stage.act("cost")
        await stage.until("this session", "caps", "all sessions")
        await stage.shot("costs")


async def test_that_the_cache_has_expired_is_told_where_a_prompt_is_written_and_when_it_is_sent(opened: Open) -> None:
    async with opened() as stage:
        await talked(stage, FakeMeters(expired=COLD))
        await stage.play(*_over())
        await stage.type("and now mend it")
        await stage.until("cache expired: about $0.42 instead of $0.034")
        await stage.play(*asked("and now mend it"), COLD)
        await stage.until("84,000 tokens are read anew")
        await stage.shot("cold")


async def test_a_cap_that_is_reached_asks_a_person(opened: Open) -> None:
    asks = "This run has cost $1.20, and its cap is $1.00. Go on? (An amount of your own becomes the new cap.)"
    more = Choice(label="Raise to $2.00", description="until this session is closed")
    question = Question(question=asks, header="Cost", options=(ONCE, more, STOP))
    exceeded = BudgetExceeded(used=1.2, limit=1.0, partial_usage=Usage(), unit="usd", action="asked")
    async with opened() as stage:
        await talked(stage, FakeMeters())
        await stage.play(CapChanged(period="run", usd=1.0), exceeded, QuestionAsked(id="q1", questions=(question,)))
        await stage.until("Go on once", "Raise to $2.00", "Spent $1.20 of $1.00 for this run.")
        await stage.shot("cap")


async def test_no_cursor_leaves_the_list_of_what_fills_the_window(opened: Open) -> None:
    async with opened() as stage:
        await talked(stage, FakeMeters())
        await stage.act("context")
        for key in ("end", "pagedown", "down", "home", "pageup", "up", "s", "end", "d"):
            await stage.press(key)
        assert isinstance(stage.app.screen, ContextScreen)
        await stage.shot("context-end")
        await stage.press("escape")
        assert not isinstance(stage.app.screen, ContextScreen)


def _over() -> tuple[RunCompleted, ...]:
    return (RunCompleted(total_usage=Usage(), tool_calls_made=0),)
