"""What goes along with a session: what it remembers, looks up, brings back, runs in the background and can undo."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

from heartbit_tui.context.chain import Chain
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.protocols import Clock, ContextPolicy, Tool
from heartbit_tui.kernel.session import Session
from heartbit_tui.runtime import contexts
from heartbit_tui.runtime.lookup import lookup
from heartbit_tui.runtime.memory_store import remembered
from heartbit_tui.runtime.opening import Place, placed
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.remembering import Remembering
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.runtime.toolbox import toolbox
from heartbit_tui.runtime.undoing import Undoing
from heartbit_tui.runtime.voice import Voice
from heartbit_tui.tools.jobs import Jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class Companions:
    """All of it, made before the session is there; `tools` are all that its agent has.

    `policy` prepares every request, and has in it the `chain` of what shortens the conversation.
    """

    place: Place
    jobs: Jobs
    undoing: Undoing
    remembering: Remembering | None
    following: contexts.Following
    voice: Voice
    tools: tuple[Tool, ...]
    chain: Chain
    policy: ContextPolicy

    async def join(self, session: Session, stack: AsyncExitStack) -> None:
        """The session is open: all of it is heard there from now on, until `stack` ends."""
        if self.remembering is not None:
            self.remembering.begin(session)
            stack.push_async_callback(self.remembering.finish)
        self.voice.speak_in(session)
        stack.callback(self.voice.hush)
        self.following.follow(session)
        await self.undoing.join(session, self.place)


@asynccontextmanager
async def companions(options: Options, settings: Settings, clock: Clock) -> AsyncGenerator[Companions]:
    """Everything that a session with these options has beside it. Raises `ConfigError`, `StoreError`."""
    async with AsyncExitStack() as stack:
        undoing, voice, following = Undoing(options, settings, clock), Voice(), contexts.Following()
        jobs = await stack.enter_async_context(Jobs())
        place = await stack.enter_async_context(placed(options, settings, clock, undoing.take, jobs.hear))
        jobs.remember(place.log)
        remembering = await stack.enter_async_context(remembered(options, settings, place.session_id, clock))
        tools = (
            *await stack.enter_async_context(toolbox(options.cwd, settings, jobs)),
            contexts.recall(following),
            *(remembering.tools if remembering else ()),
            *await stack.enter_async_context(lookup(options, settings, clock, place.store, voice.say)),
        )
        chain = contexts.policy(options.cwd, settings, following, remembering)
        yield Companions(
            place=place,
            jobs=jobs,
            undoing=undoing,
            remembering=remembering,
            following=following,
            voice=voice,
            tools=await stack.enter_async_context(undoing.around(tools)),
            chain=chain,
            policy=remembering.around(chain) if remembering else chain,
        )
