"""Who takes a task: one agent, or several that are led. Decided by its words, without a model.

The weights, the words and the three tiers are the seed's; hundredths are whole numbers, so that 25 and 30 are 55. What is
mended: a single agent is always the one whose domains fit best, words are compared by their stems, and case does not matter.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from types import MappingProxyType
from typing import Literal, Protocol, TypeAlias, cast, get_args

from heartbit_tui.agents.domains import counted, doing, holds, stems
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import LimitError
from heartbit_tui.kernel.events import AutoCompactionTriggered, DoomLoopDetected, Event, RunFailed, TaskRouted
from heartbit_tui.kernel.protocols import Spent

Mode: TypeAlias = Literal["auto", "always_orchestrate", "single_agent"]
"""Whether there is anything to decide."""

MODES: tuple[Mode, ...] = get_args(Mode)
LOW, HIGH = 30, 55
"""Below LOW one agent is enough, above HIGH several are led; between, and at, the domains decide."""

QUESTION, LONG, STEPS, DELEGATION, NAMES, BREADTH = -30, 10, 25, 30, 40, 20
"""What each signal counts, in hundredths."""

WORDS = 100
"""A task with more words is a long one."""

BROAD = 3
"""From so many domains on a task is a broad one."""

_RAN_OUT: Mapping[str, str] = MappingProxyType({"max_turns": "it ran out of turns", "timeout": "it ran out of time"})
COMPACTIONS = 2
"""From so many on, an agent had more to read than it could take."""

_ASKING = frozenset({"what", "how", "why", "explain", "describe", "who", "when", "where"})
_FIRST = re.compile(r"\W*([^\W\d_]+)")
_MARKERS = tuple(
    re.compile(rf"(?<!\w){marker}(?!\w)")
    for marker in (
        "first,",
        "second,",
        "third,",
        "then,",
        "finally,",
        "next,",
        "after that",
        *(f"step {n}" for n in range(1, 6)),
    )
)
_NUMBERED = re.compile(r"(?<!\S)\d+\.(?!\S)")
_DELEGATION = tuple(
    stems(phrase)
    for phrase in (
        "delegate",
        "have them",
        "coordinate between",
        "coordinate with",
        "team up",
        "work together",
        "collaborate",
        "assign to",
        "hand off",
        "pass to",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An agent as far as routing knows it; `tools` are the names of its tools."""

    name: str
    description: str
    tools: tuple[str, ...] = ()

    @property
    def domains(self) -> frozenset[str]:
        """What it is good for, by what it is called, what is said of it and what it can call."""
        return frozenset(counted(" ".join((self.description, *self.tools, *doing(self.name)))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What the words of a task tell: `score` from 0 to 100, `domains` with their counts, and why."""

    score: int
    domains: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    why: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """The score, and what it is made of."""
        return f"score {self.score / 100:.2f}" + (f" ({', '.join(self.why)})" if self.why else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Who takes a task, and why.

    `agent` is the name of the one that takes it alone, empty where several are led. `covering` names the agents that
    could do all of it, where that was asked. `told` is whether there was a choice that a person wants to hear of.
    """

    agent: str
    reason: str
    score: int = 0
    covering: tuple[str, ...] = ()
    escalated: bool = False
    told: bool = True
    spent: tuple[Spent, ...] = ()

    @property
    def event(self) -> TaskRouted:
        """The event that tells of it."""
        return TaskRouted(
            decision="single_agent" if self.agent else "orchestrate",
            reason=self.reason,
            complexity_score=self.score / 100,
            escalated=self.escalated,
            selected_agent=self.agent or None,
        )


class Strategy(Protocol):
    """A way to decide; it is asked where there are two agents or more, and the mode is auto."""

    async def decide(self, task: str, agents: Sequence[Candidate]) -> Decision:
        """Who takes this task."""
        ...


class Keywords:
    """The strategy that reads the task's words; `own` is the agent that keeps what no other can do alone, if there is one."""

    def __init__(self, own: str = "") -> None:
        self._own = own

    async def decide(self, task: str, agents: Sequence[Candidate]) -> Decision:
        return fitting(task, agents, self._own) if self._own else by_words(task, agents)


async def route(
    task: str,
    agents: Sequence[Candidate],
    *,
    mode: Mode = "auto",
    strategy: Strategy | None = None,
    media: bool = False,
    own: str = "",
) -> Decision:
    """Who takes a task; `media` is whether it comes with pictures or sounds, which only a single agent gets.

    `own` names the agent that leads the others where that is one that can do everything itself: it gets pictures and
    sounds, too, and keeps what no other can do alone.
    """
    if not agents:
        return Decision(agent="", reason="no agents are set up", told=False)
    if mode == "always_orchestrate" and (own or not media):
        return Decision(agent="", reason="the settings always lead several agents", told=False)
    if own and mode == "auto":
        return await (strategy or Keywords(own)).decide(task, agents)
    if len(agents) == 1:
        return Decision(agent=agents[0].name, reason="there is only one agent", told=False)
    if media or mode == "single_agent":
        agent, why = best(task, agents)
        what = "pictures and sounds go to one agent" if media else "the settings want one agent"
        return Decision(agent=agent.name, reason=f"{what}: {why}", told=False)
    return await (strategy or Keywords()).decide(task, agents)


def by_words(task: str, agents: Sequence[Candidate]) -> Decision:
    """The decision by the task's words. Raises `ValueError` without agents."""
    signals = analysed(task, agents)
    told = signals.told
    if signals.score > HIGH:
        return Decision(agent="", reason=told, score=signals.score)
    if signals.score < LOW or not signals.domains:
        agent, why = best(task, agents)
        return Decision(agent=agent.name, reason=f"{told}: {why}", score=signals.score)
    return _covered(task, signals, agents) or _uncovered(signals)


def fitting(task: str, agents: Sequence[Candidate], own: str) -> Decision:
    """The same where the agent `own` leads the others and can do everything itself.

    An agent takes a task alone that names it and no other one, or that is about its domains and nothing else. `own`
    keeps everything else, and what names it.
    """
    signals = analysed(task, agents)
    told, named = signals.told, _named(task, agents)
    if signals.score > HIGH:
        return Decision(agent="", reason=told, score=signals.score)
    if _named(task, (Candidate(name=own, description=""),)):
        return Decision(agent=own, reason=f"{told}: the task names it", score=signals.score)
    if len(named) == 1 and signals.score < LOW:
        return Decision(agent=named[0].name, reason=f"{told}: the task names it", score=signals.score)
    if signals.domains and (found := _covered(task, signals, agents)):
        return found
    if signals.score < LOW or not signals.domains:
        why = (
            f"no other agent alone has {_listed(signals)}" if signals.domains else "nothing in it is for another agent"
        )
        return Decision(agent=own, reason=f"{told}: {why}", score=signals.score)
    return _uncovered(signals)


def analysed(task: str, agents: Sequence[Candidate]) -> Signals:
    """What the words of a task tell about who should take it."""
    domains = counted(task)
    found = tuple(_signals(task, agents, domains))
    score = sum(weight for weight, _ in found)
    return Signals(score=min(max(score, 0), 100), domains=domains, why=tuple(why for _, why in found))


def best(task: str, agents: Sequence[Candidate]) -> tuple[Candidate, str]:
    """The agent that fits a task best, and why: one that it names, else by domains, else the first.

    Of two whose domains fit as well the one with fewer others wins, then the one whose name says what is to be done, as
    a reviewer's does, then the one that stands first. Raises `ValueError` without agents.
    """
    if not agents:
        raise ValueError("There is no agent to choose from.")
    named = _named(task, agents)
    if len(named) == 1:
        return named[0], "the task names it"
    wanted, words = counted(task), frozenset(stems(task))

    def fit(agent: Candidate) -> tuple[int, int, int]:
        own = agent.domains
        return (
            sum(wanted[name] for name in own & wanted.keys()),
            -len(own - wanted.keys()),
            len(doing(agent.name) & words),
        )

    chosen = max(agents, key=fit)  # the first of equals
    fitting = sorted(chosen.domains & wanted.keys())
    if not fitting:
        return agents[0], "no agent's domains fit better"
    return chosen, f"{', '.join(fitting)} fit it best"


def escalates(
    error: BaseException | RunFailed | None, events: Sequence[Event], *, agents: int, enabled: bool = True
) -> str:
    """Why a failed run of a single agent should be taken up by several; empty where it should not.

    `error` is what ended it, wrapped or not, or the event that tells so; `events` are those of the run.
    """
    if error is None or not enabled or agents < 2:
        return ""
    why = _RAN_OUT.get(error.kind, "") if isinstance(error, RunFailed) else _ran_out(error)
    if why:
        return why
    if any(isinstance(event, DoomLoopDetected) for event in events):
        return "it went in circles"
    compactions = sum(isinstance(event, AutoCompactionTriggered) for event in events)
    return "its conversation did not fit again and again" if compactions >= COMPACTIONS else ""


def escalated(agent: str, why: str) -> Decision:
    """The decision to lead several agents after this one has failed."""
    return Decision(agent="", reason=f"{agent} failed: {why}", escalated=True)


def _covered(task: str, signals: Signals, agents: Sequence[Candidate]) -> Decision | None:
    """The best of those agents that can do all of it, None where there is none."""
    covering = tuple(agent for agent in agents if signals.domains.keys() <= agent.domains)
    if not covering:
        return None
    agent, _ = best(task, covering)
    reason, names = f"{signals.told}: it has {_listed(signals)}", tuple(each.name for each in covering)
    return Decision(agent=agent.name, reason=reason, score=signals.score, covering=names)


def _uncovered(signals: Signals) -> Decision:
    return Decision(agent="", reason=f"{signals.told}: no agent alone has {_listed(signals)}", score=signals.score)


def _listed(signals: Signals) -> str:
    return ", ".join(sorted(signals.domains))


def _signals(task: str, agents: Sequence[Candidate], domains: Mapping[str, int]) -> Iterator[tuple[int, str]]:
    text = " ".join(task.casefold().split())
    steps = sum(bool(marker.search(text)) for marker in _MARKERS) + len(set(_NUMBERED.findall(text)))
    first = _FIRST.match(text)
    if first and first.group(1) in _ASKING and steps < 2:
        yield QUESTION, "a simple question"
    if len(text.split()) > WORDS:
        yield LONG, "long"
    if steps >= 2:
        yield STEPS, f"{steps} steps"
    words = stems(text)
    if any(holds(words, phrase) for phrase in _DELEGATION):
        yield DELEGATION, "it speaks of delegation"
    if len(agents) > 1 and len(_named(task, agents)) > 1:
        yield NAMES, "it names several agents"
    if len(domains) >= BROAD:
        yield BREADTH, f"{len(domains)} domains"


def _named(task: str, agents: Sequence[Candidate]) -> list[Candidate]:
    """The agents whose names stand in a task as words of their own."""
    text = task.casefold()
    return [a for a in agents if a.name and re.search(rf"(?<!\w){re.escape(a.name.casefold())}(?!\w)", text)]


def _ran_out(error: BaseException) -> str:
    """What an error, or one that it is wrapped around, says that there was too little of."""
    if isinstance(error, LimitError):
        return _RAN_OUT.get("timeout" if error.limit == "time" else f"max_{error.limit}", "")
    inner = cast("tuple[BaseException, ...]", getattr(error, "exceptions", ()))
    causes = (each for each in (error.__cause__, *inner) if each is not None)
    return next((why for each in causes if (why := _ran_out(each))), "")
