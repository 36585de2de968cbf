"""What a session's memory stands on: one reach for its model, another for its person, and what both are kept from."""

import os
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from itertools import count
from typing import cast

from heartbit_tui.config import Config
from heartbit_tui.kernel.protocols import Clock, ContextPolicy
from heartbit_tui.memory.fencing import Fence
from heartbit_tui.memory.notebook import Cleaned, Ground, Notebook
from heartbit_tui.memory.protocols import Memory
from heartbit_tui.memory.recalling import Bounds, Means, Recalling
from heartbit_tui.memory.types import Confidentiality, Origin, Reach, Scope
from heartbit_tui.runtime import plugins
from heartbit_tui.runtime.audited import mask_of
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.runtime.shelf import PACKAGE, Whose

OWN_TEXTS = ("[Today is ", "|||FENCE:", "[Summary of ", "[Earlier messages ", "Your answer was refused by ", "Go on.")
"""How the texts begin that heartbit says in a person's place."""


def ground(memory: Memory, whose: Whose, settings: Settings, origin: Callable[[], Origin]) -> Ground:
    """What the model of a session stands on. This is the one place where its reach is made."""
    return Ground(
        memory=memory,
        reach=reach_of(whose, cap_of(settings.config)),
        scope=scope_of(whose),
        clean=Late(settings),
        origin=origin,
    )


def of_person(held: Ground, whose: Whose) -> Ground:
    """What the person stands on: everything, whoever stored it; and what they note is every agent's."""
    reach = Reach(tenant=whose.tenant, user=whose.user, cap=Confidentiality.RESTRICTED)
    return replace(held, reach=reach, scope=replace(scope_of(whose), agent=""))


def of_command(memory: Memory, whose: Whose, settings: Settings) -> Ground:
    """What a person stands on who works with the memory outside of a session."""
    return of_person(ground(memory, whose, settings, lambda: Origin(by="person")), whose)


def shared(held: Ground) -> Notebook:
    """What agents that work together stand on: what is everybody's, under the same cap."""
    return Notebook(replace(held, scope=replace(held.scope, agent="")))


def scope_of(whose: Whose) -> Scope:
    """Where what the agent stores goes."""
    return Scope(tenant=whose.tenant, user=whose.user, agent=whose.agent, session=whose.session, project=whose.project)


def reach_of(whose: Whose, cap: Confidentiality) -> Reach:
    """What the agent gets at: its own entries and everybody's, of this project and of none."""
    return Reach(
        tenant=whose.tenant,
        user=whose.user,
        agents=(whose.agent, ""),
        projects=tuple(dict.fromkeys((whose.project, ""))),
        cap=min(cap, Confidentiality.CONFIDENTIAL),
    )


def recalling(inner: ContextPolicy, held: Notebook, fence: Fence, settings: Settings, clock: Clock) -> Recalling:
    """The policy that brings in what is remembered, as much of it as the settings want."""
    config, usual = settings.config, Bounds()
    bounds = Bounds(
        entries=config.integer("memory.recall_limit") or usual.entries,
        characters=config.integer("memory.recall_characters") or usual.characters,
    )
    return Recalling(inner, Means(notebook=held, fence=fence, now=clock.now, own=is_own), bounds)


def cap_of(config: Config) -> Confidentiality:
    """The highest level that a model of this session may be shown: as set, and public alone for senders of low trust."""
    wanted = Confidentiality.of(config.string("memory.max_confidentiality") or "confidential")
    trust = config.string("guardrails.sensor_security.trust")
    watched = config.is_set("guardrails.sensor_security") and trust not in ("owner", "verified")
    return Confidentiality.PUBLIC if watched else min(wanted, Confidentiality.CONFIDENTIAL)


class Marks:
    """Marks around what comes out of the memory, that nothing in it can guess: one secret a session, one id a use."""

    def __init__(self, secret: bytes | None = None) -> None:
        self._secret = secret or os.urandom(32)
        self._numbers = count(1)

    def fence(self, text: str, origin: str, note: str) -> str:
        """The text as data, what nobody sees in it written out."""
        marking, hidden = "heartbit_tui.guardrails.marking", "heartbit_tui.guardrails.hidden"
        mark = plugins.resolve(f"{marking}:mark_of")(self._secret, f"memory-{next(self._numbers)}")
        shown = plugins.resolve(f"{hidden}:escaped")(text)
        return plugins.resolve(f"{marking}:fenced")(shown, id=mark, origin=f"source: {origin}", note=note or _note())


def is_own(text: str) -> bool:
    """Whether a text in a message of the person's side is heartbit's own."""
    return text.startswith(OWN_TEXTS)


def _note() -> str:
    return (PACKAGE / "guardrails" / "fence.md").read_text("utf-8").strip()


class Late:
    """A `Clean` that is loaded with the first text that it looks through."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @cached_property
    def _clean(self) -> Callable[[str], Cleaned]:
        found = plugins.resolve("heartbit_tui.runtime.screening:screening")
        return cast("Callable[[str], Cleaned]", found(self._settings.config, mask_of(self._settings)))

    def __call__(self, text: str) -> Cleaned:
        """The text as it may be kept."""
        return self._clean(text)
