"""Rules and guardrails that decide as a test tells them to."""

from collections.abc import Callable

from heartbit_tui.guardrails.passing import Passing
from heartbit_tui.kernel.ops import Decide, Mode
from heartbit_tui.kernel.protocols import Action, Allow, Deny, Verdict


def allow_all(action: Action, mode: Mode) -> Verdict:
    """Allow every call."""
    return Allow()


class FakeGate:
    """A `Gate`; `seen` holds the actions it decided on, `learned` what it should remember."""

    def __init__(self, decide: Callable[[Action, Mode], Verdict] = allow_all) -> None:
        self._decide = decide
        self.seen: list[Action] = []
        self.learned: list[tuple[Action, Decide]] = []

    def decide(self, action: Action, mode: Mode) -> Verdict:
        self.seen.append(action)
        return self._decide(action, mode)

    def forbidden(self, action: Action, mode: Mode) -> Deny | None:
        verdict = self._decide(action, mode)
        return verdict if isinstance(verdict, Deny) else None

    async def learn(self, action: Action, decision: Decide) -> None:
        self.learned.append((action, decision))


class FakeGuardrail(Passing):
    """A `Guardrail` that lets everything pass; a subclass changes the hooks that it is about."""

    def __init__(self, name: str = "fake") -> None:
        super().__init__(name)
