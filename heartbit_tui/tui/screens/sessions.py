"""The sessions: found by what was said in them, opened, copied, renamed, written to a file, deleted."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.keys.keymap import Keymap
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import BLANK, Line
from heartbit_tui.tui.lines.look import SIGNS, Look
from heartbit_tui.tui.lines.setting import clean, fitted, one_line, wrapped
from heartbit_tui.tui.picker.screen import Picker
from heartbit_tui.tui.picker.types import Confirm, Extra, Listing, Name, Press, Row, Take, Tone
from heartbit_tui.tui.screens.when import ago, day

TITLE_ASKED = 40
"""Letters of a title in a question."""

IN_DAEMON = "in the daemon"

PROMPTS = 8
"""Prompts that are shown of a session, the newest first."""

PROMPT_LINES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A session as the index has it; `unpriced` counts the model calls whose price is not known.

    One in state `daemon` is open in a daemon; `works` is whether it does something there now.
    """

    id: str
    title: str
    updated: datetime
    cwd: str
    state: Literal["open", "daemon", "ended", "crashed"] = "ended"
    works: bool = False
    messages: int = 0
    cost_usd: float = 0.0
    unpriced: int = 0
    model: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What is to become of a session: go on with it, or with a copy of it. `words` are those that it was found by."""

    session: Known
    how: Literal["open", "fork"] = "open"
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What the list does its work with; each may raise `HeartbitError` or `OSError`, which is told below the list.

    `search` gets what was typed, and whether to look in all folders; it answers newest first. `prompts` are the
    words that were typed in a session, newest first. `export` answers with the path that was written.
    """

    search: Callable[[str, bool], Awaitable[Sequence[Known]]]
    prompts: Callable[[str], Awaitable[Sequence[str]]]
    rename: Callable[[str, str], Awaitable[None]]
    delete: Callable[[str], Awaitable[None]]
    export: Callable[[str], Awaitable[str]]
    now: Callable[[], datetime]


class Sessions:
    """What the list of sessions remembers while it is open: whose folders it shows. `current` is the open session."""

    def __init__(self, means: Means, *, current: str = "", home: str = "", everywhere: bool = False) -> None:
        self._means = means
        self._current = current
        self._home = home
        self._everywhere = everywhere

    def listing(self) -> Listing[Chosen]:
        """The list."""
        return Listing(
            title="Sessions",
            rows=self._load,
            verb="open",
            empty="No session of this folder yet." if not self._everywhere else "No session yet.",
            extras=self._extras(),
            preview=self._preview,
            same=lambda chosen: chosen.session.id,
            status=lambda: "all folders" if self._everywhere else "this folder",
        )

    async def _load(self, query: str) -> Sequence[Row[Chosen]]:
        now = self._means.now()
        found = await self._means.search(query.strip(), self._everywhere)
        return [self._row(known, now, query.strip()) for known in found]

    def _row(self, known: Known, now: datetime, words: str) -> Row[Chosen]:
        when = ago(known.updated, now)
        parts = [*self._state(known), known.model, _messages(known.messages), *self._folder(known)]
        return Row(
            key=Chosen(session=known, words=words),
            title=known.title or "no title yet",
            meta=((money(known.cost_usd, known.unpriced).rjust(8), "faint"), (when.rjust(11), "muted")),
            note=" · ".join(filter(None, parts)),
            group=IN_DAEMON if known.state == "daemon" else day(known.updated, now),
            mark=self._mark(known),
        )

    def _state(self, known: Known) -> tuple[str, ...]:
        if known.id == self._current:
            return ("open here",)
        if known.state == "daemon":
            return ("at work in the daemon" if known.works else "open in the daemon",)
        return {"open": ("open elsewhere",), "crashed": ("did not end well",), "ended": ()}[known.state]

    def _mark(self, known: Known) -> tuple[str, Tone]:
        if known.id == self._current:
            return SIGNS["running"], "accent"
        marks: dict[str, tuple[str, Tone]] = {
            "open": (SIGNS["running"], "info"),
            "daemon": (SIGNS["running"], "running" if known.works else "info"),
            "crashed": (SIGNS["cut"], "warning"),
            "ended": ("", "text"),
        }
        return marks[known.state]

    def _folder(self, known: Known) -> tuple[str, ...]:
        return (short(known.cwd, self._home),) if self._everywhere or known.state == "daemon" else ()

    def _extras(self) -> tuple[Extra[Chosen], ...]:
        means = self._means
        return (
            Press(action="other-rows", title="other folders", act=lambda _: self._turn()),
            Take(action="fork-row", title="copy", result=lambda chosen: replace(chosen, how="fork")),
            Name(
                action="rename-row",
                title="rename",
                asks="take the new title",
                words=lambda chosen: chosen.session.title,
                act=self._rename,
            ),
            Press(action="export-row", title="export", act=self._export),
            Confirm(action="delete-row", title="delete", asks=_asks, act=lambda each: _done(means.delete, each)),
        )

    def _turn(self) -> str:
        self._everywhere = not self._everywhere
        return ""

    async def _rename(self, chosen: Chosen, title: str) -> str:
        await self._means.rename(chosen.session.id, title)
        return ""

    async def _export(self, chosen: Chosen | None) -> str:
        return f"Written: {await self._means.export(chosen.session.id)}" if chosen else ""

    async def _preview(self, chosen: Chosen, look: Look) -> Sequence[Line]:
        prompts = await self._means.prompts(chosen.session.id)
        return preview(chosen.session, prompts, self._home, look)


def sessions(means: Means, live: Keymap, ink: Ink, *, current: str = "", home: str = "") -> Picker[Chosen]:
    """The list of sessions; its result says which to open, or to open a copy of."""
    return Picker(Sessions(means, current=current, home=home).listing(), live, ink)


def preview(known: Known, prompts: Sequence[str], home: str, look: Look) -> list[Line]:
    """What is told of a session beside the list: its title, where it is at home, what was asked last."""
    ink = look.ink
    told = wrapped([(one_line(known.title) or "no title yet", ink.strong)], look.width)
    told += [
        fitted([(short(known.cwd, home), ink.path)], look.width),
        fitted([(known.id, ink.faint)], look.width),
        BLANK,
    ]
    for prompt in prompts[:PROMPTS]:
        text = clean(prompt.strip()[: look.width * PROMPT_LINES * 2])
        rows = wrapped([(text, ink.text)], look.width, first=[(f"{SIGNS['prompt']} ", ink.accent)])
        told += [
            *rows[:PROMPT_LINES],
            *([fitted([("  …", ink.muted)], look.width)] if len(rows) > PROMPT_LINES else []),
        ]
    return told


def money(cost: float, unpriced: int = 0) -> str:
    """A price in US dollars; what is not known is not told as nothing."""
    known = f"${cost:.2f}" if cost >= 0.005 else "<$0.01" if cost > 0 else ""
    if unpriced:
        return f"{known}+?" if known else "$?"
    return known


def short(path: str, home: str) -> str:
    """A path with ~ for the home folder."""
    clear = one_line(path)
    return f"~{clear.removeprefix(home)}" if home and (clear == home or clear.startswith(f"{home}/")) else clear


def _messages(count: int) -> str:
    return f"{count:,} message{'' if count == 1 else 's'}" if count else ""


def _asks(chosen: Chosen) -> str:
    title = one_line(chosen.session.title) or "no title yet"
    return f"Delete “{title if len(title) <= TITLE_ASKED else title[: TITLE_ASKED - 1] + '…'}” for good?"


async def _done(work: Callable[[str], Awaitable[None]], chosen: Chosen) -> str:
    await work(chosen.session.id)
    return "Deleted."
