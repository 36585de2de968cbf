"""Envelopes folded into blocks: order, replacement, retries, rewinds, sub-agents, resumed sessions."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace

import pytest

from heartbit_tui.kernel.events import (
    ApprovalDecision,
    ApprovalRequested,
    Choice,
    CommandEnded,
    CommandStarted,
    Delta,
    DoomLoopDetected,
    Envelope,
    Event,
    GuardrailDenied,
    GuardrailWarned,
    ModelEscalated,
    Notice as Told,
    PermissionDenied,
    Question,
    QuestionAnswered,
    QuestionAsked,
    RetryAttempt,
    Rewound,
    RunFailed,
    RunInterrupted,
    RunStarted,
    TextDelta,
    ThinkingDelta,
    ToolAnswered,
    ToolCallStarted,
    ToolInputDelta,
    ToolProgress,
    TurnStarted,
    Undone,
    UserMessage,
)
from heartbit_tui.kernel.messages import Text, Thinking as Reasoning, ToolCall, ToolResult, Usage, user
from heartbit_tui.runtime.opening import RESUMED
from heartbit_tui.tui.transcript.blocks import (
    Answer,
    Block,
    Call,
    Ending,
    Guarded,
    Inquiry,
    Notice,
    Prompt,
    Shell,
    Thinking,
    Work,
)
from heartbit_tui.tui.transcript.own import LOST, PROGRESS, STOPPED
from heartbit_tui.tui.transcript.transcript import GOING, Transcript
from tests.tui.transcript.story import AGENT, HELPER, Log, answered, begun, done, ended, said, session

SESSIONS = 200


def folded(*events: Event) -> Transcript:
    """A transcript of these events, all of the main agent."""
    log = Log()
    log.tell(*events)
    return fold(log.envelopes)


def fold(envelopes: Iterable[Envelope]) -> Transcript:
    transcript = Transcript()
    for envelope in envelopes:
        transcript.apply(envelope)
    return transcript


def told(blocks: Sequence[Block]) -> list[str]:
    """Each block in a few words."""
    return [tell(block) for block in blocks]


def tell(block: Block) -> str:
    match block:
        case Prompt(text=text, how=how):
            return f"{how}: {text}"
        case Answer(text=text) | Thinking(text=text):
            return f"{type(block).__name__.lower()}: {text}"
        case Call(id=id, state=state, output=output):
            return f"call {id}: {state} {output}".rstrip()
        case Notice(text=text) | Guarded(text=text):
            return f"notice: {text}"
        case Ending(how=how, text=text):
            return f"{how} {text}".rstrip()
        case Inquiry(answers=answers):
            return f"inquiry: {answers}"
        case Shell():
            return f"shell: {block.command}"
        case Work(agent=agent, parts=parts):
            return f"work of {agent}: {', '.join(map(tell, parts))}"


def test_what_is_written_grows_in_one_block_and_is_replaced_by_nothing_when_it_is_whole() -> None:
    growing = folded(
        *begun(), ThinkingDelta(text="h"), ThinkingDelta(text="m"), TextDelta(text="a"), TextDelta(text="b")
    )
    assert growing.blocks[1:] == [Thinking(text="hm", closed=True), Answer(text="ab")]
    whole = folded(
        *begun(),
        ThinkingDelta(text="hm"),
        TextDelta(text="ab"),
        answered(Reasoning(text="hm"), Text(text="ab")),
    )
    assert whole.blocks[1:] == [Thinking(text="hm", closed=True), Answer(text="ab", closed=True)]


def test_a_message_that_differs_from_what_was_written_wins() -> None:
    transcript = folded(*begun(), TextDelta(text="secret"), answered(Text(text="[redacted]")), done())
    assert told(transcript.blocks) == ["prompt: do it", "answer: [redacted]", "completed"]


def test_a_retry_and_a_stronger_model_discard_what_was_written_in_the_turn_alone() -> None:
    for event in (
        RetryAttempt(attempt=1, max_retries=3, delay_ms=5),
        ModelEscalated(from_tier="a", to_tier="b", reason="tier_error"),
    ):
        transcript = folded(
            *begun(),
            answered(Text(text="kept")),
            TurnStarted(turn=2, max_turns=9),
            TextDelta(text="gone"),
            ToolInputDelta(tool_call_id="c", tool_name="bash", text="{"),
            event,
            TextDelta(text="new"),
        )
        kinds = [type(block) for block in transcript.blocks]
        assert kinds == [Prompt, Answer, Notice, Answer]
        assert told(transcript.blocks)[-1] == "answer: new"
        assert transcript.call("c") is None


def test_a_call_goes_through_its_states_in_one_block() -> None:
    call = ToolCall(id="c", name="bash", input={"command": "ls"})
    steps: Sequence[tuple[Event, str]] = (
        (ToolInputDelta(tool_call_id="c", tool_name="bash", text='{"comm'), "writing"),
        (answered(call), "waiting"),
        (ApprovalRequested(turn=1, tool_names=("bash",), id="a", call=call, preview="ls"), "asking"),
        (ApprovalDecision(turn=1, approved=True, id="a", tool_call_id="c"), "waiting"),
        (ToolCallStarted(tool_name="bash", tool_call_id="c"), "running"),
        (ToolProgress(tool_call_id="c", text="x"), "running x"),
        (ended("c")[0], "ok out"),
        (ended("c")[1], "ok out"),
    )
    transcript = folded(*begun())
    log = Log(list[Envelope]())
    log.tell(*begun())
    for event, state in steps:
        log.tell(event)
        transcript.apply(log.envelopes[-1])
        assert told(transcript.blocks)[1:] == [f"call c: {state}"]
    (block,) = transcript.blocks[1:]
    assert isinstance(block, Call)
    assert (block.input, block.preview, block.details) == ({"command": "ls"}, "ls", {"exit": 0})


def test_a_refused_call_keeps_the_words_of_the_person() -> None:
    call = ToolCall(id="c", name="bash")
    transcript = folded(
        *begun(),
        answered(call),
        ApprovalRequested(turn=1, tool_names=("bash",), id="a", call=call),
        ApprovalDecision(turn=1, approved=False, id="a", tool_call_id="c", note="not here"),
        PermissionDenied(tool_name="bash", tool_call_id="c", reason="a person refused"),
        *ended("c", is_error=True),
    )
    block = transcript.blocks[-1]
    assert isinstance(block, Call)
    assert (block.state, block.note) == ("refused", "not here")


@pytest.mark.parametrize("approved", [True, False])
def test_a_call_that_runs_and_wants_more_goes_on_whatever_is_decided(approved: bool) -> None:
    call = ToolCall(id="c", name="bash")
    happened: tuple[Event, ...] = (
        *begun(),
        answered(call),
        ToolCallStarted(tool_name="bash", tool_call_id="c"),
        ApprovalRequested(turn=1, tool_names=("bash",), id="a", call=call),
        ApprovalDecision(turn=1, approved=approved, id="a", tool_call_id="c"),
    )
    assert told(folded(*happened).blocks)[-1] == "call c: running"
    assert told(folded(*happened, *ended("c")).blocks)[-1] == "call c: ok out"


def test_only_the_end_of_a_long_output_is_kept_while_a_call_runs() -> None:
    transcript = folded(
        *begun(),
        answered(ToolCall(id="c", name="bash")),
        ToolCallStarted(tool_name="bash", tool_call_id="c"),
        *(ToolProgress(tool_call_id="c", text=f"{number:06}\n" * 1000) for number in range(20)),
    )
    block = transcript.blocks[-1]
    assert isinstance(block, Call)
    assert len(block.output) == PROGRESS
    assert block.output.endswith("000019\n")


@pytest.mark.parametrize(
    "end", [done(), RunFailed(error="x", partial_usage=Usage()), RunInterrupted(reason="the user")]
)
def test_a_run_that_ends_leaves_no_call_going_and_nothing_open(end: Event) -> None:
    transcript = folded(
        *begun(),
        answered(ToolCall(id="c", name="bash")),
        ToolCallStarted(tool_name="bash", tool_call_id="c"),
        ToolInputDelta(tool_call_id="d", tool_name="read", text="{"),
        TextDelta(text="half"),
        end,
    )
    assert told(transcript.blocks)[1:4] == ["call c: cut", "call d: cut", "answer: half"]
    assert transcript.blocks[3] == Answer(text="half", closed=True)
    assert isinstance(transcript.blocks[4], Ending)
    assert not transcript.known.running


def test_a_rewind_cuts_what_came_after() -> None:
    log = Log()
    log.tell(*begun("first"), answered(Text(text="one")), done())
    before = len(log.envelopes)
    log.tell(RunStarted(task="x"))
    log.tell(said("second"), answered(ToolCall(id="c", name="bash")), *ended("c"), done())
    log.tell(Rewound(to=before + 2))
    transcript = fold(log.envelopes)
    assert told(transcript.blocks)[:3] == ["prompt: first", "answer: one", "completed"]
    assert [type(block) for block in transcript.blocks[3:]] == [Notice]
    assert transcript.call("c") is None
    log.tell(Undone(id="u", to=before + 2, what="chat", rewound=len(log.envelopes)))
    transcript.apply(log.envelopes[-1])
    assert transcript.blocks[3:] == [Notice(level="info", text="Undone: the chat. Files stay as they are.")]
    log.tell(*begun("third"))
    transcript.apply(log.envelopes[-2])
    assert told(transcript.blocks)[-1] == "prompt: third"


def delegated() -> list[Envelope]:
    """A run in which another agent makes a call."""
    log = Log()
    log.tell(*begun(), answered(ToolCall(id="d", name="delegate_task")))
    log.tell(ToolCallStarted(tool_name="delegate_task", tool_call_id="d"))
    log.tell(
        RunStarted(task="sub"),
        UserMessage(message=user("do a part")),
        TextDelta(text="hidden"),
        answered(Text(text="hidden"), ToolCall(id="s", name="read")),
        ToolCallStarted(tool_name="read", tool_call_id="s"),
        *ended("s", "read"),
        done(),
        agent=HELPER,
    )
    log.tell(*ended("d", "delegate_task"), TurnStarted(turn=2, max_turns=9), answered(Text(text="seen")), done())
    return log.envelopes


WORK = f"work of {HELPER}: answer: hidden, call s: ok out"


def test_sub_agents_have_their_words_and_calls_in_a_block_of_their_own() -> None:
    transcript = fold(delegated())
    assert told(transcript.blocks) == ["prompt: do it", "call d: ok out", WORK, "answer: seen", "completed"]
    assert transcript.known.agent == AGENT


def test_the_work_of_sub_agents_is_shown_when_a_session_is_taken_up_again() -> None:
    transcript = fold(envelope for envelope in delegated() if isinstance(envelope.event, RESUMED))
    assert told(transcript.blocks)[1:3] == ["call d: ok out", WORK]


def test_questions_wait_and_are_answered_in_their_block() -> None:
    question = Question(question="Which?", options=(Choice(label="a"),))
    asked = folded(*begun(), QuestionAsked(id="q", questions=(question,)))
    assert told(asked.blocks)[1:] == ["inquiry: None"]
    replied = folded(
        *begun(), QuestionAsked(id="q", questions=(question,)), QuestionAnswered(id="q", answers=(("a",),))
    )
    assert told(replied.blocks)[1:] == ["inquiry: (('a',),)"]


def test_words_that_heartbit_says_in_a_persons_place_are_not_shown() -> None:
    transcript = folded(*begun(), UserMessage(message=user("a reminder"), origin="heartbit"), said("faster", "steer"))
    assert told(transcript.blocks) == ["prompt: do it", "steer: faster"]


def test_a_result_whose_call_nobody_saw_end_ends_it() -> None:
    transcript = folded(
        *begun(),
        answered(ToolCall(id="c", name="bash"), ToolCall(id="d", name="bash")),
        ToolAnswered(result=ToolResult(call_id="c", content="fine")),
        ToolAnswered(result=ToolResult(call_id="d", content="bad", is_error=True)),
        done(),
    )
    assert told(transcript.blocks)[1:3] == ["call c: ok fine", "call d: failed bad"]


@pytest.mark.parametrize(
    "event", [Told(level="warning", text="look"), DoomLoopDetected(turn=1, consecutive_count=3, tool_names=("ls",))]
)
def test_what_is_told_while_an_answer_is_written_stays(event: Event) -> None:
    transcript = folded(*begun(), TextDelta(text="one "), event, TextDelta(text="two"), answered(Text(text="one two")))
    kinds = [type(block) for block in transcript.blocks]
    assert kinds.count(Notice) == 1
    assert "".join(block.text for block in transcript.blocks if isinstance(block, Answer)) == "one two"


def test_a_command_that_a_person_runs_while_an_answer_is_written_keeps_its_block() -> None:
    log = Log()
    log.tell(*begun(), TextDelta(text="one "))
    transcript = fold(log.envelopes)
    running = Shell(command="ls")
    transcript.put(running)
    log.tell(TextDelta(text="two"), answered(Text(text="one two")))
    for envelope in log.envelopes[-2:]:
        transcript.apply(envelope)
    transcript.exchange(running, Shell(command="ls", code=0))
    assert [block for block in transcript.blocks if isinstance(block, Shell)] == [Shell(command="ls", code=0)]
    assert "".join(block.text for block in transcript.blocks if isinstance(block, Answer)) == "one two"


def test_of_200_random_sessions_nothing_is_left_open_and_every_block_is_in_its_place() -> None:
    for seed in range(SESSIONS):
        log = session(random.Random(seed))
        transcript = fold(log)
        assert not [block for block in transcript.blocks if isinstance(block, Call) and block.state in GOING]
        assert all(block.closed for block in transcript.blocks if isinstance(block, Answer | Thinking))
        ids = [block.id for block in transcript.blocks if isinstance(block, Call)]
        assert len(ids) == len(set(ids))
        assert all(transcript.blocks[number] == block for number, block in places(transcript))
        texts = [block.text for block in transcript.blocks if isinstance(block, Prompt)]
        spoken = [envelope.event.message.content[0] for envelope in log if isinstance(envelope.event, UserMessage)]
        assert [Text(text=text) for text in texts] == spoken


def places(transcript: Transcript) -> list[tuple[int, Call]]:
    calls = [block for block in transcript.blocks if isinstance(block, Call)]
    return [(number, call) for call in calls if (number := transcript.call(call.id)) is not None]


def test_200_random_sessions_look_the_same_without_their_deltas() -> None:
    for seed in range(SESSIONS):
        log = session(random.Random(seed))
        whole = [envelope for envelope in log if not isinstance(envelope.event, Delta)]
        assert [untimed(block) for block in fold(whole).blocks] == [untimed(block) for block in fold(log).blocks], seed


def untimed(block: Block) -> Block:
    """A block without when its call was first heard of."""
    return replace(block, at=None) if isinstance(block, Call) else block


@pytest.mark.slow
def test_200_random_sessions_look_the_same_when_they_are_taken_up_again_apart_from_details() -> None:
    for seed in range(SESSIONS):
        log = session(random.Random(seed))
        resumed = fold(envelope for envelope in log if isinstance(envelope.event, RESUMED))
        assert [rough(block) for block in resumed.blocks] == [
            rough(block) for block in fold(log).blocks if not is_passing(block)
        ], seed


def is_passing(block: Block) -> bool:
    """Whether a block tells of something that is not read again: a retry."""
    return isinstance(block, Notice) and "trying again" in block.text


def rough(block: Block) -> Block:
    """A block without what is only known of a session that was seen as it went."""
    match block:
        case Call():
            state = "ok" if block.state == "ok" else "failed"
            kept = {"id", "tool", "input", "agent", "state"}
            bare = Call(id=block.id, tool=block.tool, state=state, input=block.input, agent=block.agent)
            assert {each.name for each in fields(bare)} > kept
            return bare
        case Ending():
            return replace(block, calls=0)
        case _:
            return block


def test_a_guardrail_that_denies_a_call_stands_behind_it_and_the_call_is_refused() -> None:
    run = ToolCall(id="c1", name="bash", input={"command": "rm -rf build"})
    denied = GuardrailDenied(
        hook="pre_tool", reason="no", tool_name="bash", guardrail="tool_policy", quote="q", tool_call_id="c1"
    )
    call, badge = folded(*begun(), answered(run), denied, *ended("c1", is_error=True)[1:], done()).blocks[1:3]
    assert isinstance(call, Call)
    assert (call.state, call.note) == ("refused", "no")
    assert badge == Guarded(
        did="denied",
        hook="pre_tool",
        guardrail="tool_policy",
        reason="no",
        quote="q",
        tool="bash",
        call="rm -rf build",
        text="The guardrail tool_policy denied a call of bash: no — “q”",
    )


def test_a_guardrail_of_an_unknown_call_or_of_an_answer_is_told_too() -> None:
    warned = GuardrailWarned(hook="post_llm", reason="rude", guardrail="llm_judge")
    rewrote = GuardrailWarned(hook="post_tool", reason="email", tool_name="read", guardrail="pii", changed=True)
    blocks = folded(*begun(), warned, rewrote, answered(Text(text="x"))).blocks
    found = [block for block in blocks if isinstance(block, Guarded)]
    assert [(each.did, each.tool, each.call) for each in found] == [("warned", "", ""), ("rewrote", "read", "")]


def test_a_persons_command_is_one_block_with_what_it_wrote_and_its_end() -> None:
    began = CommandStarted(id="own-1", command="make")
    running = folded(*begun(), began, *(ToolProgress(tool_call_id="own-1", text=text) for text in ("10 %\r20 %", "\n")))
    assert running.blocks[-1] == Shell(id="own-1", command="make", output="20 %\n")
    ended = folded(*begun(), began, CommandEnded(id="own-1", how="exited", exit_code=2, output="all of it"))
    assert ended.blocks[-1] == Shell(id="own-1", command="make", output="all of it", code=2)
    lost = folded(*begun(), began, CommandEnded(id="own-1", how="lost"))
    assert lost.blocks[-1] == Shell(id="own-1", command="make", output=LOST, code=STOPPED)


def test_a_hidden_command_of_ones_own_keeps_what_the_log_has_no_words_of() -> None:
    transcript, log = folded(*begun()), Log()
    transcript.put(Shell(id="own-1", command="make", hidden=True))
    log.tell(CommandStarted(id="own-1", command="(a hidden one)"), CommandEnded(id="own-1", how="stopped"))
    for envelope in log.envelopes:
        transcript.apply(envelope)
    assert transcript.blocks[-1] == Shell(id="own-1", command="make", hidden=True, code=STOPPED)
