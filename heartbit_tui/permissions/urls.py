"""Whether an address fits a rule, host and path looked at apart."""

from urllib.parse import SplitResult, urlsplit

from heartbit_tui.permissions import glob
from heartbit_tui.permissions.rules import Rule

DOMAIN = "domain:"


def host(url: str) -> str:
    """The host of an address in lower case, without user, port and final dot; empty where there is none."""
    parts = _split(url)
    return (parts.hostname or "").rstrip(".") if parts else ""


def allows(rule: Rule, url: str) -> bool:
    """Whether an allow rule lets this address pass: the host has to fit on its own."""
    if rule.whole_tool:
        return True
    parts, name = _split(url), host(url)
    if parts is None or not name or "\\" in url:
        return False
    if rule.exact:
        return url == rule.pattern
    if "://" not in rule.pattern:
        return glob.matches(rule.pattern.removeprefix(DOMAIN).lower(), name)
    return _fits_address(rule.pattern, parts, name)


def hits(rule: Rule, url: str) -> bool:
    """Whether a deny or ask rule is about this address; a host stands for all hosts below it too."""
    if rule.fits(url) or allows(rule, url):
        return True
    name = host(url)
    wanted = rule.pattern.removeprefix(DOMAIN).lower()
    return bool(name) and not rule.exact and (glob.matches(wanted, name) or name.endswith(f".{wanted}"))


def _fits_address(pattern: str, parts: SplitResult, name: str) -> bool:
    scheme, _, rest = pattern.partition("://")
    wanted, slash, path = rest.partition("/")
    target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    fits_path = glob.matches(f"/{path}", target) if slash else target == "/"
    netloc = f"{name}:{parts.port}" if parts.port and ":" in wanted else name
    return glob.matches(scheme, parts.scheme) and glob.matches(wanted.lower(), netloc) and fits_path


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port, parts.hostname
    except ValueError:
        return None
    return parts
