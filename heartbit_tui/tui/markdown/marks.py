"""What begins a block of Markdown: the signs at the beginning of a line."""

import re
from collections.abc import Sequence
from typing import NamedTuple

LONGEST_INFO = 200
"""Characters of what is said of a block of code that are kept."""

_NUMBER = re.compile(r"(\d{1,9})([.)])(?= |$)")
_BULLET = re.compile(r"[-*+](?= |$)")
_TASK = re.compile(r"\[([ xX])\](?= |$)")
_FENCE = re.compile(r"(`{3,}|~{3,})(.*)", re.DOTALL)
_HTML = re.compile(
    r"</?(?:address|article|aside|blockquote|body|center|details|dialog|div|dl|dd|dt|fieldset|figure|footer|form|head"
    r"|header|hr|html|iframe|li|link|main|menu|meta|nav|ol|p|param|pre|script|section|style|summary|table|tbody|td"
    r"|textarea|tfoot|th|thead|title|tr|ul)(?=[\s/>]|$)|<!--|<\?|<![A-Za-z]",
    re.IGNORECASE,
)
_UNFINISHED = re.compile(r"[ >]*(?:[-*+_=~`#|: ]+|\d{1,9}[.)]?|[-*+] +\[[ xX]?\]?)\s*")


class Opened(NamedTuple):
    """A list item or a quote that a line begins: its mark, the column of its text, and the rest of the line."""

    mark: str
    column: int
    rest: str


def indented(line: str) -> int:
    """How many blanks a line begins with."""
    return len(line) - len(line.lstrip(" "))


def spaced(line: str) -> str:
    """A line with the tabs at its beginning as blanks."""
    if "\t" not in line:
        return line
    body = line.lstrip(" \t")
    return line[: len(line) - len(body)].expandtabs(4) + body


def opened(body: str) -> Opened | None:
    """The container that a line without blanks before it begins, None for none."""
    if body.startswith(">"):
        return Opened(">", -1, body[2:] if body.startswith("> ") else body[1:])
    number = _NUMBER.match(body)
    if number is None and not _BULLET.match(body):
        return None
    mark = number.group() if number else "-"
    after = body[len(mark) :]
    text = after.lstrip(" ")
    blanks = len(after) - len(text)
    if not text or blanks > 4:
        return Opened(mark, len(mark) + 1, after[1:])
    task = _TASK.match(text) if not number else None
    if task is None:
        return Opened(mark, len(mark) + blanks, text)
    return Opened("[ ]" if task.group(1) == " " else "[x]", len(mark) + blanks, text[4:])


def is_rule(body: str) -> bool:
    """Whether a line is a thematic break."""
    signs = body.replace(" ", "")
    return len(signs) > 2 and signs[0] in "-*_" and signs.count(signs[0]) == len(signs)


def fence(body: str) -> tuple[str, str] | None:
    """The fence that a line opens and the words for its language, None for none."""
    match = _FENCE.match(body)
    if match is None or (body[0] == "`" and "`" in match.group(2)):
        return None
    words = match.group(2).strip()
    return match.group(1), words.removeprefix("{").removesuffix("}").lstrip(".")[:LONGEST_INFO]


def closes(line: str, opening: str) -> bool:
    """Whether a line closes the block of code that `opening` opened."""
    body = line.strip()
    return len(body) >= len(opening) and body.count(opening[0]) == len(body) and indented(line) < 4


def heading(body: str) -> tuple[str, str] | None:
    """The level of a heading and its words, None where the line is none."""
    words = body.lstrip("#")
    level = len(body) - len(words)
    if not 0 < level < 7 or (words and words[0] not in " \t"):
        return None
    words = words.strip()
    bare = words.rstrip("#")
    return str(level), bare.rstrip() if not bare or bare[-1] in " \t" else words


def is_html(body: str) -> bool:
    """Whether a line begins a block of HTML."""
    return body.startswith("<") and _HTML.match(body) is not None


def is_delimiter(body: str, header: str) -> bool:
    """Whether a line is the row under a table's `header`."""
    if "|" not in body or "-" not in body or not set(body) <= set("|:- \t"):
        return False
    between = [each.strip() for each in cells_of(body)]
    return all("-" in each and "-" not in each.strip("-:") for each in between) and len(between) == len(
        cells_of(header)
    )


def cells_of(row: str) -> Sequence[str]:
    """The cells of a table's row."""
    row = row.strip()
    row = row.removeprefix("|")
    if row.endswith("|") and not row.endswith("\\|"):
        row = row[:-1]
    if "\\" not in row and "`" not in row:
        return [each.strip() for each in row.split("|")]
    return [each.strip().replace("\\|", "|") for each in re.split(r"(?<!\\)\|", row)]


def is_unfinished(tail: str) -> bool:
    """Whether what is written of a line so far may be nothing but a mark whose meaning is still open."""
    return _UNFINISHED.fullmatch(tail) is not None
