"""The gate that heeds what hooks said of a call, behind all rules: they can make it more careful, never wider than a rule."""

from heartbit_tui.hooks.types import Answer
from heartbit_tui.kernel.ops import Decide, Mode
from heartbit_tui.kernel.protocols import Action, Allow, Ask, Deny, Gate, Verdict

RULE = "hook"
"""What a verdict names as its rule where a hook made it."""

BY_MODE = " mode"
"""How the rule of a verdict ends that nothing but the mode decides."""


class Heard:
    """What hooks said of calls that are about to be judged."""

    def __init__(self) -> None:
        self._answers: dict[str, Answer] = {}

    def keep(self, call_id: str, answer: Answer) -> None:
        """This was said of a call."""
        self._answers[call_id] = answer

    def take(self, call_id: str) -> Answer:
        """What was said of a call; it is asked once."""
        return self._answers.pop(call_id, Answer())


class HookGate:
    """A `Gate`: a hook's deny denies, its ask asks, its allow stands in for a person where only the mode wants one."""

    def __init__(self, gate: Gate, heard: Heard) -> None:
        self._gate = gate
        self._heard = heard

    def decide(self, action: Action, mode: Mode) -> Verdict:
        """The verdict of the rules, made more careful where a hook wants that."""
        return weighed(self._gate.decide(action, mode), self._heard.take(action.call.id))

    def forbidden(self, action: Action, mode: Mode) -> Deny | None:
        """What the rules deny by now."""
        return self._gate.forbidden(action, mode)

    async def learn(self, action: Action, decision: Decide) -> None:
        """Let the rules remember a decision."""
        await self._gate.learn(action, decision)


def weighed(verdict: Verdict, answer: Answer) -> Verdict:
    """What comes of a verdict and what a hook said."""
    reason = answer.reason or "a hook wants it so"
    match verdict, answer.decision:
        case Deny(), _:
            return verdict
        case _, "deny":
            return Deny(reason=f"A hook forbids this: {reason}", rule=RULE)
        case Allow(places=places), "ask":
            return Ask(reason=f"A hook wants a person to decide: {reason}", rule=RULE, places=places)
        case Ask(rule=rule, places=places), "allow" if rule.endswith(BY_MODE):
            return Allow(reason=f"A hook allows this: {reason}", rule=RULE, places=places)
        case _:
            return verdict
