"""What the lower part of the side panel tells, and how it is set in lines."""

from collections.abc import Sequence

from rich.style import Style

from heartbit_tui.client.filled import NAMES, soon
from heartbit_tui.client.jobs import Job
from heartbit_tui.context.outlook import Outlook
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import GoalJudged, GoalSet
from heartbit_tui.kernel.ledger import Line as Cost
from heartbit_tui.kernel.messages import JsonObject, Usage
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import SIGNS, Look
from heartbit_tui.tui.side import pursued
from heartbit_tui.tui.side.memories import lines as memory_lines
from heartbit_tui.tui.side.section import heading
from heartbit_tui.tui.status.figures import full_style, meter, money, percent, tokens
from heartbit_tui.tui.transcript.recalled import Memories

TODOS = 12
"""Items that are shown; the ones around the first that is not done."""

JOBS = 6
"""Commands in the background that are shown; the newest ones."""
KINDS = 4
"""Kinds of what fills the window that are shown."""

MODELS = 4
"""Models whose costs are shown one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """`window` is how many tokens the model reads at most, 0 where that is not known; `memories` are what was recalled
    in this run, None while nothing was looked for. `jobs` are the commands that run in the background. `outlook` is
    what fills the window, None where that is not known.
    """

    todos: tuple[JsonObject, ...] = ()
    last: Usage | None = None
    window: int = 0
    costs: tuple[Cost, ...] = ()
    memories: Memories | None = None
    jobs: tuple[Job, ...] = ()
    goal: GoalSet | None = None
    judged: GoalJudged | None = None
    """What came of the goal when it was last judged."""
    outlook: Outlook | None = None


def lines(facts: Facts, look: Look) -> list[Line]:
    """All sections that have something to tell, one under the other."""
    memories = memory_lines(facts.memories, look)
    goal = pursued.lines(facts.goal, facts.judged, look)
    sections = [_jobs(facts.jobs, look), goal, _todo(facts.todos, look), _context(facts, look), memories]
    return [line for section in sections for line in section]


def _jobs(jobs: tuple[Job, ...], look: Look) -> list[Line]:
    if not jobs:
        return []
    found = [heading(f"background {len(jobs)}", look)]
    for job in jobs[-JOBS:]:
        text = setting.one_line(job.command[:400])
        found.append(
            setting.fitted(
                [(f"{SIGNS['running']} ", look.ink.running), (f"{job.id} ", look.ink.muted), (text, look.ink.text)],
                look.width,
            )
        )
    return found


def count(todos: Sequence[JsonObject]) -> str:
    """How many items are done of how many, empty where there are none."""
    live = [each for each in todos if each.get("status") != "cancelled"]
    done = sum(each.get("status") == "completed" for each in live)
    return f"{done}/{len(live)}" if live else ""


def _todo(todos: Sequence[JsonObject], look: Look) -> list[Line]:
    if not todos:
        return []
    open_at = next((at for at, each in enumerate(todos) if each.get("status") not in ("completed", "cancelled")), 0)
    start = max(min(open_at - 2, len(todos) - TODOS), 0)
    shown = todos[start : start + TODOS]
    found = [heading(f"todo {count(todos)}", look)]
    if start:
        found.append(setting.fitted([(f"  {start} before", look.ink.faint)], look.width))
    found += [_item(each, look) for each in shown]
    left = len(todos) - start - len(shown)
    if left:
        found.append(setting.fitted([(f"  {left} more", look.ink.faint)], look.width))
    return found


def _item(todo: JsonObject, look: Look) -> Line:
    ink = look.ink
    text = setting.one_line(str(todo.get("content", ""))[:400])
    marks: dict[str, tuple[str, Style, Style]] = {
        "completed": (SIGNS["done"], ink.ok, ink.muted),
        "in_progress": (SIGNS["doing"], ink.running, ink.strong),
        "cancelled": (SIGNS["refused"], ink.faint, ink.faint),
        "failed": (SIGNS["failed"], ink.error, ink.text),
        "blocked": (SIGNS["waiting"], ink.warning, ink.text),
    }
    sign, mark, style = marks.get(str(todo.get("status", "")), (SIGNS["todo"], ink.muted, ink.text))
    return setting.fitted([(f"{sign} ", mark), (text, style)], look.width)


def _context(facts: Facts, look: Look) -> list[Line]:
    last, ink = facts.last, look.ink
    spent = sum(cost.cost_usd for cost in facts.costs)
    unpriced = any(cost.unpriced for cost in facts.costs)
    price = money(spent, unpriced=unpriced) if facts.costs else ""
    if last is None:
        return [heading("context", look, price)] if price else []
    used = facts.outlook.used if facts.outlook else last.prompt + last.output_tokens
    share = used / facts.window if facts.window else 0.0
    found = [heading(f"context {percent(share)}" if facts.window else "context", look, price)]
    if facts.window:
        bar = meter(share, max(min(look.width - 16, 24), 4), full_style(share, ink), ink.faint)
        found.append(setting.fitted([*bar, (f" {tokens(used)} of {tokens(facts.window)}", ink.muted)], look.width))
    fresh = last.input_tokens + last.cache_creation_input_tokens
    parts = (("new", fresh), ("cached", last.cache_read_input_tokens), ("written", last.output_tokens))
    found.append(setting.fitted([(" · ".join(f"{tokens(n)} {name}" for name, n in parts if n), ink.faint)], look.width))
    return found + _filled(facts.outlook, look) + _models(facts.costs, look)


def _filled(found: Outlook | None, look: Look) -> list[Line]:
    """The largest parts of what fills the window, and when it will be shortened."""
    if found is None:
        return []
    largest = sorted(found.kinds.items(), key=lambda pair: -pair[1])[:KINDS]
    rows = [
        setting.beside(
            [(f"  {NAMES[kind]}", look.ink.muted)], [(tokens(size), look.ink.faint)], look.width, look.ink.text
        )
        for kind, size in largest
    ]
    if found.size.threshold:
        rows.append(setting.fitted([(f"  {soon(found)}", look.ink.faint)], look.width))
    return rows


def _models(costs: Sequence[Cost], look: Look) -> list[Line]:
    """What each model read, wrote and cost, the dearest first, where there is more than one."""
    sums: dict[str, tuple[float, int, int]] = {}
    for each in costs:
        cost, read, wrote = sums.get(each.model, (0.0, 0, 0))
        sums[each.model] = (cost + each.cost_usd, read + each.usage.prompt, wrote + each.usage.output_tokens)
    order = sorted(sums, key=lambda name: (-sums[name][0], -sums[name][1], name))
    if len(order) < 2:
        return []
    return [_price(name, *sums[name], look) for name in order[:MODELS]]


def _price(name: str, cost: float, read: int, wrote: int, look: Look) -> Line:
    right = [(f"{tokens(read)} → {tokens(wrote)}  {money(cost)}", look.ink.faint)]
    return setting.beside([(setting.one_line(name[:400]), look.ink.muted)], right, look.width, look.ink.text)
