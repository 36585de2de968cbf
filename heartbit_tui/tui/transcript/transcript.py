"""Envelopes folded into the blocks that a person sees."""

from bisect import bisect_left
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, TypeAlias

from heartbit_tui.kernel.events import (
    ApprovalDecision,
    ApprovalRequested,
    AssistantMessage,
    CommandEnded,
    CommandStarted,
    Envelope,
    Event,
    GuardrailDenied,
    GuardrailWarned,
    ModelEscalated,
    PermissionDenied,
    QuestionAnswered,
    QuestionAsked,
    RetryAttempt,
    Rewound,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    RunStarted,
    TextDelta,
    ThinkingDelta,
    ToolAnswered,
    ToolCallCompleted,
    ToolCallStarted,
    ToolInputDelta,
    ToolProgress,
    TurnStarted,
    Undone,
    UserMessage,
    clip,
)
from heartbit_tui.kernel.messages import Assistant, Image, Text, ToolCall, User
from heartbit_tui.kernel.standing import Standing
from heartbit_tui.tui.transcript import own, parts
from heartbit_tui.tui.transcript.blocks import Answer, Block, Call, Inquiry, Prompt, State, Thinking, Work
from heartbit_tui.tui.transcript.known import Known
from heartbit_tui.tui.transcript.notices import ending, intervention, notice
from heartbit_tui.tui.transcript.works import Works

NAMED = Call | Inquiry | Work
GOING = ("writing", "waiting", "asking", "running")
"""The states of a call that has not ended."""

Wrote: TypeAlias = TextDelta | ThinkingDelta | ToolInputDelta
Over: TypeAlias = RunCompleted | RunFailed | RunInterrupted

Place: TypeAlias = tuple[int, int]
"""The number of an envelope, and the how-manieth block of those that came with it."""


class Transcript:
    """The blocks of a session, in order. A block is replaced, never changed; only the last of them are.

    One that is `apart` is that of an agent which works for the session's own.
    """

    def __init__(self, *, apart: bool = False) -> None:
        self._apart = apart
        self.blocks: list[Block] = []
        self.known = Known()
        self._seqs: list[int] = []
        self._past: list[tuple[int, Block]] = []
        self._standing = Standing()
        self.works: Works[Transcript] = Works(partial(Transcript, apart=True))
        self._put: list[tuple[int, Block]] = []
        self._at: dict[str, int] = {}
        self._going: set[str] = set()
        self._started: set[str] = set()
        self._turn, self._calls, self._run_tokens = 0, 0, 0

    def apply(self, envelope: Envelope) -> None:
        """Take in the next envelope."""
        self.known = self.known.after(envelope)
        event = envelope.event
        if self.known.agent in ("", envelope.agent):
            self._own(envelope, event)
        elif (work := self.works.take(envelope)) is not None:
            self._work(envelope, work)
        elif isinstance(event, ToolInputDelta | AssistantMessage):
            self._of_another(envelope, event)
        else:
            self._everybody(envelope, event)

    def prompts(self) -> tuple[tuple[int, Prompt], ...]:
        """A person's prompts with the numbers of their blocks."""
        found = ((number, block) for number, block in enumerate(self.blocks) if isinstance(block, Prompt))
        return tuple((number, block) for number, block in found if block.how == "prompt")

    def call(self, id: str) -> int | None:
        """The number of the block of a call, or of the work of another agent that it is a part of."""
        return self._at.get(id) if id in self._at else self._at.get(self.works.find(id))

    def put(self, block: Block) -> int:
        """Add a block that no envelope told of (a command that the person ran); its number."""
        self._add(block, self._seqs[-1] if self._seqs else 0)
        self._put.append((self._seqs[-1], block))
        return len(self.blocks) - 1

    @property
    def put_in(self) -> tuple[tuple[int, Block], ...]:
        """The blocks that no envelope told of, each with the number of the envelope that it stands behind."""
        return tuple((seq, block) for seq, block in self._put if any(block is each for each in self.blocks))

    def place(self, number: int) -> Place:
        """Where a block stands, in a way that counts in every transcript of the same session."""
        number = min(number, len(self._seqs) - 1)
        return (self._seqs[number], number - bisect_left(self._seqs, self._seqs[number])) if number >= 0 else (0, 0)

    def at(self, place: Place) -> int:
        """The number of the block that stands there."""
        seq, further = place
        return bisect_left(self._seqs, seq) + further

    def exchange(self, old: Block, new: Block) -> None:
        """Put another block in the place of one that was put."""
        for number in reversed(range(len(self.blocks))):
            if self.blocks[number] is old:
                self.blocks[number] = new
                self._put = [(seq, new if block is old else block) for seq, block in self._put]
                return

    def _work(self, envelope: Envelope, work: Work) -> None:
        if isinstance(envelope.event, RunStarted):
            self._at[work.id] = len(self.blocks)
            self._add(work, envelope.seq)
        elif work.id in self._at:
            self.blocks[self._at[work.id]] = work

    def _own(self, envelope: Envelope, event: Event) -> None:
        match event:
            case TextDelta() | ThinkingDelta() | ToolInputDelta():
                self._wrote(envelope, event)
            case AssistantMessage(message=message):
                self._answered(envelope, message)
            case UserMessage(message=message, origin=origin) if origin != "heartbit":
                self._said(envelope, message, origin)
            case TurnStarted():
                self._turn = len(self.blocks)
            case RetryAttempt() | ModelEscalated():
                self._begin_anew()
                self._tell(envelope)
            case Rewound(to=to):
                self._went_back(envelope.seq, to)
                self._tell(envelope)
            case RunStarted():
                self._turn, self._calls, self._run_tokens = len(self.blocks), 0, 0
            case RunCompleted() | RunFailed() | RunInterrupted():
                self._ended(envelope, event)
            case _:
                self._everybody(envelope, event)

    def _of_another(self, envelope: Envelope, event: ToolInputDelta | AssistantMessage) -> None:
        if isinstance(event, ToolInputDelta):
            self._wrote(envelope, event)
            return
        for call in event.message.calls:
            self._waits(envelope, call)

    def _everybody(self, envelope: Envelope, event: Event) -> None:
        match event:
            case ToolCallStarted(tool_call_id=id, tool_name=tool):
                self._started.add(id)
                self._update(envelope, id, tool, state="running", at=envelope.at)
            case ToolProgress(tool_call_id=id, text=text):
                self._progress(id, text)
            case ToolCallCompleted():
                self._completed(envelope, event)
            case ToolAnswered(result=result):
                self._result(result.call_id, result.content, is_error=result.is_error)
            case ApprovalRequested(call=call, preview=preview):
                self._update(envelope, call.id, call.name, state="asking", input=call.input, preview=preview)
            case ApprovalDecision(tool_call_id=id, approved=approved, note=note):
                decided = "running" if id in self._started else "waiting" if approved else "refused"
                self._update(envelope, id, "", state=decided, note=note)
            case PermissionDenied():
                self._denied(envelope, event)
            case _:
                self._of_people(envelope, event)

    def _of_people(self, envelope: Envelope, event: Event) -> None:
        match event:
            case QuestionAsked(id=id, questions=questions):
                self._at[id] = self.put(Inquiry(id=id, questions=questions))
                self._seqs[-1] = envelope.seq
            case QuestionAnswered(id=id, answers=answers):
                self._told(id, answers)
            case CommandStarted() | CommandEnded() if shell := own.find(self.blocks, event.id):
                self.exchange(shell, own.after(shell, event))
            case CommandStarted() | CommandEnded():
                self._add(own.after(None, event), envelope.seq)
            case _:
                self._tell(envelope)

    def _wrote(self, envelope: Envelope, event: Wrote) -> None:
        last = self.blocks[-1] if len(self.blocks) > self._turn else None
        match event, last:
            case TextDelta(text=text), Answer(closed=False):
                self.blocks[-1] = replace(last, text=last.text + text)
            case ThinkingDelta(text=text), Thinking(closed=False):
                self.blocks[-1] = replace(last, text=last.text + text)
            case TextDelta(text=text), _:
                self._close_last()
                self._add(Answer(text=text), envelope.seq)
            case ThinkingDelta(text=text), _:
                self._close_last()
                self._add(Thinking(text=text), envelope.seq)
            case ToolInputDelta(tool_call_id=id, tool_name=tool, text=text), _:
                self._close_last()
                known = self._find(id)
                arguments = (known.arguments if known else "") + text
                self._update(envelope, id, tool, state="writing", arguments=arguments)

    def _answered(self, envelope: Envelope, message: Assistant) -> None:
        """The message is whole: it replaces what was shown as it was written, block by block where that is equal."""
        wanted = parts.of(message)
        shown = [block for block in self.blocks[self._turn :] if parts.is_own(block)]
        if not parts.same(shown, wanted):
            self._begin_anew()
            for part in wanted:
                if not isinstance(part, ToolCall):
                    self._add(parts.block(part), envelope.seq)
        self._close_last()
        for call in message.calls:
            self._waits(envelope, call)
        self._turn = len(self.blocks)
        self._run_tokens += message.usage.total

    def _waits(self, envelope: Envelope, call: ToolCall) -> None:
        self._update(envelope, call.id, call.name, state="waiting", input=call.input, arguments="")

    def _said(self, envelope: Envelope, message: User, origin: str) -> None:
        words = "".join(part.text for part in message.content if isinstance(part, Text))
        images = sum(isinstance(part, Image) for part in message.content)
        how = "steer" if origin == "steer" else "prompt"
        self._close_last()
        self._add(Prompt(text=words, how=how, seq=envelope.seq, images=images, at=envelope.at), envelope.seq)
        self._turn = len(self.blocks)

    def _progress(self, id: str, text: str) -> None:
        call = self._find(id)
        if call is not None:
            self.blocks[self._at[id]] = replace(call, output=(call.output + text)[-own.PROGRESS :])
        elif shell := own.find(self.blocks, id):
            self.exchange(shell, own.wrote(shell, text))

    def _completed(self, envelope: Envelope, event: ToolCallCompleted) -> None:
        self._calls += 1
        call = self._find(event.tool_call_id)
        refused = call is not None and call.state == "refused"
        state: State = "refused" if refused else "failed" if event.is_error else "ok"
        self._update(
            envelope,
            event.tool_call_id,
            event.tool_name,
            state=state,
            output=event.output,
            details=event.details,
            changed=event.changed,
            milliseconds=event.duration_ms,
        )

    def _result(self, id: str, content: str, *, is_error: bool) -> None:
        """What entered the conversation, for a call whose own end the log no longer tells."""
        call = self._find(id)
        if call is not None and call.state in GOING:
            self._replace(id, "", {"state": "failed" if is_error else "ok", "output": clip(content), "arguments": ""})

    def _denied(self, envelope: Envelope, event: PermissionDenied) -> None:
        call = self._find(event.tool_call_id)
        if call is None or call.state != "refused":
            self._update(envelope, event.tool_call_id, event.tool_name, state="refused", note=event.reason)

    def _guarded(self, envelope: Envelope, event: GuardrailDenied | GuardrailWarned) -> None:
        call = self._find(event.tool_call_id)
        if call is not None and isinstance(event, GuardrailDenied) and event.hook == "pre_tool":
            self._replace(call.id, "", {"state": "refused", "note": event.reason})
        self._add(intervention(event, call), envelope.seq)

    def _told(self, id: str, answers: tuple[tuple[str, ...], ...]) -> None:
        block = self.blocks[self._at[id]] if id in self._at else None
        if isinstance(block, Inquiry):
            self.blocks[self._at[id]] = replace(block, answers=answers)

    def _ended(self, envelope: Envelope, event: Over) -> None:
        self._close_last()
        for call in filter(None, map(self._find, self._going)):
            self.blocks[self._at[call.id]] = replace(call, state="cut")
        self._going.clear()
        for work in self.works.cut(envelope):
            self._work(envelope, work)
        over = ending(event, self._since(envelope.at), self._calls, self._run_tokens)
        self._add(replace(over, apart=self._apart), envelope.seq)
        self._turn = len(self.blocks)

    def _since(self, now: datetime) -> int:
        starts = (block.at for block in reversed(self.blocks) if isinstance(block, Prompt) and block.at)
        began = next(starts, None)
        return int((now - began).total_seconds() * 1000) if began else 0

    def _tell(self, envelope: Envelope) -> None:
        if isinstance(envelope.event, GuardrailDenied | GuardrailWarned):
            self._guarded(envelope, envelope.event)
            return
        told = notice(envelope.event)
        if told is None:
            return
        undone = isinstance(envelope.event, Undone) and envelope.event.rewound
        if undone and self._seqs and self._seqs[-1] == undone:  # it says all that the notice of the rewind said
            self.blocks[-1] = told
        else:
            self._add(told, envelope.seq)

    def _close_last(self) -> None:
        for number in range(self._turn, len(self.blocks)):
            block = self.blocks[number]
            if isinstance(block, Answer | Thinking) and not block.closed:
                self.blocks[number] = replace(block, closed=True)

    def _update(self, envelope: Envelope, id: str, tool: str, **changes: Any) -> None:
        call = self._find(id)
        if call is None:
            if not tool:
                return
            self._begin(envelope, id, tool, changes)
        else:
            self._replace(id, tool, changes)

    def _begin(self, envelope: Envelope, id: str, tool: str, changes: dict[str, Any]) -> None:
        agent = "" if self.known.agent in ("", envelope.agent) else envelope.agent
        fields: dict[str, Any] = {"state": "waiting", "at": envelope.at, "agent": agent, **changes}
        call = Call(id=id, tool=tool, **fields)
        self._at[id] = len(self.blocks)
        self._add(call, envelope.seq)
        self._going.add(id)

    def _replace(self, id: str, tool: str, changes: dict[str, Any]) -> None:
        number = self._at[id]
        call = self.blocks[number]
        assert isinstance(call, Call)
        changed = replace(call, tool=tool or call.tool, **changes)
        self.blocks[number] = changed
        if changed.state in GOING:
            self._going.add(id)
        else:
            self._going.discard(id)

    def _find(self, id: str) -> Call | None:
        number = self._at.get(id)
        block = self.blocks[number] if number is not None else None
        return block if isinstance(block, Call) else None

    def _add(self, block: Block, seq: int) -> None:
        self.blocks.append(block)
        self._seqs.append(seq)

    def _begin_anew(self) -> None:
        """Take back what was written in this turn; what was told or run meanwhile stays."""
        later = zip(self.blocks[self._turn :], self._seqs[self._turn :], strict=True)
        kept = [(block, seq) for block, seq in later if not parts.is_own(block)]
        self._cut_back(self._turn)
        for block, seq in kept:
            if isinstance(block, NAMED):
                self._at[block.id] = len(self.blocks)
            self._add(block, seq)
        self._going |= {block.id for block, _ in kept if isinstance(block, Call) and block.state in GOING}
        self._turn += len(kept)

    def _went_back(self, seq: int, to: int) -> None:
        """Show what stood right before an event; what is taken away is kept for a way forward again."""
        every = sorted((*zip(self._seqs, self.blocks, strict=True), *self._past), key=lambda each: each[0])
        self._standing.went_back(seq, to)
        self._past = [each for each in every if not self._standing.counts(each[0])]
        self._cut_back(0)
        for at, block in self._standing.keep(every):
            if isinstance(block, NAMED):
                self._at[block.id] = len(self.blocks)
            self._add(block, at)
        self._turn = len(self.blocks)

    def _cut_back(self, number: int) -> None:
        if number >= len(self.blocks):
            return
        del self.blocks[number:], self._seqs[number:]
        self._at = {name: at for name, at in self._at.items() if at < number}
        self._going &= self._at.keys()
        self._turn = min(self._turn, number)
