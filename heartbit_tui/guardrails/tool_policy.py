"""Which tools may be called at all, and with what in their inputs."""

import re
from collections.abc import Sequence
from typing import Literal, TypeAlias

from heartbit_tui.guardrails.passing import Passing
from heartbit_tui.guardrails.patterns import compiled, fits
from heartbit_tui.guardrails.places import texts_in, values_at
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.messages import JsonObject, ToolCall
from heartbit_tui.kernel.protocols import Judgement, Pass, Refuse, Warn

Action: TypeAlias = Literal["allow", "warn", "deny"]

LONGEST = 100_000
"""Characters of one value that a pattern is looked for in; a longer value counts as one that breaks the rule."""

ABOUT = "the policy for {glob} {verb} {tool}"
VERBS = (("warn", "warns of"), ("deny", "does not allow"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """What has to hold at a path of the input, for every value there.

    `deny_pattern` must be found nowhere, `allow_pattern` in each; `max_length` counts bytes. What is missing holds,
    unless `deny_if_missing`. Raises `ConfigError` for a pattern that is wrong or could take for ever.
    """

    path: str
    deny_pattern: str = ""
    allow_pattern: str = ""
    max_length: int | None = None
    deny_if_missing: bool = False

    def __post_init__(self) -> None:
        for text in (self.deny_pattern, self.allow_pattern):
            compiled(text, f"the constraint on {self.path}")

    def broken_by(self, input: JsonObject) -> str:
        """Why an input breaks it, or empty."""
        texts = tuple(texts_in(values_at(input, self.path)))
        if not texts:
            return f"{self.path} is missing" if self.deny_if_missing else ""
        faults = (self._fault(text) for text in texts)
        return next((fault for fault in faults if fault), "")

    def _fault(self, text: str) -> str:
        if self.max_length is not None and len(text.encode("utf-8", "surrogatepass")) > self.max_length:
            return f"{self.path} is longer than {self.max_length} bytes"
        if (self.deny_pattern or self.allow_pattern) and len(text) > LONGEST:
            return f"{self.path} is too long to be checked"
        if self.deny_pattern and re.search(self.deny_pattern, text):
            return f"{self.path} matches {self.deny_pattern!r}"
        if self.allow_pattern and not re.search(self.allow_pattern, text):
            return f"{self.path} does not match {self.allow_pattern!r}"
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRule:
    """What holds for tools whose names fit a glob; on `allow` a broken constraint refuses the call."""

    tool: str
    action: Action = "allow"
    constraints: tuple[Constraint, ...] = ()


class ToolPolicy(Passing):
    """A `Guardrail` that judges calls by the first rule for their tool, else by the default."""

    def __init__(self, rules: Sequence[PolicyRule] = (), *, default_action: Action = "allow") -> None:
        super().__init__("tool_policy")
        self._rules = tuple(rules)
        self._default = PolicyRule(tool="*", action=default_action)

    async def pre_tool(self, call: ToolCall) -> Judgement:
        """The judgement of the rule that fits first."""
        rule = next((rule for rule in self._rules if fits(call.name, rule.tool)), self._default)
        broken = next(filter(None, (each.broken_by(call.input) for each in rule.constraints)), "")
        if broken and rule.action == "allow":
            return Refuse(reason=f"the policy for {rule.tool} does not allow this {call.name}: {broken}")
        verb = next((words for action, words in VERBS if action == rule.action), "")
        if not verb:
            return Pass()
        reason = ABOUT.format(glob=rule.tool, verb=verb, tool=call.name) + (f": {broken}" if broken else "")
        return Refuse(reason=reason) if rule.action == "deny" else Warn(reason=reason)
