"""What can be told of a paragraph by looking at its letters: whether it is plain, and where its lines end."""

import re

SHORT = 60
"""Characters up to which a line was ended on purpose, so that its end is kept; longer lines flow together."""

CROWDED = 400
"""Signs of Markdown in one piece beyond which it is shown as it was written: nobody writes that, and it is slow."""

_SIGNS = re.compile(r"[*_`\[\]<&\\~]|://")
_DENSE = re.compile(r"[*_`\[\]<&\\!~]")
_PLACE_END = re.compile(r"\.[A-Za-z]\w{0,7}:\d{1,7}(?!\w)")
_CODE = re.compile(r"`[^`]*`|\\\*")
_EMPHASIS = re.compile(r"(?<!\*)\*(?![*\s])|(?<![*\s])\*(?!\*)")
_PATH = re.compile(r"[\w./\\@+-]")


def is_plain(text: str) -> bool:
    """Whether nothing in a paragraph can be a sign of Markdown, or so much that none of it counts."""
    return _SIGNS.search(text) is None or (len(text) > CROWDED and len(_DENSE.findall(text)) > CROWDED)


def flowed(text: str) -> str:
    """A plain paragraph with its long lines put together and its short ones as they are."""
    if "\n" not in text:
        return text
    *rows, last = text.split("\n")
    found: list[str] = []
    for row in rows:
        kept = row.rstrip(" ")
        found.append(f"{kept}\n" if row.endswith("  ") or len(kept) <= SHORT else f"{kept} ")
    return "".join((*found, last))


def closed(text: str) -> str:
    """A paragraph that is still being written, with an end for what it leaves open, so that no sign flickers."""
    text = text.rstrip("*_`~ ") if text[-1:] in "*_`~ " and text.strip("*_`~ ") else text
    text = f"{text}`" if text.count("`") % 2 else text
    bare = _CODE.sub("", text)
    ends = "*" if len(_EMPHASIS.findall(bare)) % 2 else ""
    return f"{text}{ends}**" if bare.count("**") % 2 else text + ends


def place(text: str) -> str:
    """The first `file:line` in a line of text, empty for none."""
    match = _PLACE_END.search(text) if ":" in text else None
    if match is None:
        return ""
    start = match.start()
    while start and _PATH.match(text[start - 1]):
        start -= 1
    return text[start : match.end()] if start < match.start() else ""
