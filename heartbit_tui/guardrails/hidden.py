"""Characters that nobody sees: found, shown as escapes, and told from those that a script or an emoji needs."""

import re

_HIDDEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    r"\u2028-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_JOINERS = "\u200c\u200d"
_JOINED_SCRIPTS = re.compile(r"[\u0600-\u08ff\u0900-\u0dff\u0e80-\u0fff\u1000-\u109f\u1780-\u17ff\u1820-\u18aa]")
_PICTURES = re.compile(r"[\u2190-\u2bff\u3030\u303d\u3297\u3299\ufe0f\U0001f000-\U0001faff\U000e007f#*0-9©®]")
_IDEOGRAPHS = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_FLAGS = tuple(
    "".join(chr(0xE0000 + ord(letter)) for letter in country) + "\U000e007f" for country in ("gbeng", "gbsct", "gbwls")
)
"""What stands behind the black flag in the flags of England, Scotland and Wales."""


def hidden(text: str) -> tuple[int, ...]:
    """Where characters stand that nobody sees and that nothing around them needs."""
    if text.isascii():
        return tuple(match.start() for match in _CONTROL.finditer(text))
    flags = _flags(text)
    return tuple(
        match.start()
        for match in _HIDDEN.finditer(text)
        if match.start() not in flags and not _is_needed(text, match.start())
    )


def escaped(text: str) -> str:
    """The text with each hidden character written as `\\u{200b}`."""
    pieces: list[str] = []
    done = 0
    for place in hidden(text):
        pieces += (text[done:place], f"\\u{{{ord(text[place]):04x}}}")
        done = place + 1
    return "".join((*pieces, text[done:]))


def without_hidden(text: str) -> str:
    """The text without any character that nobody sees; line breaks and tabs stay."""
    return _CONTROL.sub("", text) if text.isascii() else _HIDDEN.sub("", text)


def smuggled(text: str) -> str:
    """What tag characters and variation selectors spell, or empty."""
    if text.isascii():
        return ""
    tags = "".join(chr(ord(each) - 0xE0000) for each in re.findall(r"[\U000e0020-\U000e007e]", text))
    selectors = re.findall(r"[\ufe00-\ufe0f\U000e0100-\U000e01ef]", text)
    data = bytes(_byte(ord(each)) for each in selectors) if len(selectors) > 1 else b""
    return f"{tags}\n{data.decode('utf-8', 'ignore')}".strip()


def _byte(code: int) -> int:
    return code - 0xFE00 if code < 0x10000 else code - 0xE0100 + 16


def _flags(text: str) -> frozenset[int]:
    """The places of tag characters that make a flag."""
    places: set[int] = set()
    for match in re.finditer("\U0001f3f4", text):
        start = match.end()
        flag = next((each for each in _FLAGS if text.startswith(each, start)), "")
        places.update(range(start, start + len(flag)))
    return frozenset(places)


def _is_needed(text: str, place: int) -> bool:
    """Whether what stands around a character needs it: emoji, scripts that join, a mark at the very beginning."""
    mark, before = text[place], text[place - 1 : place]
    after = text[place + 1 : place + 2]
    if mark == "\ufeff":
        return place == 0
    if mark in _JOINERS:
        shaped = _JOINED_SCRIPTS.match(before) is not None
        return shaped or bool(_PICTURES.match(before) and _PICTURES.match(after))
    if mark in "\ufe0e\ufe0f":
        return _PICTURES.match(before) is not None
    return "\ufe00" <= mark <= "\ufe02" and _IDEOGRAPHS.match(before) is not None
