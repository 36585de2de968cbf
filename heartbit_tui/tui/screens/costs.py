"""What was spent: in this session by model, of what may be spent, and on the last days in all sessions."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from heartbit_tui.client import cascaded
from heartbit_tui.client.metered import OF
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.ledger import Capped, Daily, Line as Cost
from heartbit_tui.kernel.messages import Usage
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.line import BLANK, Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.side.section import heading
from heartbit_tui.tui.status.figures import full_style, meter, money, percent, tokens

DAYS = 14
"""Days that are told of."""

BAR = 12
NONE_YET = "No model was called yet."
CUT = "{count} were cut off: what the service charged for them is unknown."


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """`lines` are this session's, `cut` its calls whose price is not known, `days` those of all sessions."""

    lines: tuple[Cost, ...] = ()
    cut: int = 0
    capped: tuple[Capped, ...] = ()
    days: tuple[Daily, ...] = ()


def lines(told: Told, look: Look) -> Sequence[Line]:
    """All of it, one under the other."""
    return [BLANK, *_session(told, look), *_caps(told.capped, look), *_days(told.days, look)]


def _session(told: Told, look: Look) -> Iterator[Line]:
    ink = look.ink
    if not told.lines:
        yield setting.fitted([(NONE_YET, ink.muted)], look.width)
    spent = sum(line.cost_usd for line in told.lines)
    unpriced = any(line.unpriced for line in told.lines) or bool(told.cut)
    if told.lines:
        yield heading("this session", look, money(spent, unpriced=unpriced))
    for line in told.lines:
        name = line.model if line.purpose == "turn" else f"{line.model} ({line.purpose})"
        yield _row(name, line.calls, line.usage, money(line.cost_usd, unpriced=bool(line.unpriced)), look)
        if line.unpriced:
            yield setting.fitted([(f"  {line.unpriced} of unknown price", ink.warning)], look.width)
    if saved := cascaded.saving(told.lines):
        yield setting.fitted([(f"  {saved}", ink.ok)], look.width)
    if told.cut:
        count = f"{told.cut} call{'' if told.cut == 1 else 's'}"
        yield setting.fitted([(CUT.format(count=count), ink.warning)], look.width)


def _caps(capped: Sequence[Capped], look: Look) -> Iterator[Line]:
    if capped:
        yield BLANK
        yield heading("caps", look)
    for each in capped:
        share = each.used / each.cap if each.cap else 1.0
        style = full_style(share, look.ink)
        left = [(f"  {OF[each.period]:<14}", look.ink.muted), *meter(share, BAR, style, look.ink.faint)]
        right = [(f"{money(each.used)} of {money(each.cap or 0.0)}  {percent(share):>5}", look.ink.text)]
        yield setting.beside(left, right, look.width, look.ink.text)


def _days(days: Sequence[Daily], look: Look) -> Iterator[Line]:
    if days:
        yield BLANK
    for day, group in groupby(days, lambda each: each.day):
        several = list(group)
        spent = sum(each.cost_usd for each in several)
        unpriced = any(each.unpriced for each in several)
        yield heading(f"{day:%a %d %b %Y}, all sessions", look, money(spent, unpriced=unpriced))
        for each in several:
            yield _row(each.model, each.calls, each.usage, money(each.cost_usd, unpriced=bool(each.unpriced)), look)


def _row(name: str, calls: int, usage: Usage, cost: str, look: Look) -> Line:
    ink = look.ink
    told = setting.one_line(name[:400])
    read = f"{tokens(usage.prompt)} in"
    cached = f", {tokens(usage.cache_read_input_tokens)} cached" if usage.cache_read_input_tokens else ""
    right = f"{calls} call{'' if calls == 1 else 's'}  {read}{cached}, {tokens(usage.output_tokens)} out  {cost:>8}"
    return setting.beside([("  ", ink.text), (told, ink.text)], [(right, ink.muted)], look.width, ink.text)
