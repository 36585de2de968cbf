"""The plans and the goal of one session, put together."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import Envelope
from heartbit_tui.kernel.protocols import Agent, Clock
from heartbit_tui.kernel.session import Session
from heartbit_tui.runtime import plugins
from heartbit_tui.runtime.models import Models
from heartbit_tui.runtime.opening import Place
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.planning import Planning
from heartbit_tui.runtime.pursuing import Pursuit
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.runtime.undoing import Undoing
from heartbit_tui.tools.jobs import Jobs

if TYPE_CHECKING:
    from heartbit_tui.runtime.judging import Court

JUDGING = "heartbit_tui.runtime.judging"


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What judging needs beside the session."""

    models: Models
    place: Place
    undoing: Undoing
    jobs: Jobs


class Pursuits:
    """Give `takes` to the bus, let the agent be `given_to`, then `join`."""

    def __init__(self, options: Options, settings: Settings, clock: Clock) -> None:
        self._options = options
        self._settings = settings
        self._clock = clock
        self.planning = Planning(options, settings, clock)
        self.pursuit = Pursuit(settings)

    @property
    def takes(self) -> tuple[Callable[[Envelope], None], ...]:
        """What hears the events of the session."""
        return (self.planning.take, self.pursuit.take)

    def given_to(self, agent: Agent) -> Agent:
        """The agent with its plans and its goal."""
        return self.pursuit.given_to(self.planning.given_to(agent))

    def join(self, session: Session, means: Means, stack: AsyncExitStack) -> None:
        """The session is open, until `stack` ends; what judges is loaded when a change is first judged."""

        def court() -> "Court":
            ground = plugins.resolve(f"{JUDGING}:Ground")(
                options=self._options,
                settings=self._settings,
                clock=self._clock,
                session=session,
                models=means.models,
                undoing=means.undoing,
                jobs=means.jobs,
            )
            return plugins.resolve(f"{JUDGING}:Court")(ground)

        self.planning.join(session, means.place.log, stack)
        self.pursuit.join(session, court, means.place.log, stack)
