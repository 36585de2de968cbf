"""What a session is connected to, and how it begins."""

from collections.abc import Callable, Sequence
from dataclasses import field

from heartbit_tui.kernel.bus import Bus
from heartbit_tui.kernel.caps import Caps
from heartbit_tui.kernel.casting import Alone, Casting
from heartbit_tui.kernel.crew import NoCrew
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import Envelope
from heartbit_tui.kernel.host import OnAsk
from heartbit_tui.kernel.jobs import NoJobs
from heartbit_tui.kernel.ops import Mode, SetModel
from heartbit_tui.kernel.protocols import Clock, Crew, Jobs, Journal, Provider
from heartbit_tui.kernel.workflows import NoWorkflows, Workflows


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """What a session is connected to; `models` finds the provider that a `SetModel` asks for."""

    bus: Bus
    journal: Journal
    clock: Clock
    models: Callable[[SetModel], Provider] | None = None
    caps: Caps = field(default_factory=Caps)
    jobs: Jobs = field(default_factory=NoJobs)
    crew: Crew = field(default_factory=NoCrew)
    workflows: Workflows = field(default_factory=NoWorkflows)
    casting: Casting = field(default_factory=Alone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How a session begins: `log` holds the envelopes of one that is taken up again."""

    log: Sequence[Envelope] = ()
    mode: Mode = Mode.ASK
    on_ask: OnAsk = "person"
