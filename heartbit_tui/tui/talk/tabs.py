"""What the row of tabs tells of each session that is open."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

from heartbit_tui.client.jobs import running
from heartbit_tui.client.visible import one_line
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.talk.talk import Talk
from heartbit_tui.tui.transcript.blocks import Prompt
from heartbit_tui.tui.transcript.works import calls

State: TypeAlias = Literal["idle", "working", "asking", "done", "failed"]
"""It waits for the person; a run is active; a run ended well, or did not, since it was seen last; nothing of all that."""

RECENT = 64
"""Blocks at the end of a conversation among which the calls that run stand."""

TITLE = 60
"""Letters of a title at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One session: its number from 1, what it is about, how it stands, and whether it is the one that is seen."""

    number: int
    title: str
    state: State
    current: bool = False
    jobs: int = 0


def tabs(talks: Sequence[Talk], current: Talk) -> tuple[Tab, ...]:
    """The tabs of these sessions."""
    return tuple(tab(talk, number, current=talk is current) for number, talk in enumerate(talks, 1))


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
    """What leaving this session would stop, in a few words; empty where nothing."""
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
