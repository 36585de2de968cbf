"""The text of rows, made harmless and given its colours: of its kind, its changed words and its language."""

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

from rich.style import Style

from heartbit_tui.client.visible import revealed
from heartbit_tui.tui.diff.types import Colour, Kind, Piece, Row
from heartbit_tui.tui.diff.words import Span, changed, pairs
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.ink import Ink

Parts: TypeAlias = list[tuple[str, Style]]

_WORD = re.compile(r"\w+|\W")

SIGNS: Mapping[Kind, str] = MappingProxyType({"same": " ", "added": "+", "removed": "-", "note": " "})


def base(kind: Kind, ink: Ink) -> Style:
    """The style of a whole row."""
    match kind:
        case "added":
            return ink.added
        case "removed":
            return ink.removed
        case "same":
            return ink.text
        case "note":
            return ink.muted


def painted(piece: Piece, ink: Ink, *, reveal: bool, colour: Colour | None) -> list[Parts]:
    """For each row of a piece its parts, which are clean; with `reveal` what hides or imitates is written out."""
    raw = _texts(piece.rows, reveal)
    plain = [_told(text, base(row.kind, ink), ink, reveal) for row, text in zip(piece.rows, raw, strict=True)]
    texts = ["".join(text for text, _ in parts) for parts in plain]
    coloured = _coloured(piece, plain, texts, ink, colour)
    spans = _spans(piece.rows, texts)
    styles = {"added": ink.added_word, "removed": ink.removed_word}
    return [
        list(_marked(coloured[at], spans.get(at, ()), styles.get(row.kind, ink.text)))
        for at, row in enumerate(piece.rows)
    ]


def _texts(rows: Sequence[Row], reveal: bool) -> list[str]:
    """The texts of rows, without their carriage returns where all of them have one."""
    if reveal or not all(row.text.endswith("\r") or row.kind == "note" or row.more for row in rows):
        return [row.text for row in rows]
    return [row.text.removesuffix("\r") for row in rows]


def _told(text: str, style: Style, ink: Ink, reveal: bool) -> Parts:
    """A text as clean parts; what was written out instead of something else stands out."""
    if not reveal:
        return [(setting.clean(text).replace("\n", " "), style)] if text else []
    if revealed(text) == text:
        return list(_with_end(text, style, ink))
    loud = style + ink.warning + Style(reverse=True)
    found: Parts = []
    for word in _WORD.findall(text):
        shown = revealed(word)
        found.append((shown.expandtabs(setting.TAB).replace("\n", " "), style if shown == word else loud))
    return found


def _with_end(text: str, style: Style, ink: Ink) -> Iterator[tuple[str, Style]]:
    """A text whose blanks at the end can be seen."""
    kept = text.rstrip(" \t")
    if kept:
        yield kept.expandtabs(setting.TAB), style
    if len(kept) < len(text):
        yield "".join("·" if blank == " " else "⇥" for blank in text[len(kept) :]), style + ink.faint


def _coloured(piece: Piece, plain: list[Parts], texts: Sequence[str], ink: Ink, colour: Colour | None) -> list[Parts]:
    """Each row in the colours of its language where they do not hide which kind of row it is, or what was told."""
    if colour is None:
        return plain
    found = list(plain)
    kinds = {row.kind for row in piece.rows}
    for kind in ("removed", "added") if "removed" in kinds else ("added",):
        side = [at for at, row in enumerate(piece.rows) if row.kind in (kind, "same")]
        lines = colour("\n".join(texts[at] for at in side), piece.file.path)
        for at, parts in zip(side, lines, strict=False):
            style = base(piece.rows[at].kind, ink)
            seen = piece.rows[at].kind == "same" or style.bgcolor is not None
            if seen and len(plain[at]) <= 1 and "".join(text for text, _ in parts) == texts[at]:
                found[at] = [(text, style + own) for text, own in parts]
    return found


def _spans(rows: Sequence[Row], texts: Sequence[str]) -> dict[int, tuple[Span, ...]]:
    found: dict[int, tuple[Span, ...]] = {}
    for removed, added in pairs(rows):
        found[removed], found[added] = changed(texts[removed], texts[added])
    return found


def _marked(parts: Parts, spans: Sequence[Span], style: Style) -> Iterator[tuple[str, Style]]:
    """The parts, with `style` on the spans."""
    start = 0
    for text, own in parts:
        end = start + len(text)
        at = start
        for opens, closes in spans:
            low, high = max(opens, at), min(closes, end)
            if low >= high:
                continue
            if low > at:
                yield text[at - start : low - start], own
            yield text[low - start : high - start], own + style
            at = high
        if at < end:
            yield text[at - start :], own
        start = end
