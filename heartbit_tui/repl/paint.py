"""Pieces as coloured text for a terminal; where colours are off, the same text without them."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from heartbit_tui.client import titles
from heartbit_tui.client.visible import harmless, one_line, revealed, wrapped
from heartbit_tui.kernel.events import ApprovalRequested, QuestionAsked
from heartbit_tui.repl.blocks import Blocks
from heartbit_tui.repl.pieces import Asked, Called, Closed, Ended, Piece, Planned, Said, Settled, Told, Wrote

SGR: Mapping[str, str] = MappingProxyType(
    {
        "bold": "1",
        "dim": "2",
        "red": "31",
        "green": "32",
        "yellow": "33",
        "blue": "34",
        "magenta": "35",
        "cyan": "36",
    }
)
MARKS: Mapping[str, str] = MappingProxyType(
    {
        "pending": "[ ]",
        "in_progress": "[>]",
        "completed": "[x]",
        "cancelled": "[-]",
        "failed": "[!]",
        "blocked": "[B]",
    }
)
LEVELS: Mapping[str, str] = MappingProxyType({"info": "dim", "warning": "yellow", "error": "red"})
STATES: Mapping[str, str] = MappingProxyType({"completed": "dim", "in_progress": "bold", "failed": "red"})
DIFF_LINES = 200
"""How many lines of a diff are shown; all of them stand in the file."""

SAID_LINES = 20
"""How many lines of a prompt are shown; the model reads all of them."""

Markdown = Callable[[str, int], str]
"""Draws finished Markdown at a width."""


class Paint:
    """Draws pieces in order; `markdown` is None where answers are shown as they are written.

    Without `thinking` a model's reasoning is left out.
    """

    def __init__(self, *, colours: bool, markdown: Markdown | None, thinking: bool = True) -> None:
        self._colours = colours
        self._markdown = markdown
        self._thinking = thinking
        self._answer = Blocks()
        self._thoughts = Blocks()
        self.width = 80

    @property
    def open(self) -> str:
        """What of an answer, or of reasoning, is written but not drawn yet."""
        return harmless(self._answer.open or self._thoughts.open)

    def draw(self, piece: Piece) -> str:
        """The lines for a piece, each ended by a newline; empty when there is nothing to draw yet."""
        match piece:
            case Wrote(thinking=True) if not self._thinking:
                return ""
            case Wrote(thinking=True, text=text):
                return "".join(self._thought(block) for block in self._thoughts.feed(text))
            case Wrote(text=text):
                done = "".join(self._thought(block) for block in self._thoughts.finish())
                return done + "".join(self._block(block) for block in self._answer.feed(text))
            case Closed(void=void):
                return self._rest() + (self._line(f"({void})", "yellow") if void else "")
            case _:
                return self._rest() + self._whole(piece)

    def style(self, text: str, *styles: str) -> str:
        """`text` in these styles, which may be empty."""
        codes = ";".join(SGR[style] for style in styles if style in SGR)
        return f"\x1b[{codes}m{text}\x1b[0m" if self._colours and codes and text else text

    def _rest(self) -> str:
        thoughts = "".join(self._thought(block) for block in self._thoughts.finish())
        return thoughts + "".join(self._block(block) for block in self._answer.finish())

    def _whole(self, piece: Said | Called | Planned | Told | Asked | Settled | Ended) -> str:
        match piece:
            case Said(text=text, how=how):
                mark = {"prompt": "> ", "steer": "» ", "queued": "… "}[how]
                return "\n" + self._hung(mark, _shortened(harmless(text)), "dim" if how == "queued" else "bold") + "\n"
            case Called():
                return self._called(piece)
            case Planned(todos=todos):
                return "".join(self._todo(status, words) for status, words in todos)
            case Told(level=level, text=text):
                return self._hung("· " if level == "info" else "! ", harmless(text), LEVELS[level])
            case Asked():
                return self._asked(piece)
            case Settled(text=text):
                return self._hung("  ", harmless(text), "dim")
            case Ended(how=how, text=text):
                style = "red" if how == "failed" else "yellow"
                said = "" if how == "completed" else harmless(text if how == "failed" else f"stopped: {text}")
                return self._hung("! ", said, style)

    def _called(self, call: Called) -> str:
        bad = call.is_error
        took = titles.span(call.milliseconds) if call.milliseconds else ""
        end = " · ".join(part for part in (call.outcome, took) if part)
        who = f"{one_line(call.agent, 20)}: " if call.agent else ""
        room = self.width - len(who) - len(call.tool) - len(end) - 7
        what = one_line(call.title, max(room, 8))
        mark = self.style("✗" if bad else "✓", "red" if bad else "green")
        head = f"{mark} {who}{self.style(one_line(call.tool, 40), 'bold')} {what}  {self.style(end, 'dim')}\n"
        return head + self._diff(call.diff) + self._hung("    ", harmless(call.tail), "dim", wrap=False)

    def _asked(self, asked: Asked) -> str:
        match asked.request:
            case ApprovalRequested(call=call, reason=reason, preview=preview):
                told = f"? {_who(asked)}{one_line(call.name, 40)} {revealed(asked.title)}"
                whole = preview == asked.title and one_line(told, self.width - 1) == told
                head = self.style(one_line(told, self.width), "yellow")
                return f"{head}\n{'' if whole else self._preview(preview)}{self._hung('  ', revealed(reason), 'dim')}"
            case QuestionAsked(questions=questions):
                lines: list[str] = []
                for one in questions:
                    lines.append(self._hung("? ", f"{_who(asked)}{revealed(one.question)}", "yellow"))
                    for number, option in enumerate(one.options, 1):
                        about = f"  {self.style(revealed(option.description), 'dim')}" if option.description else ""
                        lines.append(f"  {number}  {revealed(option.label)}{about}\n")
                return "".join(lines)

    def _preview(self, preview: str) -> str:
        return self._diff(preview) if _is_diff(preview) else self._hung("  $ ", revealed(preview), "", wrap=False)

    def _diff(self, diff: str) -> str:
        lines = revealed(diff).splitlines()
        shown = [f"    {self._diff_line(line)}\n" for line in lines[:DIFF_LINES]]
        more = len(lines) - DIFF_LINES
        return "".join(shown) + (self._line(f"    … {more} more lines", "dim") if more > 0 else "")

    def _diff_line(self, line: str) -> str:
        if line.startswith(("+++", "---")):
            return self.style(line, "bold")
        style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")
        return self.style(line, style)

    def _todo(self, status: str, words: str) -> str:
        return self._line(f"  {MARKS.get(status, '[ ]')} {one_line(words, self.width - 7)}", STATES.get(status, ""))

    def _block(self, block: str) -> str:
        text = harmless(block)
        return f"{self._markdown(text, self.width) if self._markdown else text}\n\n"

    def _thought(self, block: str) -> str:
        return self._hung("  ", harmless(block), "dim")

    def _hung(self, mark: str, text: str, style: str, *, wrap: bool = True) -> str:
        """Lines of which the first begins with `mark` and the others stand below its text."""
        if not text:
            return ""
        room = max(self.width - len(mark) - 1, 20)
        first, *others = (part for line in text.split("\n") for part in (wrapped(line, room) if wrap else [line]))
        lines = [mark + first, *(" " * len(mark) + line for line in others)]
        return "".join(self._line(line, style) for line in lines)

    def _line(self, text: str, style: str) -> str:
        return self.style(text, style) + "\n"


def _shortened(text: str) -> str:
    """A person's own words; a long paste is not shown in full a second time."""
    lines = text.split("\n")
    if len(lines) <= SAID_LINES:
        return text
    return "\n".join([*lines[: SAID_LINES - 1], f"… {len(lines) - SAID_LINES + 1:,} more lines"])


def _is_diff(preview: str) -> bool:
    return preview.startswith(("--- ", "@@ ", "diff "))


def _who(asked: Asked) -> str:
    """Which agent asks, where it is not the session's own."""
    return f"{one_line(asked.agent, 40)}: " if asked.agent else ""
