"""The models: what each reads and costs, which one answers now, and how much it is to think."""

from collections.abc import Sequence
from dataclasses import replace

from heartbit_tui.client.priced import Known, known as known_model
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.ops import Effort
from heartbit_tui.providers.models import matched, plain
from heartbit_tui.providers.pricing import PRICES
from heartbit_tui.tui.keys.keymap import Keymap
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.look import SIGNS
from heartbit_tui.tui.picker.screen import Picker
from heartbit_tui.tui.picker.types import Listing, Press, Row, Words

EFFORTS: tuple[Effort | None, ...] = (None, *Effort)
"""From left to right; None leaves it to the model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What to use from the next turn on; no `effort` leaves that to the model, no `provider` keeps the one of now."""

    provider: str
    model: str
    effort: Effort | None = None


class Models:
    """What the list of models remembers while it is open: the effort."""

    def __init__(self, known: Sequence[Known], current: Choice) -> None:
        self._known = known
        self._current = current
        self._effort = current.effort

    def listing(self) -> Listing[Choice]:
        """The list, the model of now under the cursor."""
        now = replace(self._current, effort=None)
        return Listing(
            title="Model",
            rows=rows(self._known, now),
            verb="use",
            start=now,
            status=lambda: told_effort(self._effort),
            extras=(
                Press(action="less", title="think less", act=lambda _: self._turn(-1)),
                Press(action="more", title="think more", act=lambda _: self._turn(1)),
            ),
            chosen=lambda choice: replace(choice, effort=self._effort),
            other=typed,
        )

    def _turn(self, by: int) -> str:
        at = EFFORTS.index(self._effort) + by
        self._effort = EFFORTS[min(max(at, 0), len(EFFORTS) - 1)]
        return ""


def models(known: Sequence[Known], current: Choice, live: Keymap, ink: Ink) -> Picker[Choice]:
    """The list of models; its result is what to use from the next turn on."""
    return Picker(Models(known, current).listing(), live, ink)


def rows(known: Sequence[Known], now: Choice) -> list[Row[Choice]]:
    """A row for each model, the provider of now first, and the model of now marked, also where it is not listed."""
    listed = list(known)
    if not any(each.provider == now.provider and each.model == now.model for each in listed):
        price = PRICES.get(matched(plain(now.model), PRICES))
        listed.insert(0, known_model(now.provider, now.model, price))
    ordered = sorted(listed, key=lambda each: (each.provider != now.provider, each.provider))
    return [_row(each, now) for each in ordered]


def typed(query: str) -> Row[Choice] | None:
    """The row for a name that was typed: any model can be used, also one that is not listed."""
    provider, colon, model = query.partition(":")
    choice = (
        Choice(provider=provider, model=model) if colon and provider.isalnum() else Choice(provider="", model=query)
    )
    if " " in query or not any(letter.isalnum() for letter in choice.model):
        return None
    where = choice.provider or "the provider of now"
    return Row(key=choice, title=choice.model, meta=(("as typed", "faint"),), note=f"of {where}, price unknown")


def told_effort(effort: Effort | None) -> str:
    """The effort with the keys that change it."""
    return f"effort ◂ {effort or 'the model’s own'} ▸"


def _row(known: Known, now: Choice) -> Row[Choice]:
    key = Choice(provider=known.provider, model=known.model)
    mark = (SIGNS["ok"], "ok") if key == now else ("", "text")
    return Row(key=key, title=known.model, meta=_meta(known), group=known.provider, mark=mark, also=known.provider)


def _meta(known: Known) -> Words:
    price = "price unknown"
    if known.price_in is not None and known.price_out is not None:
        price = f"${known.price_in:g} in  ${known.price_out:g} out"
    return ((_size(known.window).rjust(7), "faint"), (price.rjust(20), "muted"))


def _size(tokens: int | None) -> str:
    if tokens is None:
        return ""
    return f"{tokens / 1_000_000:.3g} M" if tokens >= 1_000_000 else f"{tokens // 1000} k"
