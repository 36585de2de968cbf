"""From time to time looks through what is to be done, and hands over a task where there is something."""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.schedules.firings import LEASE, Firings
from heartbit_tui.schedules.orders import Orders
from heartbit_tui.schedules.pulse_state import (
    SILENT,
    Rhythm,
    after_nothing,
    after_task,
    exhausted,
    next_look,
    read,
    today,
    written,
)
from heartbit_tui.schedules.todo import Entry, Todos
from heartbit_tui.schedules.todo.listing import open_ones
from heartbit_tui.schedules.types import Errand, Firing, Intake, Tell
from heartbit_tui.schedules.waking import Waking

SOURCE = "heartbit"
PLAN = "pulse"
_HERE = Path(__file__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """What the pulse is for: where it works, what it is told, and the sensors that watch beside it.

    `orders` reads the standing orders; it is called off the event loop. A `prompt` takes the place of heartbit's own;
    `{todos}`, `{orders}`, `{sensors}` and `{now}` in it are filled in.
    """

    folder: str
    orders: Callable[[], Orders]
    prompt: str = ""
    sensors: tuple[str, ...] = ()


class Pulse:
    """Looks, waits for what came of it, and looks again, so that it never overlaps itself; `run` goes on until cancelled."""

    def __init__(self, rhythm: Rhythm, purpose: Purpose, todos: Todos, firings: Firings, around: "Around") -> None:
        self._rhythm = rhythm
        self._purpose = purpose
        self._todos = todos
        self._firings = firings
        self._around = around
        self._waking = Waking(around.clock)
        self._told = ""

    def changed(self) -> None:
        """Work out the next look again: there is something new to do."""
        self._waking.changed()

    async def run(self) -> None:
        """Look, for ever. Cancelled, it leaves a task that goes on as it is, and waits for it when it runs again."""
        while True:
            try:
                moment = await self._round()
            except HeartbitError as error:
                self._tell(f"The pulse could not look: {error} It tries again in a minute.")
                moment = None
            await self._waking.until(moment)

    async def _round(self) -> datetime | None:
        """Look if it is time; when to look next."""
        now = self._around.clock.now()
        firing = await self._firings.seen(SOURCE, PLAN, now, (await self._firings.all()).get(SOURCE))
        if firing.stage == "running":
            await self._finish(firing)
            return self._around.clock.now()
        if firing.stage == "claimed" and firing.claimed is not None:
            # Another daemon hands this one over, or died while it did.
            return (
                await self._hand_over(firing, firing.due, now)
                if now >= firing.claimed + LEASE
                else firing.claimed + LEASE
            )
        entries = (await self._todos.listed()).entries
        moment = next_look(self._rhythm, read(firing.memo), firing.due, entries, now)
        if moment is None or moment > now:
            return moment
        return await self._look(firing, entries, now)

    async def _look(self, firing: Firing, entries: Sequence[Entry], now: datetime) -> datetime | None:
        """Hand over a task where there is something to do and money left; when to look next."""
        memo = read(firing.memo)
        orders = await asyncio.to_thread(self._purpose.orders)
        if orders.problem:
            self._tell(orders.problem)
        if not orders.text and not any(each.actionable(now) for each in entries):
            memo = after_nothing(memo, entries, now)
            await self._firings.pass_over(SOURCE, now, since=firing.due, memo=written(memo))
            return now
        if exhausted(self._rhythm, memo, now):
            cap = self._rhythm.most_per_day or 0.0
            self._tell(
                f"The pulse has cost ${memo.spent:.2f} on {today(now, self._rhythm.zone)}, and may cost ${cap:.2f} a day."
            )
            await self._firings.pass_over(SOURCE, now, since=firing.due)
            return now
        return await self._hand_over(firing, now, now)

    async def _hand_over(self, firing: Firing, due: datetime, now: datetime) -> datetime:
        if not await self._firings.claim(SOURCE, due, now, alone=True, since=firing.due):
            return now
        entries = (await self._todos.listed()).entries
        orders = await asyncio.to_thread(self._purpose.orders)
        task = await self._around.intake.submit(
            Errand(
                source=SOURCE,
                task=prompt(self._purpose, entries, orders.text, now),
                key=f"{SOURCE}:{due.isoformat()}",
                folder=self._purpose.folder,
                silent=SILENT,
            )
        )
        await self._firings.handed(SOURCE, due, task)
        await self._todos.review()
        return now

    async def _finish(self, firing: Firing) -> None:
        """Wait for the task of a look, and keep what came of it."""
        memo = read(firing.memo)
        try:
            result = await self._around.intake.outcome(firing.task)
        except KeyError:
            await self._firings.ended(SOURCE, firing.task, "unknown")
            return
        if result.cost_usd is None and self._rhythm.most_per_day is not None:
            self._tell(
                "What the pulse costs is not known, because its model has no price; its cap for the day cannot be held."
            )
        now = self._around.clock.now()
        entries = (await self._todos.listed()).entries
        memo = after_task(memo, result, entries, now, self._rhythm.zone)
        await self._firings.ended(SOURCE, firing.task, result.state, written(memo))

    def _tell(self, sentence: str) -> None:
        if sentence != self._told:
            self._told = sentence
            self._around.tell(sentence)


@dataclass(frozen=True, slots=True)
class Around:
    """The time, where tasks go, and who hears what goes wrong."""

    clock: Clock
    intake: Intake
    tell: Tell


def prompt(purpose: Purpose, entries: Sequence[Entry], orders: str, now: datetime) -> str:
    """What the agent is told."""
    parts = {"todos": open_ones(entries, now), "now": f"{now:%A, %Y-%m-%d %H:%M} UTC"}
    sensors = ", ".join(purpose.sensors)
    if purpose.prompt:
        return _filled(purpose.prompt, {**parts, "orders": orders, "sensors": sensors})
    sections = {
        "orders": _filled(_text("pulse_orders.md"), {"orders": orders}) if orders else "",
        "sensors": _filled(_text("pulse_sensors.md"), {"sensors": sensors}) if sensors else "",
    }
    return _filled(_text("pulse.md"), {**parts, **sections}).strip()


def _filled(text: str, parts: Mapping[str, str]) -> str:
    """A text with its parts in their places, in one go: what a part says is filled in nowhere."""
    return re.sub(r"\{(\w+)\}", lambda match: parts.get(match[1], match[0]), text)


def _text(name: str) -> str:
    return _HERE.with_name(name).read_text(encoding="utf-8")
