"""What a person allows, denies or wants to be asked about, one rule at a time."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Literal, TypeAlias, get_args

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.permissions import glob

Ruling: TypeAlias = Literal["allow", "deny", "ask"]
Origin: TypeAlias = Literal["config", "learned", "session"]

RULINGS: tuple[Ruling, ...] = get_args(Ruling)
FAMILIES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "edit": frozenset({"edit", "write", "patch", "lsp_rename"}),
        "read": frozenset({"read", "grep", "glob", "list", "lsp"}),
    }
)
"""Tools that a rule for the first of them covers too: denying `edit` of a file has to deny `write` of it."""

FOREIGN_NAMES: Mapping[str, str] = MappingProxyType({"ls": "list", "multiedit": "edit", "notebookedit": "edit"})
FIELDS = frozenset({"tool", "pattern", "action", "exact", "project", "why", "expires"})
_SHAPE = re.compile(r"([A-Za-z0-9_.*?-]+)(?:\((.*)\))?", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: calls of `tool` that touch something that fits `pattern` are allowed, denied or asked about.

    `exact` takes the pattern as plain text. `source` says where the rule stands. `project` is the real path of
    the only folder in which it holds, empty for all. After `expires` it no longer counts.
    """

    tool: str
    action: Ruling
    pattern: str = "*"
    exact: bool = False
    origin: Origin = "config"
    source: str = ""
    project: str = ""
    why: str = ""
    expires: datetime | None = None

    def __str__(self) -> str:
        return self.tool if self.whole_tool else f"{self.tool}({self.pattern})"

    @property
    def title(self) -> str:
        """The rule with its action and where it stands, for a person."""
        place = f" ({self.source})" if self.source else ""
        return f"{self.action} {self}{place}"

    @property
    def whole_tool(self) -> bool:
        """Whether everything fits the pattern."""
        return self.pattern == "*" and not self.exact

    @property
    def same(self) -> tuple[str, str, Ruling, bool, str]:
        """What makes two rules the same rule."""
        return (self.tool, self.pattern, self.action, self.exact, self.project)

    def is_about(self, tool: str) -> bool:
        """Whether the rule looks at calls of this tool."""
        return tool in FAMILIES.get(self.tool, ()) or glob.matches(self.tool, tool)

    def holds(self, *, now: datetime, project: str) -> bool:
        """Whether the rule counts at this time in this project."""
        return (self.expires is None or now < self.expires) and self.project in ("", project)

    def fits(self, text: str) -> bool:
        """Whether one text fits the pattern."""
        return text == self.pattern if self.exact else glob.matches(self.pattern, text)


def allow_all() -> Rule:
    """The rule that allows every tool, except command lines and protected files."""
    return Rule(tool="*", action="allow")


def parse(text: str, action: Ruling, *, source: str = "", origin: Origin = "config") -> Rule:
    """A rule from `tool` or `tool(pattern)`, as Claude Code writes it too. Raises `ConfigError`."""
    shape = _SHAPE.fullmatch(text.strip())
    if shape is None:
        message = f"{text!r} is no permission rule. Write it as tool or tool(pattern), such as bash(git status)."
        raise ConfigError(_at(message, source), key=f"permissions.{action}", source=source)
    tool, pattern = shape.group(1), shape.group(2)
    if pattern is not None and pattern.startswith("//"):
        pattern = pattern[1:]
    return Rule(tool=_own_name(tool), pattern=pattern or "*", action=action, source=source, origin=origin)


def read(value: str | JsonObject, *, action: Ruling | None = None, source: str = "") -> Rule:
    """A rule from a configuration: a table with tool, pattern and action, or a string for a list's `action`."""
    if isinstance(value, str):
        return parse(value, action or "ask", source=source)
    return from_table(value, source=source)


def from_table(table: JsonObject, *, source: str = "", origin: Origin = "config") -> Rule:
    """A rule from a table such as `{tool = "bash", pattern = "rm *", action = "deny"}`. Raises `ConfigError`."""
    unknown = sorted(set(table) - FIELDS)
    if unknown:
        raise _wrong(f"a rule has no key {unknown[0]!r}; it may have {', '.join(sorted(FIELDS))}", source)
    action = table.get("action")
    if action not in RULINGS:
        raise _wrong(f"a rule's action is {action!r}; write one of allow, deny, ask", source)
    return Rule(
        tool=_text(table, "tool", source),
        pattern=_text(table, "pattern", source, default="*"),
        action=action,
        exact=table.get("exact") is True,
        origin=origin,
        source=source,
        project=_text(table, "project", source, default=""),
        why=_text(table, "why", source, default=""),
        expires=_time(table.get("expires"), source),
    )


def to_table(rule: Rule) -> dict[str, str | bool | datetime]:
    """The rule as a table of the file with learned rules; what is empty is left out."""
    table: dict[str, str | bool | datetime] = {"tool": rule.tool, "pattern": rule.pattern, "action": rule.action}
    optional = {"exact": rule.exact, "project": rule.project, "why": rule.why, "expires": rule.expires}
    return table | {name: value for name, value in optional.items() if value}


def _own_name(tool: str) -> str:
    if "__" in tool or tool.islower():
        return tool
    return FOREIGN_NAMES.get(tool.lower(), tool.lower())


def _text(table: JsonObject, name: str, source: str, *, default: str | None = None) -> str:
    value: object = table.get(name, default)
    if not isinstance(value, str) or (default is None and not value):
        raise _wrong(f"a rule needs {name} as a string, and this one has {value!r}", source)
    return value


def _time(value: object, source: str) -> datetime | None:
    if value is None:
        return None
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        raise _wrong(f"a rule's expires is {value!r}; write a time such as 2030-01-31T12:00:00Z", source) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _wrong(message: str, source: str) -> ConfigError:
    return ConfigError(_at(f"permissions: {message}.", source), key="permissions", source=source)


def _at(message: str, source: str) -> str:
    return f"{source}: {message}" if source else message
