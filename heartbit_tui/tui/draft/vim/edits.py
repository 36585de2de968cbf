"""What the operators and the acts of vi do to a text."""

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.draft.motions import left, line_end, line_start, right
from heartbit_tui.tui.draft.passage import Passage
from heartbit_tui.tui.draft.vim.places import Target, first_nonblank, lines_on, resting


@dataclass(frozen=True, slots=True)
class Register:
    """What was deleted or yanked last; `lines` when it is whole lines, which then have no line end at their end."""

    text: str = ""
    lines: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a text; `lines` from the beginning of a line to the end of one, its line end not included."""

    start: int
    end: int
    lines: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """A text after a command, what the register holds then (None as before), and whether insert mode begins."""

    passage: Passage
    register: Register | None = None
    inserts: bool = False


def whole_lines(text: str, one: int, other: int) -> Span:
    """The lines from one place to another."""
    return Span(line_start(text, min(one, other)), line_end(text, max(one, other)), lines=True)


def span_to(text: str, at: int, target: Target) -> Span:
    """What an operator takes from the cursor to where a motion leads."""
    start, end = min(at, target.at), max(at, target.at)
    if target.reach == "lines":
        return whole_lines(text, start, end)
    if target.reach == "inclusive":
        end = right(text, end) if end < len(text) and text[end] != "\n" else end
    elif end > start and text[end - 1] == "\n" and line_start(text, start) != end:
        # A motion that ends where a line begins takes nothing of that line; from an indent it takes whole lines.
        if start <= first_nonblank(text, start):
            return Span(line_start(text, start), end - 1, lines=True)
        end -= 1
    return Span(start, end)


def operated(operator: str, text: str, span: Span, at: int) -> Outcome:
    """Delete, change or yank a part of a text."""
    register = Register(text[span.start : span.end], span.lines)
    if operator == "y":
        return Outcome(Passage(text, at if span.lines else span.start), register)
    if operator == "c":
        return Outcome(Passage(text[: span.start] + text[span.end :], span.start), register, inserts=True)
    if span.lines:
        return _without_lines(text, span)
    shorter = text[: span.start] + text[span.end :]
    return Outcome(Passage(shorter, resting(shorter, span.start)), register)


def widened(text: str, span: Span) -> Span:
    """Whole lines, when a motion takes several and leaves nothing but blanks of the first and the last."""
    if span.lines or "\n" not in text[span.start : span.end]:
        return span
    before, after = text[line_start(text, span.start) : span.start], text[span.end : line_end(text, span.end)]
    bare = not before.strip(" \t") and not after.strip(" \t")
    return whole_lines(text, span.start, span.end) if bare else span


def _without_lines(text: str, span: Span) -> Outcome:
    register = Register(text[span.start : span.end], lines=True)
    if span.end < len(text):
        shorter, at = text[: span.start] + text[span.end + 1 :], span.start
    else:
        shorter = text[: max(span.start - 1, 0)]
        at = line_start(shorter, len(shorter))
    return Outcome(Passage(shorter, resting(shorter, first_nonblank(shorter, at))), register)


def put(passage: Passage, register: Register, count: int, *, before: bool) -> Passage:
    """Put the register after the cursor, or before it."""
    text, at = passage.text, passage.cursor
    if not register.text and not register.lines:
        return passage
    if register.lines:
        block = "\n".join([register.text] * count)
        if before:
            start = line_start(text, at)
            longer = f"{text[:start]}{block}\n{text[start:]}"
        else:
            end = line_end(text, at)
            start, longer = end + 1, f"{text[:end]}\n{block}{text[end:]}"
        return Passage(longer, resting(longer, first_nonblank(longer, start)))
    content = register.text * count
    place = at if before or line_end(text, at) == at else right(text, at)
    longer = text[:place] + content + text[place:]
    return Passage(longer, place if "\n" in content else left(longer, place + len(content)))


def swapped(passage: Passage, count: int) -> Passage:
    """Change the case of so many letters of the line."""
    text, at = passage.text, passage.cursor
    end = min(at + count, line_end(text, at))
    changed = text[:at] + text[at:end].swapcase() + text[end:]
    return Passage(changed, resting(changed, end))


def overwritten(passage: Passage, letter: str, count: int) -> Passage:
    """Put a letter in place of each of the next ones; nothing where the line has fewer."""
    text, at = passage.text, passage.cursor
    if at + count > line_end(text, at):
        return passage
    return Passage(text[:at] + letter * count + text[at + count :], at + count - 1)


def joined(passage: Passage, count: int) -> Passage:
    """Join so many lines, two at least, with a blank where they meet."""
    text, at = passage.text, passage.cursor
    if line_end(text, at) == len(text):
        return passage
    for _ in range(max(count - 1, 1)):
        end = line_end(text, at)
        if end == len(text):
            break
        following = end + 1
        while following < len(text) and text[following] in " \t":
            following += 1
        bare = following >= len(text) or text[following] in "\n)"
        blank = "" if bare or end == line_start(text, end) or text[end - 1] in " \t" else " "
        text, at = text[:end] + blank + text[following:], end
    return Passage(text, resting(text, at))


def opened(passage: Passage, *, above: bool) -> Passage:
    """An empty line below the cursor's line, or above it, with the cursor in it."""
    text = passage.text
    if above:
        start = line_start(text, passage.cursor)
        return Passage(f"{text[:start]}\n{text[start:]}", start)
    end = line_end(text, passage.cursor)
    return Passage(f"{text[:end]}\n{text[end:]}", end + 1)


def entered(act: str, passage: Passage) -> Passage:
    """Where insert mode begins for i, a, I, A, o, O."""
    text, at = passage.text, passage.cursor
    match act:
        case "a":
            return Passage(text, right(text, at) if at < line_end(text, at) else at)
        case "I":
            return Passage(text, first_nonblank(text, at))
        case "A":
            return Passage(text, line_end(text, at))
        case "o" | "O":
            return opened(passage, above=act == "O")
        case _:
            return Passage(text, at)


def counted_lines(text: str, at: int, count: int) -> Span | None:
    """So many lines from the cursor's on, or as many as there are; None for several from the last one."""
    if count > 1 and line_end(text, at) == len(text):
        return None
    return whole_lines(text, at, lines_on(text, at, count - 1))
