"""What can be told of a paragraph by looking at its letters: whether it is plain, and where its lines end."""

import re

SHORT = 60
"""Characters up to which a line was ended on purpose, so that its end is kept; longer lines flow together."""

_SIGNS = re.compile(r"[*_`\[\]<&\\~]|://")
_PLACE_END = re.compile(r"\.[A-Za-z]\w{0,7}:\d{1,7}(?!\w)")
_PATH = re.compile(r"[\w./\\@+-]")


def is_plain(text: str) -> bool:
    """Whether nothing in a paragraph can be a sign of Markdown."""
    return _SIGNS.search(text) is None


def flowed(text: str) -> str:
    """A plain paragraph with its long lines put together and its short ones as they are."""
    if "\n" not in text:
        return text
    found: list[str] = []
    for row in text.split("\n"):
        if found:
            before = found[-1]
            found.append("\n" if before.endswith("  ") or len(before) <= SHORT else " ")
        found.append(row)
    return "".join(each.rstrip(" ") if each != " " else each for each in found)


def closed(text: str) -> str:
    """A paragraph that is still being written, with an end for what it leaves open, so that no sign flickers."""
    text = text.rstrip("*_`~ ") if text[-1:] in "*_`~ " and text.strip("*_`~ ") else text
    if text.count("`") % 2:
        return f"{text}`"
    stars = text.replace("\\*", "")
    return f"{text}**" if stars.count("**") % 2 else text


def place(text: str) -> str:
    """The first `file:line` in a line of text, empty for none."""
    match = _PLACE_END.search(text) if ":" in text else None
    if match is None:
        return ""
    start = match.start()
    while start and _PATH.match(text[start - 1]):
        start -= 1
    return text[start : match.end()] if start < match.start() else ""
