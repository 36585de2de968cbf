"""Bytes as text, and HTML as its words, each still on the line on which it stands in the file."""

import codecs
import html
import re

_SNIFFED = 8192
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x1b"))
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_UNREAD = (("<!--", "-->"), ("<script", "</script>"), ("<style", "</style>"))
_TAG = re.compile(r"<[^<>]*>")


def readable(data: bytes) -> str | None:
    """The text that a file's bytes are, None where they are none.

    By a byte order mark, else UTF-8 where that fits, else windows-1252. A NUL, or many control characters, make it
    no text; line endings become one character.
    """
    for mark, codec in _MARKS:
        if data.startswith(mark) and not data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
            return _lines(data[len(mark) :].decode(codec, "replace"))
    head = data[:_SNIFFED]
    if b"\0" in head or len(head.translate(None, _CONTROLS)) < 0.9 * len(head):
        return None
    try:
        return _lines(data.decode("utf-8"))
    except UnicodeDecodeError:
        return _lines(data.decode("cp1252", "replace"))


def is_markup(name: str) -> bool:
    """Whether a file of this name holds HTML."""
    return name.lower().endswith((".html", ".htm", ".xhtml"))


def without_markup(page: str) -> str:
    """The words between the tags, in time that grows with the length alone; no line moves."""
    for opening, closing in _UNREAD:
        page = _without(page, opening, closing)
    return html.unescape(_TAG.sub(lambda tag: _blank(tag[0]), page))


def _without(page: str, opening: str, closing: str) -> str:
    lower = page.lower()
    if len(lower) != len(page):  # a few letters have longer small ones
        lower = page
    kept, at = list[str](), 0
    while (start := lower.find(opening, at)) >= 0:
        end = lower.find(closing, start)
        end = len(page) if end < 0 else end + len(closing)
        kept += (page[at:start], _blank(page[start:end]))
        at = end
    return "".join((*kept, page[at:]))


def _blank(gone: str) -> str:
    return "\n" * gone.count("\n") or " "


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")
