"""A session with fakes around it, for the kernel's tests."""

from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from heartbit_tui.kernel.bases import Whole
from heartbit_tui.kernel.bus import Bus, Subscription
from heartbit_tui.kernel.caps import Caps
from heartbit_tui.kernel.casting import Alone, Casting
from heartbit_tui.kernel.events import (
    AssistantMessage,
    Envelope,
    Event,
    ModelCalled,
    RunStarted,
    Terminal,
    ToolAnswered,
    ToolCallCompleted,
    ToolCallStarted,
)
from heartbit_tui.kernel.host import OnAsk
from heartbit_tui.kernel.jobs import NoJobs
from heartbit_tui.kernel.messages import Assistant, Message, Text, ToolResult, Usage, User
from heartbit_tui.kernel.ops import Mode, Prompt, SetModel
from heartbit_tui.kernel.protocols import (
    Agent,
    ContextPolicy,
    Gate,
    Guardrail,
    Jobs,
    Journal,
    Limits,
    Provider,
    Request,
    Tool,
)
from heartbit_tui.kernel.session import Opening, Session, Wiring
from heartbit_tui.providers.script import Reply, ScriptBlock
from heartbit_tui.providers.scripted import Scripted
from heartbit_tui.testing.clock import FakeClock
from heartbit_tui.testing.journal import MemoryJournal
from heartbit_tui.testing.rules import FakeGate
from heartbit_tui.testing.strict import problems

Kind = TypeVar("Kind")


@dataclass(kw_only=True)
class Plan:
    """What a session is made of."""

    replies: Iterable[Reply] = ()
    tools: Sequence[Tool] = ()
    gate: Gate = field(default_factory=FakeGate)
    guardrails: Sequence[Guardrail] = ()
    limits: Limits = field(default_factory=Limits)
    context: ContextPolicy = field(default_factory=Whole)
    response: Tool | None = None
    journal: Journal = field(default_factory=MemoryJournal)
    clock: FakeClock = field(default_factory=FakeClock)
    log: Sequence[Envelope] = ()
    mode: Mode = Mode.ASK
    on_ask: OnAsk = "person"
    facts: Callable[[Mode], str] = lambda mode: f"[mode: {mode}]"
    models: Callable[[SetModel], Provider] | None = None
    sinks: Sequence[Callable[[Envelope], None]] = ()
    caps: Caps = field(default_factory=Caps)
    jobs: Jobs = field(default_factory=NoJobs)
    casting: Casting = field(default_factory=Alone)
    strict: bool = True


class Rig:
    """An open session; `log` holds all its envelopes, `complaints` what a strict service had to say."""

    def __init__(self, plan: Plan) -> None:
        self.log: list[Envelope] = list(plan.log)
        self.complaints: list[str] = []
        self.strict = plan.strict
        self.provider = Scripted(plan.replies, compose=self._judge, clock=plan.clock, model="m1")
        self.clock = plan.clock
        agent = Agent(
            name="main",
            system="You are a test.",
            provider=self.provider,
            tools=tuple(plan.tools),
            gate=plan.gate,
            context=plan.context,
            guardrails=tuple(plan.guardrails),
            limits=plan.limits,
            response=plan.response,
            facts=plan.facts,
        )
        bus = Bus((self.log.append, *plan.sinks))
        self.reader: Subscription = bus.subscribe()
        wiring = Wiring(
            bus=bus,
            journal=plan.journal,
            clock=plan.clock,
            models=plan.models,
            caps=plan.caps,
            jobs=plan.jobs,
            casting=plan.casting,
        )
        self.session = Session("s1", agent, wiring, Opening(log=plan.log, mode=plan.mode, on_ask=plan.on_ask))

    @property
    def events(self) -> list[Event]:
        return [envelope.event for envelope in self.log]

    def of(self, kind: type[Kind]) -> list[Kind]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def messages(self) -> tuple[Message, ...]:
        return self.session.desk.conversation.messages()

    @property
    def results(self) -> list[ToolResult]:
        return [event.result for event in self.of(ToolAnswered)]

    @property
    def last_request(self) -> Request:
        return self.provider.requests[-1]

    def prompt(self, text: str) -> None:
        self.session.submit(prompt(text))

    async def ask(self, text: str) -> None:
        """Prompt, and wait for the end."""
        self.prompt(text)
        await self.session.settled()

    async def until(self, kind: type[Kind], count: int = 1) -> Kind:
        """Wait until `count` events of this kind have been told; the last of them."""
        while len(found := self.of(kind)) < count:
            assert await self.reader.wait(), f"the session ended before {kind.__name__}"
            self.reader.drain()
        return found[count - 1]

    def _judge(self, request: Request) -> None:
        if self.strict:
            self.complaints += problems(request.messages)


@asynccontextmanager
async def opened(plan: Plan) -> AsyncGenerator[Rig]:
    rig = Rig(plan)
    async with rig.session:
        yield rig
    assert rig.complaints == []
    assert broken(rig.log) == []


async def ran(plan: Plan, text: str = "go") -> Rig:
    """One prompt to its end, in a session of its own."""
    async with opened(plan) as rig:
        await rig.ask(text)
    return rig


def prompt(text: str) -> Prompt:
    return Prompt(content=(Text(text=text),))


def turn(*blocks: ScriptBlock, **more: Any) -> Reply:
    """One reply of these blocks."""
    return Reply(blocks=blocks, **more)


def says(text: str, **more: Any) -> Reply:
    return turn(Text(text=text), **more)


def broken(log: Sequence[Envelope]) -> list[str]:
    """What of the promises of a finished log is not held."""
    found = [f"seq {e.seq} stands at {at}" for at, e in enumerate(log, log[0].seq if log else 0) if e.seq != at]
    starts = sum(isinstance(envelope.event, RunStarted) for envelope in log)
    ends = sum(isinstance(envelope.event, Terminal) for envelope in log)
    if starts != ends:
        found.append(f"{starts} runs started, {ends} ended")
    return found + _unpaired(log) + _badly_summed(log)


def _unpaired(log: Sequence[Envelope]) -> list[str]:
    events = [envelope.event for envelope in log]
    calls = [call.id for event in events if isinstance(event, AssistantMessage) for call in event.message.calls]
    answered = [event.result.call_id for event in events if isinstance(event, ToolAnswered)]
    completed = [event.tool_call_id for event in events if isinstance(event, ToolCallCompleted)]
    found: list[str] = []
    started = [(e.agent, e.event.tool_call_id) for e in log if isinstance(e.event, ToolCallStarted)]
    if len(started) != len(set(started)):
        found.append(f"a call started twice: {sorted(started)}")
    if sorted(calls) != sorted(answered):
        found.append(f"calls {sorted(calls)}, answered {sorted(answered)}")
    if sorted(calls) != sorted(completed):
        found.append(f"calls {sorted(calls)}, completed {sorted(completed)}")
    return found


def _badly_summed(log: Sequence[Envelope]) -> list[str]:
    """Runs of the session's own agent whose reported usage is not the sum of all model calls meanwhile."""
    found: list[str] = []
    usage = Usage()
    for envelope in log:
        match envelope.event:
            case RunStarted() if envelope.agent == "main":
                usage = Usage()
            case ModelCalled(usage=more):
                usage += more
            case event if isinstance(event, Terminal) and envelope.agent == "main":
                told = getattr(event, "total_usage", None) or getattr(event, "partial_usage", None)
                if told != usage:
                    found.append(f"{envelope.run} reports {told}, its calls sum up to {usage}")
            case _:
                pass
    return found


def spoken(messages: Sequence[Message]) -> list[str]:
    """The messages as short lines, for comparing."""
    return [_line(message) for message in messages]


def _line(message: User | Assistant) -> str:
    parts: list[str] = []
    for block in message.content:
        match block:
            case Text(text=text):
                parts.append(text)
            case ToolResult(call_id=id, content=content, is_error=is_error):
                parts.append(f"{id}{'!' if is_error else '='}{content}")
            case _:
                parts.append(f"<{type(block).__name__} {getattr(block, 'id', '')}>")
    return f"{'user' if isinstance(message, User) else 'model'}: {' | '.join(parts)}"
