"""The words of a paragraph with their styles, read by markdown-it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from rich.style import Style

from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.measure import clean
from heartbit_tui.tui.markdown.flow import SHORT

_ADDRESS = re.compile(r"https?://[^\s<>\"'`]+[^\s<>\"'`.,;:!?)\]}*_]")


def inline(text: str, base: Style, ink: Ink) -> list[tuple[str, Style]]:
    """Clean text as clean parts, `base` being the style of its plain words. Every address is visible."""
    tokens: list[Token] = []
    parser = _parser()
    parser.inline.parse(text, parser, {}, tokens)
    walk = _Walk(ink, [base])
    for token in tokens:
        walk.take(token)
    return walk.parts


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("strikethrough").disable("html_inline")


@dataclass(slots=True)
class _Walk:
    """Goes through the tokens of one paragraph; `styles` are those that hold, the innermost last."""

    ink: Ink
    styles: list[Style]
    parts: list[tuple[str, Style]] = field(default_factory=list[tuple[str, Style]])
    addresses: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    width: int = 0
    """Characters in the line as it was written."""

    def take(self, token: Token) -> None:
        match token.type:
            case "text" | "text_special":
                self.parts.extend(self._plain(token.content))
                self.width += len(token.content)
            case "code_inline":
                self._put(token.content, self.styles[-1] + self.ink.code)
            case "softbreak":
                self._put(" " if self.width > SHORT else "\n", self.styles[-1])
                self.width = 0
            case "hardbreak":
                self._put("\n", self.styles[-1])
                self.width = 0
            case "image":
                address = str(token.attrs.get("src", ""))
                self._put(f"{token.content} ({address})" if token.content else address, self._style("link"))
            case "link_open" | "link_close":
                self._link(token)
            case _:
                self._nest(token)

    def _nest(self, token: Token) -> None:
        if token.nesting > 0:
            self.styles.append(self._style(token.tag))
        elif token.nesting < 0:
            self.styles.pop()
        elif token.content:
            self._put(token.content, self.styles[-1])

    def _style(self, tag: str) -> Style:
        styles = {"em": self.ink.emphasis, "strong": self.ink.strong, "link": self.ink.link, "s": _STRUCK}
        return self.styles[-1] + styles.get(tag, Style.null())

    def _link(self, token: Token) -> None:
        if token.nesting > 0:
            self.addresses.append((str(token.attrs.get("href", "")), len(self.parts)))
            self.styles.append(self._style("link"))
            return
        self.styles.pop()
        address, start = self.addresses.pop()
        if address.removeprefix("mailto:") != "".join(text for text, _ in self.parts[start:]):
            self._put(f" ({address})", self.styles[-1] + self.ink.muted)

    def _plain(self, text: str) -> Iterator[tuple[str, Style]]:
        text, style, start = _one_line(text), self.styles[-1], 0
        if "://" in text and not self.addresses:
            for match in _ADDRESS.finditer(text):
                yield text[start : match.start()], style
                yield match.group(), style + self.ink.link
                start = match.end()
        yield text[start:] if start else text, style

    def _put(self, text: str, style: Style) -> None:
        self.parts.append((text if text == "\n" else _one_line(text), style))
        self.width += len(text)


def _one_line(text: str) -> str:
    """`text` with what entities brought in made harmless."""
    return text if text.isprintable() else clean(text).replace("\n", " ")


_STRUCK = Style(strike=True)
