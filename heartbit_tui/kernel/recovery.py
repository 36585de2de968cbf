"""What a log lacks whose process died: the ends of all that was under way, for every agent in it."""

from collections.abc import Iterator, Sequence

from heartbit_tui.kernel.conversation import Conversation
from heartbit_tui.kernel.events import (
    ApprovalDecision,
    ApprovalRequested,
    AssistantMessage,
    CommandEnded,
    CommandStarted,
    ContextSummarized,
    Envelope,
    Event,
    JobEnded,
    JobStarted,
    ModelCalled,
    ModelEscalated,
    QuestionAnswered,
    QuestionAsked,
    RetryAttempt,
    RunInterrupted,
    RunStarted,
    StepEnded,
    StepStarted,
    SummaryFailed,
    SummaryStarted,
    Terminal,
    TextDelta,
    ToolAnswered,
    ToolCallCompleted,
    ToolCallStarted,
    TurnStarted,
    UserMessage,
    clip,
)
from heartbit_tui.kernel.messages import Assistant, StopReason, Text, ToolResult, Usage, user

CRASHED = "heartbit was stopped while this run was active"
ENDING: tuple[type[Event], ...] = (
    *(ApprovalDecision, ApprovalRequested, QuestionAnswered, QuestionAsked, TextDelta, ToolCallCompleted),
    *(ModelEscalated, RetryAttempt, SummaryFailed, SummaryStarted, TurnStarted),
)
"""What is looked at of a log without its end, beside what any log is taken up again by."""

LOST = "[The background command {id} runs no more: heartbit was stopped while it ran. Its output until then: {log}]"


def endings(log: Sequence[Envelope]) -> Iterator[tuple[str, str, Event]]:
    """The missing events, each with its run and its agent; nothing for a log that is whole."""
    for agent, start in reversed(_open(log).items()):
        part = [envelope for envelope in log[start:] if envelope.agent == agent]
        for event in _missing(agent, part):
            yield part[0].run, agent, event
    yield from _unsummarised(log)
    for envelope, command in _unfinished(log):
        yield "", envelope.agent, CommandEnded(id=command.id, how="lost")
    for envelope, job in _lost(log):
        yield "", envelope.agent, JobEnded(id=job.id, how="lost")
        told = LOST.format(id=job.id, log=job.log or "nothing was kept")
        yield "", envelope.agent, UserMessage(message=user(told), origin="heartbit")


def _unfinished(log: Sequence[Envelope]) -> Iterator[tuple[Envelope, CommandStarted]]:
    """The commands of persons whose end nobody told."""
    ended = {envelope.event.id for envelope in log if isinstance(envelope.event, CommandEnded)}
    for envelope in log:
        if isinstance(envelope.event, CommandStarted) and envelope.event.id not in ended:
            yield envelope, envelope.event


def _unsummarised(log: Sequence[Envelope]) -> Iterator[tuple[str, str, Event]]:
    """The ends of summaries that nobody finished."""
    begun: dict[str, tuple[str, int]] = {}
    for envelope in log:
        match envelope.event:
            case SummaryStarted(turn=turn):
                begun[envelope.agent] = (envelope.run, turn)
            case SummaryFailed() | ContextSummarized():
                begun.pop(envelope.agent, None)
            case _:
                pass
    for agent, (run, turn) in begun.items():
        yield run, agent, SummaryFailed(turn=turn)


def _lost(log: Sequence[Envelope]) -> Iterator[tuple[Envelope, JobStarted]]:
    """The commands in the background whose end nobody told."""
    ended = {envelope.event.id for envelope in log if isinstance(envelope.event, JobEnded)}
    for envelope in log:
        if isinstance(envelope.event, JobStarted) and envelope.event.id not in ended:
            yield envelope, envelope.event


def runs(log: Sequence[Envelope]) -> int:
    """The highest number that a run of this log has."""
    names = {envelope.run for envelope in log if envelope.run}
    numbers = (name.removeprefix("run-") for name in names)
    return max((int(number) for number in numbers if number.isdecimal()), default=0)


def asked(log: Sequence[Envelope]) -> int:
    """No approval or question of this log has a higher number: each took an event, which the log need not hold."""
    return log[-1].seq if log else 0


def _open(log: Sequence[Envelope]) -> dict[str, int]:
    """Where in the log the last run of each agent begins, if it has no end; in the order of beginning."""
    found: dict[str, int] = {}
    for index, envelope in enumerate(log):
        match envelope.event:
            case RunStarted():
                found.pop(envelope.agent, None)
                found[envelope.agent] = index
            case event if isinstance(event, Terminal):
                found.pop(envelope.agent, None)
            case _:
                pass
    return found


def _missing(agent: str, part: Sequence[Envelope]) -> Iterator[Event]:
    for open_call in Conversation(agent, part).open_calls():
        yield ToolAnswered(result=open_call.result)
        yield _completed(open_call.call.name, open_call.result)
    yield from _unshown(part)
    yield from _undecided(part)
    if text := _cut_off_text(part):
        yield AssistantMessage(message=Assistant(content=(Text(text=text),), stop=StopReason.INTERRUPTED))
    yield from _unended(part)
    usage = sum((envelope.event.usage for envelope in part if isinstance(envelope.event, ModelCalled)), Usage())
    yield RunInterrupted(reason=CRASHED, partial_usage=usage)


def _unended(part: Sequence[Envelope]) -> Iterator[Event]:
    """The ends of a workflow's steps that were under way, the innermost first."""
    begun: dict[str, StepStarted] = {}
    for envelope in part:
        match envelope.event:
            case StepStarted() as step:
                begun[step.id] = step
            case StepEnded(id=id):
                begun.pop(id, None)
            case _:
                pass
    for step in reversed(begun.values()):
        yield StepEnded(id=step.id, name=step.name, kind=step.kind, how="stopped", within=step.within, error=CRASHED)


def _unshown(part: Sequence[Envelope]) -> Iterator[Event]:
    """The ends of calls that were answered, but not yet told to be over."""
    names: dict[str, str] = {}
    answered: dict[str, ToolResult] = {}
    for envelope in part:
        match envelope.event:
            case ToolCallStarted(tool_call_id=call_id, tool_name=name):
                names[call_id] = name
            case AssistantMessage(message=message):
                names.update((call.id, call.name) for call in message.calls)
            case ToolAnswered(result=result):
                answered[result.call_id] = result
            case ToolCallCompleted(tool_call_id=call_id):
                answered.pop(call_id, None)
            case _:
                pass
    yield from (_completed(names.get(call_id, ""), result) for call_id, result in answered.items())


def _undecided(part: Sequence[Envelope]) -> Iterator[Event]:
    """The ends of approvals and questions that nobody answered."""
    waiting: dict[str, Event] = {}
    for envelope in part:
        match envelope.event:
            case ApprovalRequested(id=id, turn=turn, call=call):
                waiting[id] = ApprovalDecision(
                    turn=turn, approved=False, id=id, tool_call_id=call.id, note=CRASHED, by="policy"
                )
            case QuestionAsked(id=id):
                waiting[id] = QuestionAnswered(id=id, answers=())
            case ApprovalDecision(id=id) | QuestionAnswered(id=id):
                waiting.pop(id, None)
            case _:
                pass
    yield from waiting.values()


def _cut_off_text(part: Sequence[Envelope]) -> str:
    """What was shown of an answer that never became a message."""
    shown: list[str] = []
    for envelope in part:
        match envelope.event:
            case TextDelta(text=text):
                shown.append(text)
            case AssistantMessage() | TurnStarted() | RetryAttempt() | ModelEscalated():
                shown.clear()
            case _:
                pass
    text = "".join(shown)
    return text if text.strip() else ""


def _completed(name: str, result: ToolResult) -> ToolCallCompleted:
    return ToolCallCompleted(
        tool_name=name,
        tool_call_id=result.call_id,
        is_error=result.is_error,
        duration_ms=0,
        output=clip(result.content),
    )
