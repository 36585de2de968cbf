"""The memory of one session: what its model may do with it, what its person may, and what becomes of it at the end."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from heartbit_tui.config import Config
from heartbit_tui.config.keys import dotted
from heartbit_tui.kernel.bases import Outer
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import Event, MemoryChanged
from heartbit_tui.kernel.messages import Assistant, Message, StopReason
from heartbit_tui.kernel.protocols import Clock, ContextPolicy, Effects, Provider, Request, Scene, Tool
from heartbit_tui.kernel.session import Session
from heartbit_tui.runtime import plugins
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.runtime.shelf import PACKAGE, Shelf, Whose
from heartbit_tui.tools.late import Deferred

if TYPE_CHECKING:
    from heartbit_tui.memory.fencing import Fence
    from heartbit_tui.memory.notebook import Ground, Notebook
    from heartbit_tui.memory.types import Origin

SCREENING = "heartbit_tui.runtime.screening:screening"
FOLDER = "heartbit_tui.memory"
GROUND = "heartbit_tui.runtime.memory_ground"
FINISHING = 60.0
"""Seconds that the end of a session may take for its memory."""

LATE = "The memory was not merged to the end: it took longer than {seconds:g} s. The rest waits for the next session."
TROUBLE = "The memory was not put in order: {error}"


class Remembering:
    """Puts the memory of a session together; nothing of it is loaded before it is needed.

    One reach is made for the model, here, and everything that a model can read goes through it.
    """

    def __init__(self, shelf: Shelf, whose: Whose, settings: Settings, clock: Clock) -> None:
        self._shelf = shelf
        self._whose = whose
        self._settings = settings
        self._config = settings.config
        self._clock = clock
        self._session: Session | None = None
        self._finished = False
        self._model: Callable[[], Provider] | None = None
        self._others: dict[str, Remembering] = {}

    @cached_property
    def ground(self) -> "Ground":
        """What the model stands on."""
        make = plugins.resolve(f"{GROUND}:ground")
        return cast("Ground", make(self._shelf.memory, self._whose, self._settings, self._origin))

    @cached_property
    def notebook(self) -> "Notebook":
        """The memory as the model may use it."""
        return cast("Notebook", plugins.resolve(f"{FOLDER}.notebook:Notebook")(self.ground))

    @property
    def person(self) -> "Ground":
        """What the person stands on."""
        return cast("Ground", plugins.resolve(f"{GROUND}:of_person")(self.ground, self._whose))

    @cached_property
    def _fence(self) -> "Fence":
        return cast("Fence", plugins.resolve(f"{GROUND}:Marks")().fence)

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

        def held() -> "Notebook":
            return cast("Notebook", plugins.resolve(f"{GROUND}:shared")(self.ground))

        return (
            _late("shared_memory_read", Effects.READ, lambda: _shared("SharedMemoryRead")(held(), self._fence)),
            _late("shared_memory_write", Effects.WRITE, lambda: _shared("SharedMemoryWrite")(held())),
        )

    def of_agent(self, agent: str, settings: Settings, model: Callable[[], Provider] | None = None) -> "Remembering":
        """The memory as another agent of this session has it, put in order with this one; `model` merges it."""
        other = Remembering(self._shelf, replace(self._whose, agent=agent), settings, self._clock)
        other._model = model
        self._others[agent] = other
        if self._session is not None:
            other.begin(self._session)
        return other

    def of_crew(self) -> tuple[Tool, ...]:
        """The tools of an agent that works with others: its own five, and the two for what all share."""
        left_out = self._config.strings("tools.disabled")
        return (*self.tools, *(tool for tool in self.shared_tools() if tool.spec.name not in left_out))

    def around(self, inner: ContextPolicy) -> ContextPolicy:
        """The policy with what is remembered brought in, where the settings want that."""
        if self._config.integer("memory.recall_limit") == 0:
            return inner

        async def made() -> ContextPolicy:
            await asyncio.to_thread(self._load)
            make = plugins.resolve(f"{GROUND}:recalling")
            return cast("ContextPolicy", make(inner, self.notebook, self._fence, self._settings, self._clock))

        return Unless(inner, self._shelf.is_empty, made)

    async def keep(self, messages: Sequence[Message]) -> None:
        """Keep what tools told in messages that are about to be taken out of the conversation; raises nothing."""
        await asyncio.to_thread(self._load, f"{FOLDER}.flush:Flush", SCREENING)
        await plugins.resolve(f"{FOLDER}.flush:Flush")(self.notebook, self._tell).keep(messages)

    def begin(self, session: Session) -> None:
        """The session is open: what is told of the memory is told in its log."""
        self._session = session

    def tell(self, event: Event) -> None:
        """Put into the log what the person did with the memory."""
        self._tell(event)

    async def finish(self) -> None:
        """Merge and prune as the settings want it for each agent that worked here, once; raises nothing.

        Where the last run did not end well, nothing happens.
        """
        await asyncio.gather(self._finish(), *(other.finish() for other in self._others.values()))

    async def _finish(self) -> None:
        session = self._session
        if self._finished or session is None or not _went_well(session) or await self._shelf.is_empty():
            return
        self._finished = True
        try:
            async with asyncio.timeout(FINISHING):
                if self._config.boolean(self._key("consolidate_on_exit")):
                    await self._consolidate(session)
                if self._config.boolean("memory.prune_on_exit"):
                    await self._prune()
        except TimeoutError:
            self._tell(MemoryChanged(action="refused", reason=LATE.format(seconds=FINISHING)))
        except HeartbitError as error:
            self._tell(MemoryChanged(action="refused", reason=TROUBLE.format(error=error)))

    async def _consolidate(self, session: Session) -> None:
        means = plugins.resolve(f"{FOLDER}.consolidating:Means")(
            provider=self._model or (lambda: session.settings.provider),
            fence=self._fence,
            clean=self.ground.clean,
            tell=self._tell,
        )
        await plugins.resolve(f"{FOLDER}.consolidating:merge")(self.ground.memory, self.ground.reach, means)

    async def _prune(self) -> None:
        pruned = await self.notebook.prune()
        if pruned:
            self._tell(MemoryChanged(action="pruned", count=pruned, reason="weak and old"))

    def _load(self, *names: str) -> None:
        """Load what the memory consists of, which holds whoever waits for it and nobody else."""
        self._shelf.load()
        for name in (f"{GROUND}:ground", f"{FOLDER}.notebook:Notebook", *names):
            plugins.resolve(name)

    def _tell(self, event: Event) -> None:
        if self._session is not None:
            self._session.append(self._whose.agent, event)

    def _origin(self) -> "Origin":
        make = plugins.resolve(f"{FOLDER}.types:Origin")
        return cast("Origin", make(session=self._whose.session, seq=self._session.seq if self._session else 0))

    def _made(self, name: str) -> Callable[..., Tool]:
        return plugins.resolve(f"{FOLDER}.tools:{name}")

    def _key(self, name: str) -> str:
        return key_for(self._config, self._whose.agent, name)

    def _tracker(self) -> Any:
        threshold = self._config.number(self._key("reflection_threshold"))
        return plugins.resolve(f"{FOLDER}.reflection:Tracker")(threshold) if threshold else None


class Unless(Outer):
    """A `ContextPolicy` that is another one from the first run on at whose beginning `is_empty` says no."""

    def __init__(
        self,
        inner: ContextPolicy,
        is_empty: Callable[[], Awaitable[bool]],
        make: Callable[[], Awaitable[ContextPolicy]],
    ) -> None:
        super().__init__(inner)
        self._is_empty = is_empty
        self._make: Callable[[], Awaitable[ContextPolicy]] | None = make

    async def prepare(self, request: Request, scene: Scene, *, turn: int) -> bool:
        if self._make is not None and turn == 1 and not await self._is_empty():
            self.policy, self._make = await self._make(), None
        return await self.policy.prepare(request, scene, turn=turn)


def key_for(config: Config, agent: str, name: str) -> str:
    """Where a setting of the memory stands for an agent: its own, unless a higher layer has set the one of all."""
    general = config.entries.get(("memory", name))
    for place in config.entries:
        if place[:1] == ("agents",) and place[2:] == ("name",) and config.entries[place].value == agent:
            own = config.entries.get((*place[:2], name))
            if own is not None and (general is None or own.source.layer >= general.source.layer):
                return dotted(own.path)
    return f"memory.{name}"


def _went_well(session: Session) -> bool:
    messages = session.desk.conversation.messages()
    last = messages[-1] if messages else None
    return not session.running and isinstance(last, Assistant) and last.stop is not StopReason.INTERRUPTED


def _late(name: str, effects: Effects, make: Callable[[], Tool]) -> Tool:
    return Deferred(name, effects, make, folder=PACKAGE / "memory")


def _shared(name: str) -> Callable[..., Tool]:
    return cast("Callable[..., Tool]", plugins.resolve(f"{FOLDER}.shared_tools:{name}"))
