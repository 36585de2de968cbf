"""Bytes from the web as text, by what they say about themselves."""

import codecs
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

_LOOK_BYTES = 2048


def decoded(body: bytes, declared: str = "") -> str:
    """The text, by its byte order mark, the charset that its headers declare, or the one that the document names.

    What names none is UTF-8 where it is valid UTF-8, else windows-1252, as in browsers. Never fails.
    """
    for mark, codec in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(codec, "replace")
    for label in (declared, _named(body)):
        if codec := _codec(label):
            return body.decode(codec, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace")


def _named(body: bytes) -> str:
    """What a document says inside itself; it cannot be UTF-16, for then these bytes would not read so."""
    found = _CHARSET.search(body[:_LOOK_BYTES])
    label = found[1].decode("ascii", "ignore") if found else ""
    return "utf-8" if label.lower().startswith("utf-16") else label


def _codec(label: str) -> str:
    """Python's codec for a charset of the web; empty for what is none."""
    name = label.strip().strip("\"'").lower().replace("_", "-")
    if name in _WEB:
        return _WEB[name]
    try:
        known = codecs.lookup(name).name if name else ""
    except (LookupError, ValueError):
        return ""
    return known if known in _SAFE else ""


def _safe() -> Iterator[str]:
    yield from ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "ascii", "gb18030", "big5", "big5hkscs", "euc_jp")
    yield from ("shift_jis", "cp932", "iso2022_jp", "euc_kr", "cp949", "koi8-r", "koi8-u", "mac-roman", "cp866")
    yield from (f"iso8859-{part}" for part in range(1, 17) if part != 12)
    yield from (f"cp{page}" for page in (874, *range(1250, 1259)))


_SAFE = frozenset(_safe())
_WEB: Mapping[str, str] = MappingProxyType(
    {
        "iso-8859-1": "cp1252",
        "latin1": "cp1252",
        "l1": "cp1252",
        "ascii": "cp1252",
        "us-ascii": "cp1252",
        "iso-8859-9": "cp1254",
        "tis-620": "cp874",
        "gb2312": "gb18030",
        "gbk": "gb18030",
        "x-gbk": "gb18030",
        "shift-jis": "cp932",
        "sjis": "cp932",
        "x-sjis": "cp932",
        "windows-31j": "cp932",
        "euc-kr": "cp949",
        "ks-c-5601-1987": "cp949",
        "utf-16": "utf-16-le",
        "x-mac-cyrillic": "mac-cyrillic",
    }
)
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CHARSET = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,400}?(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_:.-]{1,40})""", re.I
)
