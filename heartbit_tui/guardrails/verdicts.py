"""What a judge said, read with patience: any case, Markdown, JSON, with and without a colon; pure."""

import json
import re
from typing import Any, Literal, TypeAlias, cast

from heartbit_tui.kernel.dataclass import dataclass

Ruling: TypeAlias = Literal["safe", "warn", "unsafe"]

UNSPECIFIED = "unspecified"
_ORDER: tuple[Ruling, ...] = ("safe", "warn", "unsafe")
_LINE = re.compile(r"verdict[\W_]{0,12}(unsafe|safe|warning|warn)\b[\W_]{0,12}(.{0,500})", re.IGNORECASE)
_BARE = re.compile(r"[\W_]{0,12}(unsafe|safe|warning|warn)\b[\W_]{0,12}(.{0,500})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A ruling with its reason."""

    ruling: Ruling
    reason: str = UNSPECIFIED


def verdict_in(text: str) -> Verdict | None:
    """The strictest verdict in an answer, since a milder one may be a quotation; None where there is none."""
    found = [*_json_verdicts(text), *_line_verdicts(text)]
    return max(found, key=lambda each: _ORDER.index(each.ruling), default=None)


def _line_verdicts(text: str) -> list[Verdict]:
    lines = text.splitlines()
    found = [_verdict(match[1], match[2]) for line in lines if (match := _LINE.search(line))]
    written = [line for line in lines if line.strip()]
    if not found and len(written) == 1 and (match := _BARE.fullmatch(written[0].strip())):
        found = [_verdict(match[1], match[2])]
    return found


def _json_verdicts(text: str) -> list[Verdict]:
    begin, end = text.find("{"), text.rfind("}")
    if begin < 0 or end < begin:
        return []
    try:
        value: object = json.loads(text[begin : end + 1])
    except (ValueError, RecursionError):
        return []
    table = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    ruling = table.get("verdict")
    if not isinstance(ruling, str) or not _BARE.fullmatch(ruling.strip()):
        return []
    return [_verdict(ruling.strip(" *_.").lower(), str(table.get("reason") or ""))]


def _verdict(word: str, reason: str) -> Verdict:
    ruling: Ruling = "warn" if word.lower().startswith("warn") else "unsafe" if word.lower() == "unsafe" else "safe"
    return Verdict(ruling=ruling, reason=" ".join(reason.split()).strip(" *_`\"'") or UNSPECIFIED)
