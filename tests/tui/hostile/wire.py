"""What our own renderer says to a terminal: everything else that is found in its bytes came from a text."""

import re
from collections import Counter
from collections.abc import Iterator

_MODES = frozenset({"7", "25", "1000", "1002", "1003", "1004", "1006", "1049", "2004", "2026"})
"""Wrapping, the cursor, the mouse, the focus, the alternate screen, pastes, synchronized updates."""

_TOKEN = re.compile(
    r"\x1b\[(?P<csi>[0-?]*[ -/]*[@-~])|\x1b\](?P<osc>[^\x07\x1b]*)(?:\x07|\x1b\\)|(?P<text>[^\x1b]+)|(?P<other>\x1b.?)",
    re.DOTALL,
)
_SGR = re.compile(r"[\d;]*m")
_MOVE = re.compile(r"\d+;\d+H|\d*[ABCD]|H")
_ROW = re.compile(r"\x1b\[\d+;\d+H")
"""What Textual says after the line feed at the end of a row: where the next one begins."""
_MODE = re.compile(r"\?([\d;]+)[hl]")
_KNOWN = frozenset({"2J", "K", ">5u", "<u", ">4;1m", ">4m", "?2026$p", "2K", "0m"})
_POINTERS = frozenset({"22;default", "22;text", "22;pointer"})
"""The shape of the mouse pointer, which Textual sets by itself."""
_FORBIDDEN = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Nothing of this is text. A line feed with a carriage return before it begins a line on the normal screen."""


def strangers(told: str, *, copies: int = 0) -> Counter[str]:
    """What our renderer never says, each with its number; `copies` is how often something was copied."""
    found: Counter[str] = Counter(_strangers(told))
    allowed = min(found["]52"], copies)
    found["]52"] -= allowed
    return +found


def _strangers(told: str) -> Iterator[str]:
    for match in _TOKEN.finditer(told):
        if (csi := match["csi"]) is not None:
            if not _is_ours(csi):
                yield f"[{csi}"
        elif (osc := match["osc"]) is not None:
            if osc in _POINTERS:
                continue
            yield "]52" if osc.startswith("52;c;") and not osc.endswith("?") else f"]{osc}"
        elif (text := match["text"]) is not None:
            yield from (ascii(each) for each in _FORBIDDEN.findall(text))
            whole = (
                text.removesuffix("\n").removesuffix("\r")
                if _ROW.match(told, match.end()) and text.endswith("\n")
                else text
            )
            yield from ("a line feed alone" for _ in re.findall(r"(?<!\r)\n|\r(?!\n)", whole))
        else:
            yield ascii(match["other"])


def _is_ours(csi: str) -> bool:
    mode = _MODE.fullmatch(csi)
    if mode is not None:
        return set(mode[1].split(";")) <= _MODES
    return csi in _KNOWN or bool(_SGR.fullmatch(csi) or _MOVE.fullmatch(csi))
