"""What protects a session, gathered from what it was built of."""

from collections.abc import Iterable

from heartbit_tui.kernel.protocols import Guardrail
from heartbit_tui.permissions.sandbox import Active
from heartbit_tui.runtime import sandboxing
from heartbit_tui.runtime.safety import Safety
from heartbit_tui.runtime.settings import Settings


def protection(settings: Settings, guardrails: Iterable[Guardrail], *, audited: bool) -> Safety:
    """What holds as the session opens; rules that are learned later are not in it."""
    grounds = sandboxing.planned(
        settings.config, settings.workspace, settings.places, settings.environment, settings.unseen
    )
    sandboxed = isinstance(settings.sandbox, Active)
    return Safety(
        trust=settings.trust.state,
        ignored=settings.config.ignored,
        writable=tuple(dict.fromkeys(grounds.roots)) if sandboxed else (),
        hidden=tuple(dict.fromkeys(grounds.hidden)) if sandboxed else (),
        network=grounds.network if sandboxed else True,
        rules=tuple(rule.title for rule in settings.gate.rules),
        guardrails=tuple(guardrail.name for guardrail in guardrails),
        audited=audited,
    )
