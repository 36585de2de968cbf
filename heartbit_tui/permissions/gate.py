"""The gate that every call passes: rules, then the mode."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import Envelope
from heartbit_tui.kernel.ops import Decide, Mode
from heartbit_tui.kernel.protocols import Action, Allow, Ask, Clock, Deny, Effects, Touch, Verdict
from heartbit_tui.permissions import glob, lines, matching, modes, shell
from heartbit_tui.permissions.learned import Memory
from heartbit_tui.permissions.past import Past
from heartbit_tui.permissions.paths import Workspace
from heartbit_tui.permissions.proposal import propose
from heartbit_tui.permissions.rules import Rule, Ruling, parse
from heartbit_tui.permissions.trust import SPENT, Bounds, Budget
from heartbit_tui.permissions.wholesale import sweeping

if TYPE_CHECKING:
    from heartbit_tui.permissions.telling import Part

_WAITING = 200
"""Calls that may wait for an answer, each with its own proposal."""


class UnlearnableError(HeartbitError):
    """A decision cannot be remembered as a rule; it holds for its call only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """One rule that was looked at for a call, and whether it is about the call."""

    rule: Rule
    applies: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A verdict with every rule that was looked at, and each part of the call by itself."""

    verdict: Verdict
    looked: tuple[Looked, ...]
    parts: "tuple[Part, ...]" = ()


class RuleGate:
    """A `Gate` over the rules of the configuration, the rules learned, and the mode.

    The first that applies decides: a deny from anywhere, what the mode forbids, protected files, yolo, what was
    learned, an ask, an allow, the mode. The order of rules and of layers never matters. `sandboxed` says that the
    commands of the bash tool run in a sandbox, which is what the auto mode rests on.
    """

    def __init__(
        self,
        *,
        rules: Sequence[Rule],
        workspace: Workspace,
        clock: Clock,
        memory: Memory | None = None,
        sandboxed: bool = False,
        bounds: Bounds | None = None,
    ) -> None:
        self._rules = tuple(rules)
        self._workspace = workspace
        self._clock = clock
        self._memory = memory
        self._sandboxed = sandboxed
        self._budget = Budget(bounds or Bounds(), clock, next(iter(workspace.roots), "/"))
        self._proposed: dict[str, Rule] = {}
        self.past = Past()
        """What the person was asked lately; a session tells it the answers."""
        self._session: tuple[Rule, ...] = ()
        self._learned = memory.load() if memory else ()

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All rules that hold now."""
        now, project = self._clock.now(), self._workspace.project
        every = (*self._rules, *self._learned, *self._session)
        return tuple(rule for rule in every if rule.holds(now=now, project=project))

    def decide(self, action: Action, mode: Mode) -> Verdict:
        """The verdict on one call; reads the file system to resolve links, once each, and changes nothing there.

        What passes because of the auto mode counts against what that may do unasked in one run.
        """
        action = matching.settled(action)
        verdict = self._within_budget(action, self._judged(action, mode))
        if isinstance(verdict, Deny):
            return verdict
        if isinstance(verdict, Ask):
            self.past.ask(action)
        return replace(verdict, places={touch.what: touch.real for touch in action.touches if touch.real})

    def forbidden(self, action: Action, mode: Mode) -> Deny | None:
        """What denies a call by now; nothing of it counts as used or asked."""
        verdict = self._verdict(matching.settled(action), mode)
        return verdict if isinstance(verdict, Deny) else None

    def take(self, envelope: Envelope) -> None:
        """Hear an event of the session, for what was asked lately and what the auto mode has used."""
        self.past.take(envelope)
        self._budget.take(envelope)

    def _within_budget(self, action: Action, verdict: Verdict) -> Verdict:
        if not _by_auto(verdict) or action.effects in modes.READ_ONLY:
            return verdict
        if reason := self._budget.spent(action):
            self._budget.ask(action.call.id)
            return Ask(reason=reason, rule=SPENT)
        self._budget.use(action)
        return verdict

    def _judged(self, action: Action, mode: Mode) -> Verdict:
        return self._with_proposal(self._verdict(action, mode), action)

    def _verdict(self, action: Action, mode: Mode) -> Verdict:
        rules = self.rules
        finding = modes.find(action, self._workspace)
        if finding.broken:
            return Deny(reason="A path or command holds a NUL character, which no file name may.", rule="paths")
        if denied := self._denied(action, rules):
            return denied
        if action.effects is Effects.NONE:
            return Allow(reason="This changes nothing but the agent's own state.", rule="no effects")
        harmless = mode is not Mode.YOLO and lines.only_reads(action, mode, rules, self._workspace)
        settled = None if harmless else modes.forbid(action, mode) or modes.insist(action, finding)
        if settled is None and mode is not Mode.YOLO:
            settled = self._ruled(action, rules, mode)
        if settled is None and harmless:
            settled = Allow(reason="Every command of this line is known to be harmless here.", rule=lines.HARMLESS)
        return settled or self._by_mode(action, mode, finding)

    def _by_mode(self, action: Action, mode: Mode, finding: modes.Finding) -> Verdict:
        verdict = modes.fall_back(action, mode, finding, sandboxed=self._sandboxed)
        if _by_auto(verdict) and (reason := sweeping(action, self._workspace)):
            return Ask(reason=reason, rule=modes.AUTO_MODE)
        return verdict

    def explain(self, action: Action, mode: Mode) -> Explanation:
        """The verdict, for each rule whether it is about the call, and for each part what decides it."""
        rules = self.rules
        looked = tuple(Looked(rule=rule, applies=self._applies(rule, action)) for rule in rules)
        from heartbit_tui.permissions.telling import parts

        found = parts(action, mode, rules, self._workspace)
        return Explanation(verdict=self._judged(matching.settled(action), mode), looked=looked, parts=found)

    def hides(self, path: str, tool: str = "read") -> bool:
        """Whether a deny rule keeps this file from the tool, for tools that walk over many files."""
        denies = (rule for rule in self.rules if rule.action == "deny" and rule.is_about(tool))
        return any(matching.hits_path(rule, path, self._workspace) for rule in denies)

    def conceals(self, path: str) -> bool:
        """Whether this file may hold a secret and no rule allows to read it, for tools that walk over many files."""
        if not self._workspace.secret(path):
            return False
        touch = Touch(kind="read", what=path)
        allows = (rule for rule in self.rules if rule.action == "allow" and rule.is_about("read"))
        return not any(matching.allows_touch(rule, touch, self._workspace) for rule in allows)

    async def learn(self, action: Action, decision: Decide) -> None:
        """Remember a decision for the session, or in the file for this project or everywhere.

        Raises `UnlearnableError` where no rule would be safe, `ConfigError` where the file cannot be understood.
        """
        if decision.scope == "once":
            return
        if decision.allow and modes.find(action, self._workspace).protected:
            raise UnlearnableError("A change of a protected file is asked about each time.")
        rule = self._rule_from(action, decision)
        if decision.scope == "session" or self._memory is None:
            if all(known.same != rule.same for known in self._session):
                self._session = (*self._session, replace(rule, origin="session", source="this session"))
            return
        project = self._workspace.project if decision.scope == "project" else ""
        self._learned = await asyncio.to_thread(self._memory.add, replace(rule, project=project))

    def _denied(self, action: Action, rules: Sequence[Rule]) -> Deny | None:
        for rule in rules:
            if rule.action == "deny" and matching.hits(rule, action, self._workspace):
                if action.effects is Effects.NONE and rule.tool != action.call.name:
                    continue
                why = f" ({rule.why})" if rule.why else ""
                reason = f"The rule “{rule.title}” forbids this call{why}. Do not look for a way around it."
                return Deny(reason=reason, rule=rule.title)
        return None

    def _ruled(self, action: Action, rules: Sequence[Rule], mode: Mode) -> Allow | Ask | None:
        allows = tuple(rule for rule in rules if rule.action == "allow")
        learned = tuple(rule for rule in allows if rule.origin != "config")
        if found := self._covered(learned, action, mode, rules):
            return Allow(reason=f"You allowed “{found}” before.", rule=found.title)
        for rule in rules:
            if rule.action == "ask" and matching.hits(rule, action, self._workspace):
                return Ask(reason=f"The rule “{rule.title}” wants a person to decide.", rule=rule.title)
        if found := self._covered(allows, action, mode, rules):
            return Allow(reason=f"The rule “{found.title}” allows this.", rule=found.title)
        return None

    def _covered(self, allows: Sequence[Rule], action: Action, mode: Mode, rules: Sequence[Rule]) -> Rule | None:
        whole = matching.covers(allows, action, self._workspace)
        return whole or lines.covers(allows, action, mode, rules, self._workspace)

    def _with_proposal(self, verdict: Verdict, action: Action) -> Verdict:
        if not isinstance(verdict, Ask) or verdict.rule == modes.PROTECTED:
            return verdict
        from heartbit_tui.permissions.wider import widen

        wider = widen(action, self.past.asks, self._workspace, self._would_pass)
        rule = wider.rule if wider else propose(action, self._workspace)
        self._propose(action, wider.rule if wider else None)
        return replace(verdict, proposal=str(rule), precedent=wider.told if wider else "") if rule else verdict

    def _propose(self, action: Action, rule: Rule | None) -> None:
        """Keep what is proposed for a call until it is answered; what it is proposed by moves on."""
        self._proposed.pop(action.call.id, None)
        if rule is not None:
            while len(self._proposed) >= _WAITING:
                self._proposed.pop(next(iter(self._proposed)))
            self._proposed[action.call.id] = rule

    def _would_pass(self, rule: Rule, action: Action) -> bool:
        """Whether this rule alone, with those that deny or ask, would let a call pass."""
        return self._covered((rule,), action, Mode.ASK, self.rules) is not None

    def _applies(self, rule: Rule, action: Action) -> bool:
        if rule.action == "allow":
            return self._covered((rule,), action, Mode.ASK, self.rules) is not None
        return matching.hits(rule, action, self._workspace)

    def _rule_from(self, action: Action, decision: Decide) -> Rule:
        ruling: Ruling = "allow" if decision.allow else "deny"
        proposed = self._proposed.get(action.call.id) or propose(action, self._workspace)
        if proposed and decision.pattern in ("", str(proposed)):
            return replace(proposed, action=ruling, origin="learned", why=decision.note)
        if not decision.pattern:
            raise UnlearnableError(f"No rule for {action.call.name} would be narrow enough to remember.")
        rule = replace(parse(decision.pattern, ruling, origin="learned"), why=decision.note)
        return _checked(rule, action)


def _checked(rule: Rule, action: Action) -> Rule:
    """An edited rule that would do what the person expects of it."""
    if not rule.is_about(action.call.name):
        raise UnlearnableError(f"The rule {rule} is not about the tool {action.call.name}.")
    command = any(touch.kind == "command" for touch in matching.touches(action))
    if rule.action == "allow" and command and glob.is_wild(rule.pattern) and not shell.learnable(rule.pattern):
        message = (
            f"The rule {rule} is wider than an answer may be: a command line is allowed as a whole, or by its first "
            f"words as in bash(git log{shell.END}), and what runs other programs only as a whole."
        )
        raise UnlearnableError(message)
    return rule


def _by_auto(verdict: Verdict) -> bool:
    """Whether a call passes because of the auto mode alone."""
    return isinstance(verdict, Allow) and verdict.rule == modes.AUTO_MODE
