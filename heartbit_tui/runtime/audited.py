"""What the audit of a session is made of: who is here, what is secret, and what the gate decides."""

import os
import pwd
from collections.abc import Callable

from heartbit_tui.kernel.ops import Decide, Mode
from heartbit_tui.kernel.protocols import Action, Deny, Gate, Verdict
from heartbit_tui.runtime.masking import mask_for, masking
from heartbit_tui.runtime.options import Identity, Options
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.store.trail import Trail


class Witness:
    """A `Gate` that decides as the one behind it, and lets the audit know."""

    def __init__(self, gate: Gate, trail: Trail) -> None:
        self._gate = gate
        self._trail = trail

    def decide(self, action: Action, mode: Mode) -> Verdict:
        """The verdict of the gate behind this one."""
        verdict = self._gate.decide(action, mode)
        self._trail.decided(action, verdict, mode)
        return verdict

    def forbidden(self, action: Action, mode: Mode) -> Deny | None:
        """What denies a call by now, by the gate behind this one; the audit hears of a denial."""
        denied = self._gate.forbidden(action, mode)
        if denied:
            self._trail.decided(action, denied, mode)
        return denied

    async def learn(self, action: Action, decision: Decide) -> None:
        """Let the gate behind this one remember a decision."""
        await self._gate.learn(action, decision)


def watched(gate: Gate, trail: Trail | None) -> Gate:
    """The gate, with a witness where something is audited."""
    return Witness(gate, trail) if trail else gate


def trail_of(settings: Settings, identity: Identity | None = None) -> Trail:
    """The audit of a session with these settings, in the name of whom it works for, or whose process this is."""
    if identity is None:
        return Trail(mask_of(settings), user=_user())
    acts_for = (f"user:{identity.user}", *identity.through)
    return Trail(mask_of(settings), user=identity.user, tenant=identity.tenant, acts_for=acts_for)


def own_trail(options: Options) -> Trail:
    """The audit in the name of whose process this is, for a place of which no session is opened."""
    return Trail(mask_for(options), user=_user())


def mask_of(settings: Settings) -> Callable[[str], str]:
    """Masks the keys of the settings and of the environment; they are looked up with the first text.

    The system's keyring is not asked: it may want its password, and nobody is there to give it.
    """

    return masking(lambda: (settings.places, settings.environment, settings.secret_names))


def _user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container may run under a number that has no name
        return str(os.getuid())
