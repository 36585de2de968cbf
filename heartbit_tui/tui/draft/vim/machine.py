"""The state of vi: its mode, the keys of a command so far, its register, and what `.` repeats."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Literal, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.draft.motions import left, line_end, line_start
from heartbit_tui.tui.draft.passage import Passage
from heartbit_tui.tui.draft.vim import edits, visual
from heartbit_tui.tui.draft.vim.edits import Outcome, Register, Span, counted_lines, operated, span_to, widened
from heartbit_tui.tui.draft.vim.grammar import Command, reading
from heartbit_tui.tui.draft.vim.objects import span_of
from heartbit_tui.tui.draft.vim.places import (
    END_OF_LINE,
    Find,
    Target,
    at_column,
    column,
    first_nonblank,
    operator_target,
    resting,
    target,
)

Mode: TypeAlias = Literal["insert", "normal", "visual", "visual line"]
Act: TypeAlias = Literal["", "undo", "redo", "up", "down"]

_OPPOSITE = str.maketrans("ftFT", "FTft")
_SHORT: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"D": ("d", "$"), "C": ("c", "$"), "S": ("c", "line"), "Y": ("y", "line")}
)
_LEAVING = ("escape", "ctrl+left_square_bracket")


@dataclass(frozen=True, slots=True)
class Stroke:
    """What a key did: the passage now, and what is left to the draft to do."""

    passage: Passage
    act: Act = ""


class Vim:
    """Turns keys into passages. It begins in insert mode, where every key but Esc is the draft's own."""

    def __init__(self) -> None:
        self.mode: Mode = "insert"
        self._keys: list[str] = []
        self._register = Register()
        self._find: Find | None = None
        self._want: int | None = None
        self._anchor = 0
        self._begun = Passage()
        self._running = Command()
        self._repeatable: tuple[Command, str] | None = None

    def press(self, key: str, passage: Passage) -> Stroke | None:
        """What a key does; None for one that is not vi's. `key` is the letter itself, else the key's name."""
        if self.mode == "insert":
            return self._leave_insert(passage) if key in _LEAVING else None
        if key in _LEAVING:
            return self._leave(passage)
        if len(key) > 1 and key != "ctrl+r":
            self._keys.clear()
            return None
        self._keys.append(key)
        command = reading(self._keys, visual=self.mode != "normal")
        if command == "unfinished":
            return Stroke(passage)
        self._keys.clear()
        return Stroke(passage) if command == "wrong" else self._do(command, passage)

    def marked(self, passage: Passage) -> tuple[int, int] | None:
        """What visual mode has selected; None in the other modes."""
        if self.mode not in ("visual", "visual line"):
            return None
        span = visual.span(passage.text, self._anchor, passage.cursor, lines=self.mode == "visual line")
        return span.start, span.end

    def reset(self) -> None:
        """Begin anew in insert mode, as after sending."""
        self.mode = "insert"
        self._keys.clear()
        self._begun = Passage()
        self._running = Command()

    def _leave(self, passage: Passage) -> Stroke | None:
        if self.mode == "normal" and not self._keys:
            return None
        self.mode = "normal"
        self._keys.clear()
        return Stroke(Passage(passage.text, resting(passage.text, passage.cursor)))

    def _do(self, command: Command, passage: Passage) -> Stroke:
        if self.mode != "normal":
            return self._in_visual(command, passage)
        if command.act in ("u", "ctrl+r"):
            return Stroke(passage, "undo" if command.act == "u" else "redo")
        if command.act in ("v", "V"):
            self.mode = "visual" if command.act == "v" else "visual line"
            self._anchor = passage.cursor
            return Stroke(passage)
        if command.act == "":
            return self._move(command, passage)
        if command.act == ".":
            return self._again(command, passage)
        return self._change(command, passage)

    def _change(self, command: Command, passage: Passage) -> Stroke:
        outcome = self._outcome(command, passage)
        if outcome is None:
            return Stroke(passage)
        self._want = None
        self._keep(outcome)
        if outcome.inserts:
            self.mode, self._begun, self._running = "insert", outcome.passage, command
        elif command.act != "y" and command.act != "Y":
            self._repeatable = command, ""
        return Stroke(outcome.passage)

    def _keep(self, outcome: Outcome) -> None:
        if outcome.register is not None and (outcome.register.text or outcome.register.lines):
            self._register = outcome.register

    def _outcome(self, command: Command, passage: Passage) -> Outcome | None:
        """What an act or an operator makes of the passage; None where it can do nothing."""
        count = command.count or 1
        match command.act:
            case "i" | "a" | "I" | "A" | "o" | "O":
                return Outcome(edits.entered(command.act, passage), inserts=True)
            case "x" | "X" | "s":
                return _letters(command.act, passage, count)
            case "p" | "P":
                return Outcome(edits.put(passage, self._register, count, before=command.act == "P"))
            case "~":
                return Outcome(edits.swapped(passage, count))
            case "J":
                return Outcome(edits.joined(passage, count))
            case "r":
                return Outcome(edits.overwritten(passage, command.argument, count))
            case short if short in _SHORT:
                act, motion = _SHORT[short]
                return self._operated(replace(command, act=act, motion=motion), passage)
            case _:
                return self._operated(command, passage)

    def _operated(self, command: Command, passage: Passage) -> Outcome | None:
        text, at = passage.text, passage.cursor
        count = command.count or 1
        if command.motion == "line":
            span = counted_lines(text, at, count)
            return None if span is None else operated(command.act, text, span, at)
        if command.motion[0] in "ia":
            found = span_of(command.motion, text, at, count)
            return None if found is None else operated(command.act, text, Span(*found), found[0])
        goal = operator_target(command.act, command.motion, text, at, command.count, self._find_of(command))
        if goal is None:
            return None
        span = span_to(text, at, goal)
        to = min(at, _landing(command.motion, text, at, goal))
        return operated(command.act, text, widened(text, span) if command.act == "d" else span, to)

    def _find_of(self, command: Command) -> Find | None:
        """What f, t, F, T look for, which is remembered, or what ; and , look for again."""
        if command.argument:
            self._find = Find(command.motion, command.argument)
        if command.motion == "," and self._find is not None:
            return Find(self._find.motion.translate(_OPPOSITE), self._find.letter)
        return self._find

    def _move(self, command: Command, passage: Passage) -> Stroke:
        goal = target(command.motion, passage.text, passage.cursor, command.count, self._find_of(command))
        if goal is None:
            edge: Act = "up" if command.motion == "k" else "down" if command.motion == "j" else ""
            return Stroke(passage, edge)
        at = self._rest(command.motion, goal, passage)
        return Stroke(Passage(passage.text, at if self.mode != "normal" else resting(passage.text, at)))

    def _rest(self, motion: str, goal: Target, passage: Passage) -> int:
        """Where the cursor stands after a motion: up and down keep their column."""
        if motion in ("j", "k"):
            self._want = column(passage.text, passage.cursor) if self._want is None else self._want
            return at_column(passage.text, goal.at, self._want, beyond=self.mode != "normal")
        self._want = END_OF_LINE if motion == "$" else None
        if motion == "$" and self.mode != "normal":
            return line_end(passage.text, goal.at)
        return first_nonblank(passage.text, goal.at) if goal.reach == "lines" else goal.at

    def _again(self, command: Command, passage: Passage) -> Stroke:
        if self._repeatable is None:
            return Stroke(passage)
        last, inserted = self._repeatable
        last = last if command.count is None else replace(last, count=command.count)
        stroke = self._change(last, passage)
        if self.mode != "insert":
            return stroke
        now = stroke.passage
        typed = now.text[: now.cursor] + inserted + now.text[now.cursor :]
        return self._leave_insert(Passage(typed, now.cursor + len(inserted)))

    def _leave_insert(self, passage: Passage) -> Stroke:
        self.mode = "normal"
        command, inserted = self._running, _inserted(self._begun, passage)
        text, at = passage.text, passage.cursor
        times = (command.count or 1) if command.act in ("i", "a", "I", "A", "o", "O") else 1
        if inserted and times > 1:
            more = ("\n" + inserted if command.act in ("o", "O") else inserted) * (times - 1)
            at = self._begun.cursor + len(inserted)
            text, at = text[:at] + more + text[at:], at + len(more)
        if command.act:
            self._repeatable = command, inserted
        self._running = Command()
        return Stroke(Passage(text, left(text, at) if at > line_start(text, at) else at))

    def _in_visual(self, command: Command, passage: Passage) -> Stroke:
        if command.act in ("v", "V"):
            wanted: Mode = "visual" if command.act == "v" else "visual line"
            self.mode = "normal" if self.mode == wanted else wanted
            return Stroke(passage)
        if command.act == "o":
            self._anchor, at = passage.cursor, self._anchor
            return Stroke(Passage(passage.text, at))
        if command.act == "":
            return self._extend(command, passage)
        span = visual.span(passage.text, self._anchor, passage.cursor, lines=self.mode == "visual line")
        first = min(self._anchor, passage.cursor)
        if self.mode == "visual line" and self._anchor <= passage.cursor:
            first = span.start
        outcome = visual.done(command, Passage(passage.text, first), span, self._register)
        self.mode = "insert" if outcome.inserts else "normal"
        self._begun, self._running = outcome.passage, Command()
        self._keep(outcome)
        return Stroke(outcome.passage)

    def _extend(self, command: Command, passage: Passage) -> Stroke:
        if command.motion[:1] not in ("i", "a"):
            stroke = self._move(command, passage)
            return replace(stroke, act="")
        found = span_of(command.motion, passage.text, passage.cursor, command.count or 1)
        if found is None or found[0] == found[1]:
            return Stroke(passage)
        self._anchor = found[0]
        if found[2]:
            self.mode = "visual line"
        return Stroke(Passage(passage.text, left(passage.text, found[1])))


def _landing(motion: str, text: str, at: int, goal: Target) -> int:
    """Where the cursor would stand after a motion."""
    if motion in ("j", "k"):
        return at_column(text, goal.at, column(text, at))
    return first_nonblank(text, goal.at) if goal.reach == "lines" else goal.at


def _letters(act: str, passage: Passage, count: int) -> Outcome | None:
    """x, X and s, which take letters of the line."""
    goal = target("h" if act == "X" else "l", passage.text, passage.cursor, count, None)
    if goal is None:
        return Outcome(passage, Register(), inserts=True) if act == "s" else None
    span = span_to(passage.text, passage.cursor, goal)
    return operated("c" if act == "s" else "d", passage.text, span, passage.cursor)


def _inserted(begun: Passage, now: Passage) -> str:
    """What was typed where insert mode began; empty when something else was changed too."""
    ahead, behind = begun.text[: begun.cursor], begun.text[begun.cursor :]
    grown = len(now.text) - len(begun.text)
    if grown <= 0 or not now.text.startswith(ahead) or not now.text.endswith(behind):
        return ""
    return now.text[len(ahead) : len(ahead) + grown]
