"""Secrets in text, made unreadable before the text reaches a log, a report or a file."""

import re
from collections.abc import Iterable
from types import MappingProxyType

MARK = "[redacted]"
SHORTEST = 8
"""A known secret shorter than this is too likely to be part of a common word."""

_SHAPES = (
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|\Z)",
    r"\bsk-(?:ant-|or-|proj-|svcacct-|admin-)?[A-Za-z0-9_-]{16,}",
    r"\b(?:gsk|r8|pplx|tvly|xai|fw|nvapi|key|csk|ntn|secret|dop_v1|dckr_pat|shpat|lin_api)[_-][A-Za-z0-9_-]{20,}",
    r"\bgh[pousr]_[A-Za-z0-9]{30,}",
    r"\bgithub_pat_[A-Za-z0-9_]{30,}",
    r"\bgl(?:pat|dt|rt|cbt)-[A-Za-z0-9_-]{18,}",
    r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b",
    r"\bAIza[A-Za-z0-9_-]{35}",
    r"\bya29\.[A-Za-z0-9_-]{20,}",
    r"\bGOCSPX-[A-Za-z0-9_-]{20,}",
    r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}",
    r"\bxapp-[A-Za-z0-9-]{20,}",
    r"https://hooks\.slack\.com/(?:services|workflows)/\S+",
    r"https://discord(?:app)?\.com/api/webhooks/\S+",
    r"\b(?:sk|rk|pk|whsec)_(?:live|test)?_?[A-Za-z0-9]{20,}",
    r"\bSG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,}",
    r"\b(?:AC|SK)[0-9a-f]{32}\b",
    r"\bkey-[0-9a-f]{32}\b",
    r"\bhf_[A-Za-z0-9]{30,}",
    r"\bnpm_[A-Za-z0-9]{30,}",
    r"\bpypi-[A-Za-z0-9_-]{30,}",
    r"\brubygems_[0-9a-f]{40,}",
    r"\bdapi[0-9a-f]{32}\b",
    r"\bdop_v1_[0-9a-f]{40,}",
    r"\b\d{8,10}:[A-Za-z0-9_-]{35}\b",
    r"\bAGE-SECRET-KEY-1[A-Z0-9]{50,}",
    r"\bhbt_[A-Za-z0-9_-]{20,}",
    r"\beyJ[A-Za-z0-9_-]{8,2000}\.eyJ[A-Za-z0-9_-]{8,8000}\.[A-Za-z0-9_-]*",
)
_SHAPE = re.compile("|".join(_SHAPES))
_LABELLED = re.compile(
    r"""(?ix)
    (?P<label>
        (?:(?:api[_-]?key|access[_-]?key(?:[_-]?id)?|secret[a-z_-]{0,24}|auth[_-]?token
        |access[_-]?token|refresh[_-]?token|bot[_-]?token|bearer[_-]?token|client[_-]?secret|private[_-]?key
        |password|passwd|pwd|x-api-key|authorization|account[_-]?key)["']?\s*[:=]\s*)
        (?:["']?(?:bearer|basic|token)\s+)? | \b(?:bearer|basic)\s+
    )
    (?P<quote>["']?)(?P<value>[^\s"',;&]{12,})
    """
)
_URL_LOGIN = re.compile(
    r"(?P<label>\b[a-z][a-z0-9+.-]{0,30}://[^\s:/@]{0,200}:)(?P<value>[^\s/@]{1,2000})(?=@)", re.IGNORECASE
)
_ANCHORS = (
    *(
        "-----BEGIN ",
        "sk-",
        "ghp_",
        "gho_",
        "ghu_",
        "ghs_",
        "ghr_",
        "github_pat_",
        "glpat-",
        "gldt-",
        "glrt-",
        "glcbt-",
    ),
    *("AKIA", "ASIA", "ABIA", "ACCA", "AIza", "ya29.", "GOCSPX-", "xox", "xapp-", "hooks.slack.com", "discord"),
    *("sk_", "rk_", "pk_", "whsec_", "SG.", "hf_", "hbt_"),
    *("npm_", "pypi-", "rubygems_", "dapi", "dop_v1", "AGE-SECRET-KEY-1", "eyJ"),
    *(
        f"{name}{dash}"
        for name in ("gsk", "r8", "pplx", "tvly", "xai", "fw", "nvapi", "key", "csk", "ntn", "secret", "dckr_pat")
        for dash in "_-"
    ),
    *("shpat_", "shpat-", "lin_api_", "lin_api-"),
)
"""In every text that has one of the shapes stands one of these; looking for them is a hundred times as quick."""

_NUMBERED = re.compile(r"\d:[A-Za-z0-9_-]{35}|[CK][0-9a-f]{32}")
_LABELS = ("key", "secret", "token", "password", "passwd", "pwd", "authorization", "bearer", "basic")
_DOTS = MappingProxyType({0x130: "i", 0x131: "i"})
_REFERENCE = re.compile(r"[$<{(\[]|.*\(.*|[A-Za-z_.]+\Z")


class Redactor:
    """Replaces known secrets wherever they stand, and whatever has the shape of a key; pure."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = sorted({secret for secret in secrets if len(secret) >= SHORTEST}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def __call__(self, text: str) -> str:
        """The text with `[redacted]` in place of each secret."""
        if self._known:
            text = self._known.sub(MARK, text)
        if any(anchor in text for anchor in _ANCHORS) or _NUMBERED.search(text):
            text = _SHAPE.sub(MARK, text)
        if "://" in text:
            text = _URL_LOGIN.sub(rf"\g<label>{MARK}", text)
        # For who looks at letters whatever their case, an i with any dot or none is one.
        plain = text.translate(_DOTS).casefold()
        return _LABELLED.sub(_labelled, text) if any(label in plain for label in _LABELS) else text


def masked(secret: str) -> str:
    """A secret as it may be shown: its last four characters, and none of a short one."""
    return f"…{secret[-4:]}" if len(secret) >= 2 * SHORTEST else "…"


def _labelled(match: re.Match[str]) -> str:
    """A label with its value gone; a variable, a call or a plain word after the label is no secret."""
    if _REFERENCE.match(match["value"]):
        return match.group()
    return f"{match['label']}{match['quote']}{MARK}"
