"""Going back: to which prompt or call, and what that means for chat and files before it is done."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import TypeAlias

from heartbit_tui.client import titles
from heartbit_tui.client.shared import own_words
from heartbit_tui.client.visible import revealed
from heartbit_tui.tui.keys.keymap import Keymap
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import BLANK, Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.lines.setting import clean, one_line, wrapped
from heartbit_tui.tui.picker.screen import Picker
from heartbit_tui.tui.picker.types import Listing, Press, Row, Tone
from heartbit_tui.tui.screens.when import ago
from heartbit_tui.undo import preview as previewed
from heartbit_tui.undo.intent import What
from heartbit_tui.undo.past import Point
from heartbit_tui.undo.preview import Preview

FROM_PROMPT = (
    "Goes back to right before this prompt, and takes the prompt to the draft. What that means is shown first."
)
FROM_CALL = "Goes back to right before this call. What that means is shown first."
FROM_COMMAND = "Undoes what this command of yours did to files, and all that came after it. That is shown first."
FROM: Mapping[str, str] = MappingProxyType({"prompt": FROM_PROMPT, "call": FROM_CALL, "command": FROM_COMMAND})
SHOWN = 20_000
"""Letters of a prompt that are shown."""

ORDER: tuple[What, ...] = ("both", "files", "chat")
NAMES: Mapping[What, str] = MappingProxyType({"both": "chat and files", "files": "files alone", "chat": "chat alone"})
TONES: Mapping[str, Tone] = MappingProxyType(
    {"+": "ok", "-": "error", "~": "accent", "→": "accent", "!": "warning", "×": "muted"}
)

Ask: TypeAlias = Callable[[What, bool], Awaitable[Preview]]
"""What going back means: for what, and whether over what somebody else has changed, too. May raise `HeartbitError`."""


def rewind(points: Sequence[Point], now: datetime, live: Keymap, ink: Ink) -> Picker[Point]:
    """The prompts and calls that one can go back to, newest first; its result is the one to go back to before."""
    shown = [False]

    async def rows_for(query: str) -> Sequence[Row[Point]]:
        words = query.lower().split()
        found = rows(points, now, calls=shown[0] or bool(words))
        return [row for row in found if all(word in row.title.lower() for word in words)]

    def toggle(_: Point | None) -> str:
        shown[0] = not shown[0]
        listed.reload()
        return ""

    listing = Listing(
        title="Go back to before",
        rows=rows_for,
        verb="see what that means",
        empty="There is nothing to go back to.",
        status=lambda: "prompts and calls" if shown[0] else "prompts",
        extras=(Press(action="other-rows", title="calls too, or not", act=toggle),),
        preview=preview,
        same=lambda point: point.seq,
    )
    listed = Picker(listing, live, ink)
    return listed


def rows(points: Sequence[Point], now: datetime, *, calls: bool = False) -> list[Row[Point]]:
    """The prompts, newest first, each with its calls below it where these are wanted."""
    width = max((len(point.number) for point in points), default=1)
    files: dict[str, int] = {}
    for point in points:
        prompt = point.number.partition(".")[0]
        files[prompt] = files.get(prompt, 0) + point.files
    return [
        _row(point, width, files.get(point.number, point.files), now)
        for point in reversed(points)
        if calls or point.kind == "prompt"
    ]


def preview(point: Point, look: Look) -> list[Line]:
    """What going back means, and the whole prompt or call."""
    told = wrapped([(FROM[point.kind], look.ink.muted)], look.width)
    return [*told, BLANK, *wrapped([(clean(_words(point)[:SHOWN]), look.ink.text)], look.width)]


class Choice:
    """What a person chose so far of one going back: chat, files or both, and what it means."""

    def __init__(self, ask: Ask, what: What = "both") -> None:
        self._ask = ask
        self._known: dict[tuple[What, bool], Preview] = {}
        self.what: What = what
        self.overrule = False

    @property
    def preview(self) -> Preview | None:
        """What was shown last; None before."""
        return self._known.get((self.what, self.overrule))

    async def load(self) -> Preview:
        """What it means now."""
        key = (self.what, self.overrule)
        if key not in self._known:
            self._known[key] = await self._ask(*key)
        return self._known[key]

    def turn(self, by: int) -> None:
        """The next of chat, files and both."""
        self.what = ORDER[(ORDER.index(self.what) + by) % len(ORDER)]


def meaning(choice: Choice, title: str, cwd: str, live: Keymap, ink: Ink, *, fixed: bool = False) -> Picker[Preview]:
    """What going back means, row by row; its result is what is to be done. `fixed` leaves chat and files together."""

    async def rows_for(query: str) -> Sequence[Row[Preview]]:
        found = await choice.load()
        words = query.lower().split()
        return [row for row in meant(found, cwd) if all(word in f"{row.title} {row.note}".lower() for word in words)]

    def turned(by: int) -> Callable[[Preview | None], str]:
        def act(_: Preview | None) -> str:
            choice.turn(by)
            shown.reload()
            return ""

        return act

    def overruled(_: Preview | None) -> str:
        choice.overrule = not choice.overrule
        shown.reload()
        return (
            "What somebody else changed is put back, too." if choice.overrule else "What somebody else changed stays."
        )

    chat_or_files = (
        Press(action="less", title="chat", act=turned(-1)),
        Press(action="more", title="or files alone", act=turned(1)),
    )
    listing = Listing(
        title=title,
        rows=rows_for,
        verb="do it",
        status=lambda: NAMES[choice.what],
        extras=(*(() if fixed else chat_or_files), Press(action="other-rows", title="conflicts too", act=overruled)),
        same=lambda _: 0,
    )
    shown = Picker(listing, live, ink)
    return shown


def meant(found: Preview, cwd: str) -> list[Row[Preview]]:
    """A preview as rows; the first tells what becomes of the chat and how much of the files."""
    first = Row(key=found, title=previewed.summary(found), mark=("▸", "accent"))
    return [first, *(_told(found, row) for row in previewed.rows(found, cwd))]


def _told(found: Preview, told: previewed.Told) -> Row[Preview]:
    title = revealed(f"{told.name} {told.note}".strip())
    return Row(key=found, title=title, group=told.group, mark=(told.sign, TONES.get(told.sign, "text")))


def _words(point: Point) -> str:
    if point.kind == "call":
        return f"{point.tool} {titles.title(point.tool, point.input)}".strip()
    return own_words(point.text) if point.kind == "prompt" else f"! {point.text}"


def _row(point: Point, width: int, files: int, now: datetime) -> Row[Point]:
    lead: tuple[str, Tone] = (f"{point.number:<{width}}  ", "faint")
    changed = f"{files} file{'' if files == 1 else 's'}" if files else ""
    indent = "" if point.kind == "prompt" else "· "
    title = f"{indent}{one_line(_words(point)[:500])}"
    when = ago(point.at, now).rjust(11)
    return Row(key=point, title=title or "(a picture)", lead=lead, meta=((changed, "accent"), (when, "muted")))
