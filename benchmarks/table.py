"""The rows that a benchmark gives, and the table they make."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure: what was measured, its value, the floor beside it, the bar to stay under, whether it does."""

    what: str
    value: str
    floor: str
    bar: str
    holds: bool


def render(rows: Iterable[Row]) -> str:
    """A Markdown table."""
    lines = ["| what | measured | floor in the same run | bar | |", "|---|---|---|---|---|"]
    lines += [
        f"| {row.what} | {row.value} | {row.floor} | {row.bar} | {'holds' if row.holds else '**missed**'} |"
        for row in rows
    ]
    return "\n".join(lines)


def ratio(what: str, value: float, floor: float, bar: float, *, unit: str = "ms") -> Row:
    """A figure whose bar is so many times its floor."""
    times = value / floor
    return Row(
        what=what,
        value=f"{value:.0f} {unit} = {times:.2f} x",
        floor=f"{floor:.0f} {unit}",
        bar=f"<= {bar:g} x",
        holds=times <= bar,
    )


def bound(what: str, value: float, bar: float, *, unit: str, floor: str = "") -> Row:
    """A figure with a fixed bar."""
    return Row(
        what=what, value=f"{round(value, 1):g} {unit}", floor=floor, bar=f"<= {bar:g} {unit}", holds=value <= bar
    )
