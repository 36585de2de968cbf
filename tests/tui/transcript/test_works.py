"""What other agents do stands under their own names, and never in the answer of the one that a person talks to."""

from datetime import timedelta

from heartbit_tui.kernel.events import (
    ApprovalRequested,
    Question,
    QuestionAsked,
    Rewound,
    RunFailed,
    RunInterrupted,
    RunStarted,
    SubAgentCompleted,
    TextDelta,
    ToolCallStarted,
    ToolInputDelta,
    TurnStarted,
)
from heartbit_tui.kernel.messages import Text, ToolCall, Usage
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.renderers import table
from heartbit_tui.tui.theme.ink import ink
from heartbit_tui.tui.theme.load import load
from heartbit_tui.tui.transcript.blocks import Answer, Block, Call, Inquiry, Work
from heartbit_tui.tui.transcript.plain import marked, plain
from heartbit_tui.tui.transcript.transcript import Transcript
from heartbit_tui.tui.transcript.works import calls
from tests.tui.transcript.story import BEGAN, Log, answered, begun, done, ended, said

READ = ToolCall(id="r1", name="read", input={"file_path": "a.py"})
HAND = ToolCall(id="c1", name="delegate_task", input={"tasks": [{"agent": "reader", "task": "read it"}]})


def handed(log: Log) -> None:
    """The main agent hands something on."""
    log.tell(*begun(), TextDelta(text="I ask others."), answered(Text(text="I ask others."), HAND))
    log.tell(ToolCallStarted(tool_name="delegate_task", tool_call_id="c1"))


def side_by_side() -> Log:
    """Two others at work, word by word in turns."""
    log = Log()
    handed(log)
    log.tell(RunStarted(task="read it"), said("read it"), TurnStarted(turn=1, max_turns=9), agent="reader")
    log.tell(RunStarted(task="write it"), TurnStarted(turn=1, max_turns=9), agent="writer")
    for one, other in (("I ", "We "), ("read", "write"), (".", ".")):
        log.tell(TextDelta(text=one), agent="reader")
        log.tell(TextDelta(text=other), agent="writer")
    log.tell(ToolInputDelta(tool_call_id="r1", tool_name="read", text="{}"), agent="reader")
    log.tell(answered(Text(text="We write.")), done(), agent="writer")
    log.tell(SubAgentCompleted(success=True, usage=Usage()), agent="writer")
    log.tell(answered(Text(text="I read."), READ), ToolCallStarted(tool_name="read", tool_call_id="r1"), agent="reader")
    return log


def whole() -> Log:
    log = side_by_side()
    log.tell(*ended("r1", "read"), TurnStarted(turn=2, max_turns=9), answered(Text(text="Read.")), agent="reader")
    log.tell(done(), agent="reader")
    log.tell(*ended("c1", "delegate_task"), TurnStarted(turn=2, max_turns=9), TextDelta(text="All "))
    log.tell(TextDelta(text="done."), answered(Text(text="All done.")), done())
    return log


def folded(log: Log) -> Transcript:
    transcript = Transcript()
    for envelope in log.envelopes:
        transcript.apply(envelope)
    return transcript


def works(transcript: Transcript) -> dict[str, Work]:
    return {block.agent: block for block in transcript.blocks if isinstance(block, Work)}


def kinds(blocks: list[Block] | tuple[Block, ...]) -> list[str]:
    return [type(block).__name__ for block in blocks]


def test_each_work_is_one_block_where_it_began_and_the_answer_has_the_main_agents_words_alone() -> None:
    transcript = folded(whole())
    assert kinds(transcript.blocks) == ["Prompt", "Answer", "Call", "Work", "Work", "Answer", "Ending"]
    assert [block.text for block in transcript.blocks if isinstance(block, Answer)] == ["I ask others.", "All done."]


def test_words_and_calls_of_an_agent_stand_under_its_name_in_their_order() -> None:
    found = works(folded(whole()))
    reader, writer = found["reader"], found["writer"]
    assert [plain(part).splitlines()[0] for part in reader.parts] == ["I read.", "read", "Read."]
    assert [plain(part) for part in writer.parts] == ["We write."]
    assert (reader.lane, reader.task, reader.state, reader.calls, reader.tokens) == (0, "read it", "ok", 1, 15)
    assert (writer.lane, writer.task, writer.state, writer.calls) == (1, "write it", "ok", 0)
    assert reader.at == BEGAN + timedelta(seconds=7)
    assert reader.milliseconds == 21_000


def test_while_others_work_what_they_write_is_seen_as_it_comes() -> None:
    found = works(folded(side_by_side()))
    assert found["writer"].state == "ok"
    last = found["reader"].parts[-1]
    assert (found["reader"].state, kinds(found["reader"].parts)) == ("running", ["Answer", "Call"])
    assert isinstance(last, Call)
    assert (last.state, last.agent) == ("running", "")


def test_a_call_of_another_agent_is_found_in_its_work() -> None:
    transcript = folded(whole())
    assert transcript.call("r1") == 3
    assert transcript.call("c1") == 2
    assert transcript.call("nothing") is None


def test_all_calls_are_found_those_of_other_agents_too() -> None:
    assert [call.id for call in calls(folded(whole()).blocks)] == ["c1", "r1"]


def test_a_work_that_failed_says_why() -> None:
    log = side_by_side()
    log.tell(RunFailed(error="no key", partial_usage=Usage(), kind="auth"), agent="reader")
    found = works(folded(log))["reader"]
    assert (found.state, found.text) == ("failed", "no key")


def test_works_that_go_on_are_cut_off_with_the_run_of_the_main_agent() -> None:
    log = side_by_side()
    log.tell(RunInterrupted(reason="the person"))
    found = works(folded(log))
    assert {agent: work.state for agent, work in found.items()} == {"reader": "cut", "writer": "ok"}
    assert [part.state for part in found["reader"].parts if isinstance(part, Call)] == ["cut"]


def test_an_agent_that_is_handed_a_second_task_has_a_second_block() -> None:
    log = whole()
    log.tell(RunStarted(task="more"))
    log.tell(RunStarted(task="read more"), answered(Text(text="More.")), done(), agent="reader")
    found = [block for block in folded(log).blocks if isinstance(block, Work)]
    assert [(work.agent, work.task, work.lane) for work in found] == [
        ("reader", "read it", 0),
        ("writer", "write it", 1),
        ("reader", "read more", 0),
    ]
    assert [plain(part) for part in found[-1].parts] == ["More."]


def test_what_an_agent_asks_a_person_stands_in_the_chat_itself() -> None:
    log = side_by_side()
    log.tell(QuestionAsked(id="q", questions=(Question(question="Which?"),), tool_call_id="r1"), agent="reader")
    log.tell(ApprovalRequested(turn=1, tool_names=("read",), id="a", call=READ), agent="reader")
    transcript = folded(log)
    assert isinstance(transcript.blocks[-1], Inquiry)
    (call,) = (part for part in works(transcript)["reader"].parts if isinstance(part, Call))
    assert call.state == "asking"


def test_going_back_takes_works_away_and_forward_brings_them_again() -> None:
    log = whole()
    log.tell(Rewound(to=2))
    assert works(folded(log)) == {}
    log.tell(Rewound(to=len(log.envelopes)))
    again = folded(log)
    assert works(again) == works(folded(whole()))
    assert again.call("r1") == 3


def test_what_comes_of_a_work_that_was_taken_away_changes_nothing() -> None:
    log = side_by_side()
    log.tell(Rewound(to=2))
    before = folded(log).blocks
    log.tell(TextDelta(text="late"), agent="reader")
    assert folded(log).blocks == before


def rows(work: Work, *, open: bool, width: int = 60) -> list[str]:
    look = Look(width, ink(load("heartbit")))
    return [line.text for line in table.render(work, look, open=open)]


def test_a_work_that_is_done_is_one_line_and_can_be_opened() -> None:
    work = works(folded(whole()))["reader"]
    assert (table.foldable(work), table.opens(work)) == (True, False)
    assert rows(work, open=False) == ["▸ reader   │ read it           1 call · 15 tokens · 21.0 s ✓"]
    assert rows(work, open=True) == [
        "▾ reader   │ read it           1 call · 15 tokens · 21.0 s ✓",
        "▌ I read.",
        "▌ ▸ read   a.py                                       7 ms ✓",
        "▌ Read.",
    ]


def test_a_work_that_goes_on_shows_the_end_of_it() -> None:
    log = Log()
    handed(log)
    log.tell(RunStarted(task="count"), TurnStarted(turn=1, max_turns=9), agent="reader")
    log.tell(TextDelta(text="\n\n".join(f"line {number}" for number in range(50))), agent="reader")
    work = works(folded(log))["reader"]
    assert table.opens(work)
    shown = rows(work, open=True)
    assert (len(shown), shown[-1]) == (9, "▌ line 49")


def test_no_line_of_a_work_is_wider_than_the_screen() -> None:
    for work in works(folded(whole())).values():
        for width in (1, 2, 7, 20, 79):
            assert all(len(line) <= width for line in rows(work, open=True, width=width))


def test_a_work_as_text_has_all_of_it() -> None:
    work = works(folded(whole()))["writer"]
    assert plain(work) == "writer\nwrite it\nWe write."
    assert marked(work) == "_writer: write it_\n\nWe write."
