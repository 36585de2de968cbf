"""The memory of one session: what its model may do with it, what its person may, and what becomes of it at the end."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any, cast

from heartbit_tui.config import Config, files as config_files
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import Event, MemoryChanged
from heartbit_tui.kernel.messages import Assistant, Message, StopReason
from heartbit_tui.kernel.protocols import Clock, ContextPolicy, Effects, Tool
from heartbit_tui.kernel.session import Session
from heartbit_tui.memory.notebook import Cleaned, Ground, Notebook
from heartbit_tui.memory.protocols import Memory
from heartbit_tui.memory.recalling import Bounds, Means, Recalling
from heartbit_tui.memory.types import Confidentiality, Origin, Reach, Scope
from heartbit_tui.runtime import plugins
from heartbit_tui.runtime.audited import mask_of
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.tools.late import Deferred

PACKAGE = Path(__file__).parents[1]
FOLDER = "heartbit_tui.memory"
FINISHING = 60.0
"""Seconds that the end of a session may take for its memory."""

OWN_TEXTS = ("[Today is ", "|||FENCE:", "[Summary of ", "[Earlier messages ", "Your answer was refused by ", "Go on.")
"""How the texts begin that heartbit says in a person's place."""

LATE = "The memory was not merged to the end: it took longer than {seconds:g} s. The rest waits for the next session."
TROUBLE = "The memory was not put in order: {error}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Whose memory it is: the agent, its session and its project; a tenant and a user where several share a file."""

    agent: str
    session: str
    project: str
    tenant: str = ""
    user: str = ""

    @property
    def scope(self) -> Scope:
        """Where what the agent stores goes."""
        return Scope(tenant=self.tenant, user=self.user, agent=self.agent, session=self.session, project=self.project)

    def reach(self, cap: Confidentiality) -> Reach:
        """What the agent gets at: its own entries and everybody's, of this project and of none."""
        return Reach(
            tenant=self.tenant,
            user=self.user,
            agents=(self.agent, ""),
            projects=tuple(dict.fromkeys((self.project, ""))),
            cap=min(cap, Confidentiality.CONFIDENTIAL),
        )

    @property
    def person(self) -> Reach:
        """What the person gets at: all of it, whoever stored it."""
        return Reach(tenant=self.tenant, user=self.user, cap=Confidentiality.RESTRICTED)


class Remembering:
    """Puts the memory of a session together; nothing of it is loaded before it is needed.

    One reach is made for the model, here, and everything that a model can read goes through it.
    """

    def __init__(self, memory: Memory, whose: Whose, settings: Settings, clock: Clock) -> None:
        self._whose = whose
        self._settings = settings
        self._config = settings.config
        self._clock = clock
        self._session: Session | None = None
        self._finished = False
        self._fence = Marks().fence
        self._ground = Ground(
            memory=memory,
            reach=whose.reach(cap_of(settings.config)),
            scope=whose.scope,
            clean=Late(settings),
            origin=self._origin,
        )
        self.notebook = Notebook(self._ground)
        """The memory as the model may use it."""
        self.person = replace(self._ground, reach=whose.person, scope=replace(whose.scope, agent=""))
        """What the person stands on: everything, and what they note is every agent's."""

    @property
    def clock(self) -> Clock:
        """The time that entries are stored by."""
        return self._clock

    @cached_property
    def tools(self) -> tuple[Tool, ...]:
        """The five tools without those that the settings leave out, each made when it is first called."""
        left_out = self._config.strings("tools.disabled")
        return tuple(tool for tool in self._every() if tool.spec.name not in left_out)

    def _every(self) -> tuple[Tool, ...]:
        made = self._made
        return (
            _late("memory_store", Effects.WRITE, lambda: made("MemoryStore")(self.notebook, self._tracker())),
            _late("memory_recall", Effects.READ, lambda: made("MemoryRecall")(self.notebook, self._fence, self._clock)),
            _late("memory_update", Effects.WRITE, lambda: made("MemoryUpdate")(self.notebook)),
            _late("memory_forget", Effects.WRITE, lambda: made("MemoryForget")(self.notebook)),
            _late("memory_consolidate", Effects.WRITE, lambda: made("MemoryConsolidate")(self.notebook)),
        )

    def shared_tools(self) -> tuple[Tool, ...]:
        """The two tools of agents that work together; they see what is everybody's, under the same cap."""
        ground = replace(self._ground, scope=replace(self._whose.scope, agent=""))
        notebook = Notebook(ground)
        return (
            _late("shared_memory_read", Effects.READ, lambda: _shared("SharedMemoryRead")(notebook, self._fence)),
            _late("shared_memory_write", Effects.WRITE, lambda: _shared("SharedMemoryWrite")(notebook)),
        )

    def around(self, inner: ContextPolicy) -> ContextPolicy:
        """The policy with what is remembered brought in, where the settings want that."""
        most = self._config.integer("memory.recall_limit")
        if most == 0:
            return inner
        usual = Bounds()
        bounds = Bounds(
            entries=most or usual.entries,
            characters=self._config.integer("memory.recall_characters") or usual.characters,
        )
        means = Means(notebook=self.notebook, fence=self._fence, now=self._clock.now, own=is_own)
        return Recalling(inner, means, bounds)

    async def keep(self, messages: Sequence[Message]) -> None:
        """Keep what tools told in messages that are about to be taken out of the conversation; raises nothing."""
        await plugins.resolve(f"{FOLDER}.flush:Flush")(self.notebook, self._tell).keep(messages)

    def begin(self, session: Session) -> None:
        """The session is open: what is told of the memory is told in its log."""
        self._session = session

    def tell(self, event: Event) -> None:
        """Put into the log what the person did with the memory."""
        self._tell(event)

    async def finish(self) -> None:
        """Merge and prune as the settings want it, once, where a run of this session ended well; raises nothing."""
        session = self._session
        if self._finished or session is None or not _went_well(session):
            return
        self._finished = True
        try:
            async with asyncio.timeout(FINISHING):
                if self._config.boolean("memory.consolidate_on_exit"):
                    await self._consolidate(session)
                if self._config.boolean("memory.prune_on_exit"):
                    await self._prune()
        except TimeoutError:
            self._tell(MemoryChanged(action="refused", reason=LATE.format(seconds=FINISHING)))
        except HeartbitError as error:
            self._tell(MemoryChanged(action="refused", reason=TROUBLE.format(error=error)))

    async def _consolidate(self, session: Session) -> None:
        means = plugins.resolve(f"{FOLDER}.consolidating:Means")(
            provider=lambda: session.settings.provider, fence=self._fence, clean=self._ground.clean, tell=self._tell
        )
        await plugins.resolve(f"{FOLDER}.consolidating:merge")(self._ground.memory, self._ground.reach, means)

    async def _prune(self) -> None:
        pruned = await self.notebook.prune()
        if pruned:
            self._tell(MemoryChanged(action="pruned", count=pruned, reason="weak and old"))

    def _tell(self, event: Event) -> None:
        if self._session is not None:
            self._session.append(self._whose.agent, event)

    def _origin(self) -> Origin:
        return Origin(session=self._whose.session, seq=self._session.seq if self._session else 0)

    def _made(self, name: str) -> Callable[..., Tool]:
        return plugins.resolve(f"{FOLDER}.tools:{name}")

    def _tracker(self) -> Any:
        threshold = self._config.number("memory.reflection_threshold")
        return plugins.resolve(f"{FOLDER}.reflection:Tracker")(threshold) if threshold else None


class Marks:
    """Marks around what comes out of the memory, that nothing in it can guess: one secret a session, one id a use."""

    def __init__(self, secret: bytes | None = None) -> None:
        self._secret = secret or secrets.token_bytes(32)
        self._numbers = count(1)

    def fence(self, text: str, origin: str, note: str) -> str:
        """The text as data, what nobody sees in it written out."""
        marking, hidden = "heartbit_tui.guardrails.marking", "heartbit_tui.guardrails.hidden"
        mark = plugins.resolve(f"{marking}:mark_of")(self._secret, f"memory-{next(self._numbers)}")
        shown = plugins.resolve(f"{hidden}:escaped")(text)
        return plugins.resolve(f"{marking}:fenced")(shown, id=mark, origin=f"source: {origin}", note=note or _note())


def cap_of(config: Config) -> Confidentiality:
    """The highest level that a model of this session may be shown: as set, and public alone for senders of low trust."""
    wanted = Confidentiality.of(config.string("memory.max_confidentiality") or "confidential")
    trust = config.string("guardrails.sensor_security.trust")
    watched = config.is_set("guardrails.sensor_security") and trust not in ("owner", "verified")
    return Confidentiality.PUBLIC if watched else min(wanted, Confidentiality.CONFIDENTIAL)


def project_of(cwd: Path) -> str:
    """The name under which a project's entries are kept: its folder."""
    return str(config_files.project_root(cwd))


def is_own(text: str) -> bool:
    """Whether a text in a message of the person's side is heartbit's own."""
    return text.startswith(OWN_TEXTS)


def _went_well(session: Session) -> bool:
    messages = session.desk.conversation.messages()
    last = messages[-1] if messages else None
    return not session.running and isinstance(last, Assistant) and last.stop is not StopReason.INTERRUPTED


def _late(name: str, effects: Effects, make: Callable[[], Tool]) -> Tool:
    return Deferred(name, effects, make, folder=PACKAGE / "memory")


def _shared(name: str) -> Callable[..., Tool]:
    return cast("Callable[..., Tool]", plugins.resolve(f"{FOLDER}.shared_tools:{name}"))


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
