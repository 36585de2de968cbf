"""Variables and sums whose value can do no harm where it stands."""

import re
from collections.abc import Set as AbstractSet

_KNOWN = frozenset(
    (
        *("HOME", "PWD", "OLDPWD", "USER", "LOGNAME", "SHELL", "PATH", "LANG", "TERM", "HOSTNAME", "OSTYPE", "UID"),
        *("RANDOM", "SECONDS", "LINENO", "BASH_VERSION", "COLUMNS", "LINES", "TMPDIR", "EDITOR", "VIRTUAL_ENV"),
        *("?", "#", "@", "*", "-", "$", "!", "_", *"0123456789"),
    )
)
"""Variables that hold no secret."""

_SIMPLE = re.compile(r"\$([A-Za-z_]\w*|[?#@*$!_0-9-])")
_BRACED = re.compile(r"\$\{#?([A-Za-z_]\w*|[?#@*$!0-9-])(?:(?::?[-+]|%%?|##?)[\w./ $(){}\"'*:@=-]*)?\}")
_SUM = re.compile(r"\$\(\([\s\d+*/%()<>=-]*\)\)")


def harmless_expansion(kind: str, text: str, names: AbstractSet[str]) -> bool:
    """Whether a `$…` only stands for text that may be shown; `names` are the variables of loops."""
    if kind == "arithmetic_expansion":
        return _SUM.fullmatch(text) is not None
    pattern = {"simple_expansion": _SIMPLE, "expansion": _BRACED}.get(kind)
    found = pattern.fullmatch(text) if pattern else None
    return found is not None and (found.group(1) in _KNOWN or found.group(1) in names)
