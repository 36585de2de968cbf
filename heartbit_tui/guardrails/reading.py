"""Text as somebody who looks for something reads it: decoded, normalised, cut into words."""

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Iterator
from types import MappingProxyType
from urllib.parse import unquote

from heartbit_tui.guardrails.hidden import escaped, smuggled, without_hidden
from heartbit_tui.kernel.dataclass import dataclass

DEPTH = 2
"""How often something that was decoded is decoded again."""

DECODED = 200_000
"""Characters of decoded pieces that are looked at in one text."""

QUOTED = 200
"""Characters of a sentence that are quoted."""

BREAK = "\n"
"""The token for the end of a sentence or of a paragraph."""

_TOKEN = re.compile(r"\w+|[.!?;。！？](?=\s|$)|:|\n[ \t]*\n")
_PACKED = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}")
_WRAPPED = re.compile(r"(?<=[A-Za-z0-9+/]{60})\r?\n(?=[A-Za-z0-9+/])")
_BACKSLASH = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))")
_ENTITY = re.compile(r"&#?[0-9A-Za-z]{1,32};")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_END = re.compile(r"[.!?](?=\s)|\n")
_LOOKALIKES = MappingProxyType(
    {
        ord(alike): latin
        for alike, latin in zip(
            "авеіјкмнорсѕтухԁԛԝһӏαεικνορτυχϲєпɑɡıⅼⲟոօսց",
            "abeijkmhopcstyxdqwhlaeiknoptuxcenagilonoug",
            strict=True,
        )
    }
)
_LONG_LIGATURES = re.compile(r"[\ufdf0-\ufdfd]")
_DIGITS = str.maketrans("013457@$", "oieastas")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A text in tokens; `starts` has where each begins in `text`."""

    text: str
    tokens: tuple[str, ...]
    starts: tuple[int, ...]


def normalised(text: str) -> str:
    """Small letters without hidden characters, compatibility forms and letters that look like Latin ones."""
    plain = without_hidden(text)
    if plain.isascii():
        return plain.lower()
    bare = unicodedata.normalize("NFKD", _LONG_LIGATURES.sub(" ", plain))
    kept = "".join(each for each in bare if not unicodedata.combining(each))
    return kept.lower().translate(_LOOKALIKES)


def views(text: str) -> Iterator[str]:
    """The text as it is, as it reads without escapes, and what is packed in it; each normalised."""
    yield normalised(text)
    bare = unescaped(text)
    if bare != text:
        yield normalised(bare)
    for piece in packed(bare):
        yield normalised(piece)


def unescaped(text: str) -> str:
    """The text with backslash, percent and HTML escapes resolved."""
    if "\\" in text:
        text = _BACKSLASH.sub(lambda match: chr(int(match[1] or match[2], 16)), text)
    if _PERCENT.search(text):
        text = unquote(text, errors="ignore")
    return html.unescape(text) if _ENTITY.search(text) else text


def packed(text: str) -> tuple[str, ...]:
    """What base64, hexadecimal digits, tag characters and variation selectors hold, if it is text."""
    found: list[str] = []
    fresh, left = [text], DECODED
    for _ in range(DEPTH):
        fresh = [piece for each in fresh for piece in _unpacked(each)]
        for piece in fresh:
            left -= len(piece)
            if left >= 0:
                found.append(piece)
        fresh = fresh if left > 0 else []
    return tuple(found)


def words(text: str) -> Words:
    """The words of a normalised text, with the ends of sentences between them."""
    found = [(match.start(), _word(match.group())) for match in _TOKEN.finditer(text)]
    return Words(text=text, tokens=tuple(word for _, word in found), starts=tuple(start for start, _ in found))


def sentence(text: str, place: int) -> str:
    """The sentence around a place, in one line, with what is hidden in it shown and not too long."""
    before, after = max(place - QUOTED, 0), place + QUOTED
    ends = [match.end() for match in _END.finditer(text, before, place)]
    end = _END.search(text, place, after)
    cut = text[ends[-1] if ends else before : end.end() if end else after]
    return escaped(" ".join(cut.split()))[:QUOTED]


def _word(token: str) -> str:
    """A token as it is looked up: ends of sentences alike, and digits in words as the letters they stand for."""
    if not token[0].isalnum() and token != ":" and token[0] != "_":
        return BREAK
    if token.isascii() and not token.isalpha() and len(token) > 3 and any(each.isalpha() for each in token):
        return token.translate(_DIGITS)
    return token


def _unpacked(text: str) -> Iterator[str]:
    if spelt := smuggled(text):
        yield spelt
    for match in _PACKED.finditer(_WRAPPED.sub("", text)):
        data = _bytes(match.group())
        try:
            piece = data.decode()
        except UnicodeDecodeError:
            continue
        if piece.strip() and sum(map(str.isprintable, piece)) + piece.count("\n") >= 0.95 * len(piece):
            yield piece


def _bytes(text: str) -> bytes:
    """The bytes that base64 or hexadecimal digits stand for, or none."""
    bare = text.rstrip("=")
    try:
        if not re.search(r"[^0-9a-fA-F]", bare):
            return bytes.fromhex(bare)
        padded = bare.translate({45: 43, 95: 47})
        return base64.b64decode(padded + "=" * (-len(padded) % 4), validate=True)
    except (ValueError, binascii.Error):
        return b""
