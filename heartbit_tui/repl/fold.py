"""Envelopes folded into what a conversation shows and into what is known of it."""

import json
from collections.abc import Mapping

from heartbit_tui.client import (
    cascaded,
    expanding,
    guarded,
    metered,
    pursued,
    remembered,
    routed,
    stepped,
    titles,
    undone,
)
from heartbit_tui.client.crew import Mates
from heartbit_tui.client.cut import CutCalls
from heartbit_tui.client.jobs import Job, after, told, typed
from heartbit_tui.kernel.events import (
    JUDGE,
    ApprovalDecision,
    ApprovalRequested,
    AssistantMessage,
    AutoCompactionTriggered,
    CommandEnded,
    CommandStarted,
    ContextRestored,
    ContextSummarized,
    DiagnosticsCounted,
    DoomLoopDetected,
    Envelope,
    Event,
    FilesChanged,
    GuardrailDenied,
    GuardrailWarned,
    JobEnded,
    LlmResponse,
    MemoryChanged,
    MemoryRecalled,
    ModeChanged,
    ModelChanged,
    ModelEscalated,
    NameRepaired,
    Notice,
    PermissionDenied,
    PromptQueued,
    QuestionAnswered,
    QuestionAsked,
    RetryAttempt,
    Rewound,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    RunStarted,
    SessionRenamed,
    SummaryStarted,
    TaskRouted,
    TextDelta,
    ThinkingDelta,
    TodosChanged,
    ToolCallCompleted,
    ToolCallStarted,
    Undone,
    UserMessage,
)
from heartbit_tui.kernel.messages import Assistant, JsonObject, Text, ToolCall, User
from heartbit_tui.kernel.standing import Counted, Standing
from heartbit_tui.repl.pieces import Asked, Called, Closed, Ended, Piece, Planned, Said, Settled, Told, Wrote


class Fold:
    """Takes envelopes in order and gives the pieces to show; knows what is going on.

    `agent` is the one whose words are shown; of all others only the calls are.
    """

    def __init__(self) -> None:
        self.agent = ""
        self.running = False
        self.working: dict[str, str] = {}
        """The calls that run now, by id: what they do in a few words."""
        self.todos: tuple[tuple[str, str], ...] = ()
        self.jobs: tuple[Job, ...] = ()
        """The commands in the background, also those that have ended."""
        self.mates = Mates()
        """The agents that work for this one, also those that have ended."""
        self.diagnostics: DiagnosticsCounted | None = None
        """What the language servers know of."""
        self.judging = False
        """Whether a change is being judged."""
        self.queued = 0
        self.title = ""
        self.context_tokens = 0
        self.cut = CutCalls()
        self._calls: dict[str, ToolCall] = {}
        self._prompts = Counted[str]()
        self._standing = Standing()
        self._shown = ""
        self._diffs: dict[str, str] = {}
        self._refused: dict[str, str] = {}
        """Calls that were told to be refused, and the word for it."""

    @property
    def prompts(self) -> tuple[tuple[int, str], ...]:
        """The seq and the words of each prompt that still counts."""
        return tuple(self._prompts.live)

    def take(self, envelope: Envelope) -> tuple[Piece, ...]:
        """What this envelope shows."""
        event = envelope.event
        self.cut.take(envelope)
        if envelope.agent == JUDGE and isinstance(event, RunStarted | RunCompleted | RunFailed | RunInterrupted):
            self.judging = isinstance(event, RunStarted)
        self.mates.take(envelope)
        self.jobs = after(self.jobs, envelope)
        self.diagnostics = event if isinstance(event, DiagnosticsCounted) else self.diagnostics
        if isinstance(event, AssistantMessage):
            self._calls |= {call.id: call for call in event.message.calls}
        if isinstance(event, RunStarted) and not self.agent and envelope.agent != JUDGE:
            self.agent = envelope.agent
        if self.agent in ("", envelope.agent):
            return (*self._own(envelope, event), *self._everybody(envelope, event))
        return self._everybody(envelope, event)

    def _own(self, envelope: Envelope, event: Event) -> tuple[Piece, ...]:
        match event:
            case TextDelta(text=text):
                self._shown += text
                return (Wrote(text=text),)
            case ThinkingDelta(text=text):
                return (Wrote(text=text, thinking=True),)
            case AssistantMessage(message=message):
                return (*self._finished(message.text), *_handed_over(message))
            case RetryAttempt() | ModelEscalated():
                return self._void(event)
            case UserMessage(message=message, origin=origin) if origin != "heartbit":
                return self._said(envelope.seq, message, origin)
            case LlmResponse(usage=usage):
                self.context_tokens = usage.prompt + usage.output_tokens
                return ()
            case RunStarted() | RunCompleted() | RunFailed() | RunInterrupted():
                return self._run(event)
            case _:
                return self._session(envelope.seq, event)

    def _session(self, seq: int, event: Event) -> tuple[Piece, ...]:
        match event:
            case PromptQueued(text=text):
                self.queued += 1
                return (Said(text=text, how="queued"),)
            case Rewound(to=to):
                self._standing.went_back(seq, to)
                self._prompts.sift(self._standing)
                return ()  # what a person did to go back is told by the event that follows
            case SessionRenamed(title=title):
                self.title = title
                return (Told(level="info", text=f"This session is now called “{title}”."),)
            case SummaryStarted():
                return (Told(level="info", text=expanding.SUMMARISING),)
            case ContextSummarized() | ContextRestored():
                return (Told(level="info", text=expanding.told(event)),)
            case AutoCompactionTriggered(success=True):
                return (Told(level="info", text="The conversation did not fit the model's window; it was shortened."),)
            case Undone():
                return (Told(level="info", text=undone.told(event)),)
            case _:
                return _changed(event)

    def _everybody(self, envelope: Envelope, event: Event) -> tuple[Piece, ...]:
        match event:
            case ToolCallStarted(tool_name=tool, tool_call_id=call_id):
                self.working[call_id] = f"{tool} {titles.title(tool, self._input(call_id))}".strip()
                return ()
            case ToolCallCompleted():
                return self._called(envelope.agent, event)
            case TodosChanged(todos=todos) if not self._other(envelope.agent):
                self.todos = tuple((str(each.get("status", "")), str(each.get("content", ""))) for each in todos)
                return (Planned(todos=self.todos),)
            case ApprovalRequested(call=call, preview=preview):
                self._calls[call.id] = call
                self._diffs[call.id] = preview
                title = titles.title(call.name, call.input)
                return (Asked(request=event, title=title, agent=self._other(envelope.agent)),)
            case QuestionAsked():
                return (Asked(request=event, agent=self._other(envelope.agent)),)
            case ApprovalDecision() | PermissionDenied():
                return self._decided(event)
            case QuestionAnswered(id=id, answers=answers):
                told = "; ".join(", ".join(labels) for labels in answers)
                return (Settled(id=id, text=f"answered: {told}" if told else "not answered"),)
            case _:
                return _trouble(event)

    def _decided(self, event: ApprovalDecision | PermissionDenied) -> tuple[Piece, ...]:
        """A decision, or a refusal by a rule; that a person's own refusal then denies the call is not told again."""
        if isinstance(event, ApprovalDecision):
            if not event.approved and event.tool_call_id not in self.working:
                self._refused[event.tool_call_id] = "refused"
            return (Settled(id=event.id, text=_decision(event)),)
        if event.tool_call_id in self._refused:
            return ()
        self._refused[event.tool_call_id] = "denied"
        return (Told(level="warning", text=f"{event.tool_name} was not allowed: {event.reason}"),)

    def _finished(self, whole: str) -> tuple[Piece, ...]:
        """The end of an answer; what was not shown as it was written is shown now."""
        shown, self._shown = self._shown, ""
        rest = whole[len(shown) :] if whole.startswith(shown) else whole
        void = "" if whole.startswith(shown) else "the answer reads:"
        closed = (Closed(void=void),) if void else ()
        return (*closed, *((Wrote(text=rest),) if rest else ()), Closed())

    def _void(self, event: RetryAttempt | ModelEscalated) -> tuple[Piece, ...]:
        shown, self._shown = self._shown, ""
        void = (Closed(void="this part no longer counts; the answer is written anew"),) if shown else (Closed(),)
        if isinstance(event, ModelEscalated):
            return (*void, Told(level="info", text=cascaded.told(event)))
        delay = titles.span(event.delay_ms)
        what = event.error_class.replace("_", " ") or "error"
        told = f"{what}; trying again in {delay} ({event.attempt} of {event.max_retries})"
        return (*void, Told(level="warning", text=told))

    def _said(self, seq: int, message: User, origin: str) -> tuple[Piece, ...]:
        words = "".join(block.text for block in message.content if isinstance(block, Text))
        if origin == "prompt":
            self._prompts.add(seq, words)
            self.queued = max(self.queued - 1, 0)
        return (Said(text=words, how="steer" if origin == "steer" else "prompt"),)

    def _run(self, event: RunStarted | RunCompleted | RunFailed | RunInterrupted) -> tuple[Piece, ...]:
        self.working.clear()
        self._calls.clear()
        self._diffs.clear()
        self._refused.clear()
        self._shown = ""
        self.running = isinstance(event, RunStarted)
        match event:
            case RunStarted():
                return ()
            case RunCompleted(structured=answer):
                shaped = () if answer is None else (Wrote(text=json.dumps(answer, ensure_ascii=False, indent=2)),)
                return (*shaped, Closed(), Ended(how="completed"))
            case RunFailed(error=error):
                return (Closed(), Ended(how="failed", text=error))
            case RunInterrupted(reason=reason):
                return (Closed(), Ended(how="interrupted", text=reason))

    def _called(self, agent: str, event: ToolCallCompleted) -> tuple[Piece, ...]:
        self.working.pop(event.tool_call_id, None)
        diff = _text(event.details, "diff")
        seen = self._diffs.pop(event.tool_call_id, "") == diff
        refused = self._refused.pop(event.tool_call_id, "")
        called = Called(
            tool=event.tool_name,
            title=titles.title(event.tool_name, self._input(event.tool_call_id)),
            milliseconds=event.duration_ms,
            is_error=event.is_error,
            outcome=refused or titles.outcome(event.details) or ("failed" if event.is_error else ""),
            diff="" if seen else diff,
            tail=titles.tail(event.output) if event.is_error and not refused else "",
            agent=self._other(agent),
        )
        return (called,)

    def _other(self, agent: str) -> str:
        """The name of an agent that works for the session's own; empty for that one."""
        return "" if self.agent in ("", agent) else agent

    def _input(self, call_id: str) -> JsonObject:
        call = self._calls.get(call_id)
        return call.input if call else {}


def _handed_over(message: Assistant) -> tuple[Piece, ...]:
    """The plan in an answer that hands one over, which is what a person is about to decide on."""
    plans = [call.input.get("plan") for call in message.calls if call.name == "present_plan"]
    return tuple(piece for plan in plans if isinstance(plan, str) for piece in (Wrote(text=plan), Closed()))


def _changed(event: Event) -> tuple[Piece, ...]:
    match event:
        case ModeChanged(mode=mode):
            return (Told(level="info", text=f"mode: {mode}"),)
        case ModelChanged(provider=provider, model=model, effort=effort):
            told = f"model: {provider} {model}" + (f", effort {effort}" if effort else "")
            return (Told(level="info", text=told),)
        case _:
            told = metered.notice(event) or stepped.notice(event) or pursued.notice(event)
            lines = told.text.split("\n") if told is not None else ()
            return tuple(Told(level=told.level, text=line) for line in lines if told is not None)


def _trouble(event: Event) -> tuple[Piece, ...]:
    match event:
        case Notice(level=level, text=text):
            return (Told(level=level, text=text),)
        case GuardrailDenied():
            return (Told(level="warning", text=guarded.told(event)),)
        case GuardrailWarned():
            return (Told(level="info", text=guarded.told(event)),)
        case DoomLoopDetected(tool_names=names, consecutive_count=count):
            return (Told(level="warning", text=f"The agent repeats itself: {', '.join(names)}, {count} times."),)
        case FilesChanged() if event.lost:
            return (Told(level="warning", text=undone.lost(event)),)
        case NameRepaired(asked=asked, tool_name=tool):
            return (Told(level="info", text=f"The model wrote {asked}; {tool} was meant."),)
        case _:
            return _beside(event)


def _beside(event: Event) -> tuple[Piece, ...]:
    """What went on beside the conversation."""
    match event:
        case MemoryRecalled() | MemoryChanged():
            return _memory(event)
        case TaskRouted(escalated=over):
            return (Told(level="warning" if over else "info", text=routed.told(event)),)
        case JobEnded(exit_code=code) as end:
            return (Told(level="warning" if code else "info", text=told(end)),)
        case CommandStarted() | CommandEnded():
            return (Told(level="info", text=typed(event)),)
        case _:
            return ()


def _memory(event: MemoryRecalled | MemoryChanged) -> tuple[Piece, ...]:
    """What happened to the memory; what a call of the model's own did is told by the call."""
    text = remembered.told(event)
    if not text or event.tool_call_id:
        return ()
    return (Told(level="warning" if remembered.is_trouble(event) else "info", text=text),)


def _decision(event: ApprovalDecision) -> str:
    if event.by == "policy" and event.note:
        return event.note
    by = "" if event.by == "person" else " by policy"
    how = {"once": "", "session": " for this session", "project": " always here", "user": " always"}[event.scope]
    note = f": {event.note}" if event.note else ""
    return f"{'allowed' if event.approved else 'refused'}{how}{by}{note}"


def _text(details: Mapping[str, object], key: str) -> str:
    found = details.get(key)
    return found if isinstance(found, str) else ""
