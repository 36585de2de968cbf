"""Envelopes folded into spans: runs, model calls, tool calls, summaries, and tasks handed to other agents."""

from datetime import datetime, timedelta

from heartbit_tui.kernel.events import (
    ContextSummarized,
    Delta,
    Envelope,
    LlmResponse,
    ModelCalled,
    ModelChanged,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    RunStarted,
    SessionStarted,
    SubAgentCompleted,
    SubAgentsDispatched,
    SummaryFailed,
    SummaryStarted,
    Terminal,
    ToolCallCompleted,
    ToolCallStarted,
    TurnStarted,
)
from heartbit_tui.telemetry.begun import CUT, Begun, Work
from heartbit_tui.telemetry.spans import (
    ERROR_TYPE,
    FINISH_REASONS,
    INPUT_TOKENS,
    LLM_CALL,
    OUTPUT_TOKENS,
    REQUEST_MODEL,
    RESPONSE_MODEL,
    RUN,
    SUMMARIZE,
    SYSTEM,
    TOOL_BATCH,
    TOOL_CALL,
    Span,
)
from heartbit_tui.telemetry.teams import Teams


class Spans:
    """Takes in the envelopes of one session. A span comes out once, when it has ended, what lies inside before it.

    All that is known stands in the attributes, payloads too: `told` of `detail` says what of it may be told. The work
    of an agent belongs to the one that handed it a task; an agent that begins while another works in the same run
    belongs to that one's run.
    """

    def __init__(self, provider: str = "", model: str = "") -> None:
        self._provider = provider
        self._model = model
        self._works: dict[tuple[str, str], Work] = {}
        self._teams = Teams()

    def take(self, envelope: Envelope) -> list[Span]:
        """The spans that end with the next envelope."""
        event = envelope.event
        if isinstance(event, Delta):
            return []
        match event:
            case SessionStarted(provider=provider, model=model) | ModelChanged(provider=provider, model=model):
                self._provider, self._model = provider, model
                return []
            case RunStarted(task=task):
                return self._begin(envelope, task)
            case TurnStarted() if (envelope.run, envelope.agent) not in self._works:
                self._begin(envelope, "")
            case _:
                pass
        work = self._works.get((envelope.run, envelope.agent))
        if isinstance(event, SubAgentCompleted):
            return [*self._over(work, envelope.at, event.success), *self._teams.completed(envelope, event.success)]
        return self._of(work, envelope) if work is not None else []

    def close(self, at: datetime) -> list[Span]:
        """End all that goes on: the session is closed."""
        ended: list[Span] = []
        while self._works:
            ended += self._over(next(iter(self._works.values())), at, False)
        return ended

    def _of(self, work: Work, envelope: Envelope) -> list[Span]:
        match envelope.event:
            case TurnStarted(turn=turn, max_turns=most):
                return self._turn(work, envelope, turn, most)
            case LlmResponse() as event:
                return _answered(work, envelope, event)
            case ToolCallCompleted() as event:
                return [*self._teams.call_ended(event.tool_call_id, envelope.at), *_returned(work, envelope, event)]
            case ContextSummarized() | SummaryFailed() as event:
                return _summarized(work, envelope, event)
            case RunCompleted() | RunFailed() | RunInterrupted() as event:
                return self._ended(work, envelope.at, event)
            case SubAgentsDispatched(agents=agents):
                self._teams.dispatch(envelope, work, agents)
            case _:
                _noted(work, envelope)
        return []

    def _begin(self, envelope: Envelope, task: str) -> list[Span]:
        key = (envelope.run, envelope.agent)
        before = self._over(self._works.get(key), envelope.at, False)
        above = self._teams.claim(envelope.agent) or next(
            (work.run for work in self._works.values() if work.run.trace == _trace(envelope)), None
        )
        run = Begun(
            name=RUN,
            id=f"{envelope.seq}:run",
            trace=above.trace if above else _trace(envelope),
            start=envelope.at,
            parent=above.id if above else "",
            attributes={"agent": envelope.agent, "model": self._model},
        )
        if task:
            run.attributes["task"] = task
        self._works[key] = Work(agent=envelope.agent, run=run)
        return before

    def _turn(self, work: Work, envelope: Envelope, turn: int, most: int) -> list[Span]:
        before = work.leave(envelope.at)
        work.turn = turn
        work.run.attributes["max_turns"] = most
        work.call = _inner(work, envelope, LLM_CALL)
        work.call.attributes |= {SYSTEM: self._provider, REQUEST_MODEL: self._model}
        return before

    def _ended(self, work: Work, at: datetime, event: Terminal) -> list[Span]:
        usage = event.total_usage if isinstance(event, RunCompleted) else event.partial_usage
        work.run.attributes |= {"total_input_tokens": usage.prompt, "total_output_tokens": usage.output_tokens}
        match event:
            case RunCompleted():
                return self._over(work, at, True)
            case RunFailed(error=error, kind=kind):
                work.run.attributes[ERROR_TYPE] = kind
            case RunInterrupted(reason=error):
                work.run.attributes[ERROR_TYPE] = "interrupted"
        return self._over(work, at, False, error)

    def _over(self, work: Work | None, at: datetime, success: bool, error: str = CUT) -> list[Span]:
        """End the work of an agent and all that belongs to it, where it goes on."""
        if work is None:
            return []
        del self._works[next(key for key, each in self._works.items() if each is work)]
        inside = [] if work.run.parent else [each for each in self._works.values() if each.run.trace == work.run.trace]
        ended = [span for each in inside for span in self._over(each, at, False)]
        ended += [*self._teams.leave(work, at), *work.leave(at)]
        return [*ended, work.run.ended(at, failed=not success, error="" if success else error)]


def _answered(work: Work, envelope: Envelope, event: LlmResponse) -> list[Span]:
    call = work.call or _inner(work, envelope, LLM_CALL)
    work.call = None
    call.start = max(call.start, envelope.at - timedelta(milliseconds=event.latency_ms))
    call.attributes |= {
        "latency_ms": event.latency_ms,
        "ttft_ms": event.time_to_first_token_ms,
        "tool_call_count": event.tool_call_count,
        "response_text": event.text,
        FINISH_REASONS: (event.stop_reason.value,),
        INPUT_TOKENS: event.usage.prompt,
        OUTPUT_TOKENS: event.usage.output_tokens,
    }
    if event.model:
        call.attributes[RESPONSE_MODEL] = work.run.attributes["model"] = event.model
    if event.tool_call_count:
        work.batch, work.left = _inner(work, envelope, TOOL_BATCH), event.tool_call_count
        work.batch.attributes["tool_call_count"] = event.tool_call_count
    return [call.ended(envelope.at)]


def _noted(work: Work, envelope: Envelope) -> None:
    """Take note of what ends nothing."""
    match envelope.event:
        case ToolCallStarted() as event:
            work.tools[event.tool_call_id] = _tool(work, envelope, event)
        case SummaryStarted(turn=turn):
            work.summary = _inner(work, envelope, SUMMARIZE)
            work.summary.attributes["turn"] = turn
        case ModelCalled(cost_usd=float(cost)):
            before = work.run.attributes.get("estimated_cost_usd", 0.0)
            work.run.attributes["estimated_cost_usd"] = cost + (before if isinstance(before, float) else 0.0)
        case _:
            return


def _returned(work: Work, envelope: Envelope, event: ToolCallCompleted) -> list[Span]:
    """A call has ended; one that never started, because it was refused, takes no time."""
    tool = work.tools.pop(event.tool_call_id, None) or _tool(work, envelope, event)
    tool.attributes |= {"is_error": event.is_error, "duration_ms": event.duration_ms, "output": event.output}
    ended = [tool.ended(envelope.at, failed=event.is_error)]
    work.left -= 1
    if work.batch is not None and work.left <= 0:
        ended.append(work.batch.ended(envelope.at))
        work.batch = None
    return ended


def _tool(work: Work, envelope: Envelope, event: ToolCallStarted | ToolCallCompleted) -> Begun:
    tool = _inner(work, envelope, TOOL_CALL, work.batch)
    tool.attributes |= {"tool_name": event.tool_name, "tool_call_id": event.tool_call_id}
    if isinstance(event, ToolCallStarted):
        tool.attributes["input"] = event.input
    return tool


def _summarized(work: Work, envelope: Envelope, event: ContextSummarized | SummaryFailed) -> list[Span]:
    summary, work.summary = work.summary or _inner(work, envelope, SUMMARIZE), None
    if isinstance(event, ContextSummarized):
        usage = event.usage
        summary.attributes |= {INPUT_TOKENS: usage.prompt, OUTPUT_TOKENS: usage.output_tokens, "output": event.summary}
    return [summary.ended(envelope.at, failed=isinstance(event, SummaryFailed))]


def _inner(work: Work, envelope: Envelope, name: str, above: Begun | None = None) -> Begun:
    """Something that begins now inside a run, or inside of what is `above` it there."""
    return Begun(
        name=name,
        id=f"{envelope.seq}:{name.rpartition('.')[2]}",
        trace=work.run.trace,
        start=envelope.at,
        parent=(above or work.run).id,
        attributes={"agent": work.agent, "turn": work.turn},
    )


def _trace(envelope: Envelope) -> str:
    return f"{envelope.session}/{envelope.run}"
