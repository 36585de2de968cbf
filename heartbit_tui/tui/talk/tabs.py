"""What the row of tabs tells of each session that is open."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

from heartbit_tui.client.jobs import running
from heartbit_tui.client.visible import one_line
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.talk.followed import AgentTab
from heartbit_tui.tui.talk.talk import Talk
from heartbit_tui.tui.transcript.blocks import Prompt
from heartbit_tui.tui.transcript.works import calls

State: TypeAlias = Literal["idle", "working", "asking", "done", "failed", "waiting", "stopped"]
"""It waits for the person; a run is active; a run ended well, or did not, since it was seen last; nothing of all that.

An agent also waits for its turn, and may have been stopped.
"""

RECENT = 64
"""Blocks at the end of a conversation among which the calls that run stand."""

TITLE = 60
"""Letters of a title at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One session: its number from 1, what it is about, how it stands, and whether it is the one that is seen.

    Behind the sessions stand the agents of the one that is seen which are followed: `agent` tells that it is one, `lane` its
    colour, None before it was heard.
    """

    number: int
    title: str
    state: State
    current: bool = False
    jobs: int = 0
    agent: bool = False
    lane: int | None = None


def tabs(talks: Sequence[Talk], current: Talk) -> tuple[Tab, ...]:
    """The tabs of these sessions, then of the agents that are followed in the one that is seen."""
    itself = current.follows.seen is None
    sessions = (tab(talk, number, current=itself and talk is current) for number, talk in enumerate(talks, 1))
    agents = (_agent(each, number) for number, each in enumerate(current.follows.tabs(), len(talks) + 1))
    return (*sessions, *agents)


def place(talks: Sequence[Talk], current: Talk) -> tuple[int, int]:
    """Which tab is seen, from 1, and how many there are."""
    agents, seen = current.follows.all, current.follows.seen
    number = talks.index(current) + 1 if seen is None else len(talks) + agents.index(seen) + 1
    return number, len(talks) + len(agents)


def _agent(told: AgentTab, number: int) -> Tab:
    name = one_line(told.name, TITLE)
    return Tab(number=number, title=name, state=told.stage, current=told.current, agent=True, lane=told.lane)


def tab(talk: Talk, number: int, *, current: bool = False) -> Tab:
    """The tab of one session."""
    jobs = len(running(talk.story.transcript.known.jobs))
    return Tab(number=number, title=title(talk), state=state(talk), current=current, jobs=jobs)


def title(talk: Talk) -> str:
    """The session's title, else how its first prompt begins."""
    transcript = talk.story.transcript
    first = (block.text for block in (*transcript.blocks[:1], *talk.pending.blocks) if isinstance(block, Prompt))
    told = transcript.known.title or next(first, "") or talk.begun
    return one_line(told, TITLE) or "new"


def state(talk: Talk) -> State:
    """How a session stands."""
    if talk.asked:
        return "asking"
    if talk.stage == "failed":
        return "failed"
    return "working" if talk.busy else talk.news


def busy(talk: Talk) -> str:
    """What leaving this session would stop, in a few words; empty where nothing: what a daemon has goes on."""
    if talk.client is not None and talk.client.about.elsewhere:
        return ""
    jobs = len(running(talk.story.transcript.known.jobs))
    own = "a command of yours" if talk.own else ""
    told = ("waits for your answer" if talk.asked else "a run is active") if talk.running else ""
    told = told or ("a summary is being written" if talk.busy else "")
    behind = f"{jobs} command{'' if jobs == 1 else 's'} in the background" if jobs else ""
    return ", ".join(part for part in (told, own, behind) if part)


def command_runs(talk: Talk) -> bool:
    """Whether a command of the agent's runs that could go on in the background."""
    blocks = talk.story.transcript.blocks[-RECENT:]
    return any(call.tool == "bash" and call.state == "running" for call in calls(blocks))
