"""The settings: every key with its value and where it came from; the keys of the screen can be changed here."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Protocol, TypeAlias

from heartbit_tui.tui.keys.keymap import Keymap
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import BLANK, Line
from heartbit_tui.tui.lines.look import SIGNS, Look
from heartbit_tui.tui.picker.screen import Picker
from heartbit_tui.tui.picker.types import Listing, Press, Row

Simple: TypeAlias = str | bool | int | float
Write: TypeAlias = Callable[[str, Simple], Awaitable[None]]
"""Puts a key into the person's own file. Raises `HeartbitError` or `OSError`."""

CHANGED: Final = "{key} is now {value}, from the next start on; it stands in your own settings file."
ELSEWHERE: Final = "{key} comes from {source}, which counts before your own file; change it there."


class Shown(Protocol):
    """One key as it holds now; `client.settings_shown.Shown` is one."""

    @property
    def key(self) -> str:
        """Its dotted name."""
        ...

    @property
    def value(self) -> str:
        """What it is."""
        ...

    @property
    def source(self) -> str:
        """Where that comes from."""
        ...

    @property
    def choices(self) -> tuple[Simple, ...]:
        """What it can be set to here, empty where it cannot."""
        ...

    @property
    def outranked(self) -> bool:
        """Whether it comes from where the person's own file does not reach."""
        ...


def settings(shown: Callable[[], Awaitable[Sequence[Shown]]], write: Write, live: Keymap, ink: Ink) -> Picker[str]:
    """The list of settings; it stays open while keys are changed, with the arrows to the left and right."""
    return Picker(Settings(shown, write).listing(), live, ink)


class Settings:
    """What the list of settings knows while it is open."""

    def __init__(self, shown: Callable[[], Awaitable[Sequence[Shown]]], write: Write) -> None:
        self._shown = shown
        self._write = write
        self._known: dict[str, Shown] = {}

    def listing(self) -> Listing[str]:
        """The list; Enter closes it with the key."""
        return Listing(
            title="Settings",
            rows=self._rows,
            verb="close",
            preview=self._preview,
            extras=(
                Press(action="less", title="value before", act=lambda key: self.turn(key, -1)),
                Press(action="more", title="next value", act=lambda key: self.turn(key, 1)),
            ),
        )

    async def turn(self, key: str | None, by: int) -> str:
        """Set a key to its next choice, or the one before; what came of it, as a sentence."""
        shown = self._known.get(key or "")
        if shown is None or key is None:
            return ""
        if not shown.choices:
            return f"{key} is changed in the file that it stands in."
        if shown.outranked:
            return ELSEWHERE.format(key=key, source=shown.source)
        value = turned(shown, by)
        await self._write(key, value)
        return CHANGED.format(key=key, value=said(value))

    async def _rows(self, query: str) -> Sequence[Row[str]]:
        found = await self._shown()
        self._known = {each.key: each for each in found}
        words = query.lower().split()
        return [_row(each) for each in found if all(word in f"{each.key} {each.value}".lower() for word in words)]

    def _preview(self, key: str, look: Look) -> Sequence[Line]:
        shown = self._known.get(key)
        return preview(shown, look) if shown else ()


def turned(shown: Shown, by: int = 1) -> Simple:
    """The choice after (or before) the one that holds, round and round."""
    names = [said(each) for each in shown.choices]
    at = names.index(shown.value) if shown.value in names else (-1 if by > 0 else 0)
    return shown.choices[(at + by) % len(names)]


def said(value: Simple) -> str:
    """A value as the settings show it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def preview(shown: Shown, look: Look) -> list[Line]:
    """All that is known of a key."""
    ink = look.ink
    rows = setting.wrapped([(setting.clean(shown.key), ink.heading)], look.width)
    rows += [BLANK, *setting.wrapped([("value  ", ink.muted), (setting.clean(shown.value), ink.text)], look.width)]
    rows += setting.wrapped([("from   ", ink.muted), (setting.clean(shown.source), ink.path)], look.width)
    if shown.choices:
        rows.append(BLANK)
        for each in map(said, shown.choices):
            mark, style = (SIGNS["ok"], ink.ok) if each == shown.value else (SIGNS["bullet"], ink.muted)
            rows.append(setting.fitted([(f"{mark} ", style), (setting.clean(each), ink.text)], look.width))
        rows += [BLANK, *setting.wrapped([("← and → take another one.", ink.faint)], look.width)]
    return rows


def _row(shown: Shown) -> Row[str]:
    default = shown.source == "default"
    told = setting.cut(setting.one_line(shown.value), 40)
    return Row(
        key=shown.key,
        title=shown.key,
        meta=((told, "faint" if default else "text"),),
        note="" if default else shown.source,
        mark=("", "text") if default else (SIGNS["bullet"], "accent"),
        group=shown.key.partition(".")[0],
    )
