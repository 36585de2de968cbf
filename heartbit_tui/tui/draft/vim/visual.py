"""What the acts of visual mode do to what is selected."""

from dataclasses import replace

from heartbit_tui.tui.draft.motions import right
from heartbit_tui.tui.draft.passage import Passage
from heartbit_tui.tui.draft.vim.edits import Outcome, Register, Span, joined, operated, whole_lines
from heartbit_tui.tui.draft.vim.grammar import Command


def span(text: str, anchor: int, cursor: int, *, lines: bool) -> Span:
    """The characters from one end to the other, both included, or their lines."""
    if lines:
        return whole_lines(text, anchor, cursor)
    end = max(anchor, cursor)
    return Span(min(anchor, cursor), right(text, end) if end < len(text) else end)


def done(command: Command, passage: Passage, chosen: Span, register: Register) -> Outcome:
    """The text after an act on what is selected; the passage's cursor is the first end of it."""
    text = passage.text
    taken = text[chosen.start : chosen.end]
    match command.act:
        case "d" | "x":
            return operated("d", text, chosen, chosen.start)
        case "c" | "s":
            return operated("c", text, chosen, chosen.start)
        case "y":
            return operated("y", text, chosen, passage.cursor)
        case "J":
            return Outcome(joined(Passage(text, chosen.start), taken[:-1].count("\n") + 1))
        case "p" | "P":
            return _put(text, chosen, register)
        case _:
            return _at(_replaced(text, chosen, _changed(command, taken), None), passage.cursor)


def _put(text: str, chosen: Span, register: Register) -> Outcome:
    """The register in place of what is selected, which becomes the register."""
    if not register.text:
        return Outcome(Passage(text, chosen.start))
    taken = Register(text[chosen.start : chosen.end], chosen.lines)
    if chosen.lines:
        return _replaced(text, chosen, register.text, taken)
    if register.lines:
        return _at(_replaced(text, chosen, f"\n{register.text}\n", taken), chosen.start + 1)
    at = chosen.start if "\n" in register.text else chosen.start + len(register.text) - 1
    return _at(_replaced(text, chosen, register.text, taken), at)


def _at(outcome: Outcome, at: int) -> Outcome:
    return replace(outcome, passage=replace(outcome.passage, cursor=at))


def _changed(command: Command, taken: str) -> str:
    match command.act:
        case "~":
            return taken.swapcase()
        case "u":
            return taken.lower()
        case "U":
            return taken.upper()
        case _:
            return "".join(letter if letter == "\n" else command.argument for letter in taken)


def _replaced(text: str, chosen: Span, content: str, register: Register | None) -> Outcome:
    return Outcome(Passage(text[: chosen.start] + content + text[chosen.end :], chosen.start), register)
