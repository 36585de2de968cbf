"""What fills the window, item by item, and what would go next."""

from collections.abc import Sequence

from heartbit_tui.context import cutting, ledger, tokens
from heartbit_tui.context.ledger import Part
from heartbit_tui.context.outlook import Outlook
from heartbit_tui.kernel.conversation import Conversation
from heartbit_tui.kernel.events import AssistantMessage, ContextSummarized, Event, ToolAnswered, UserMessage
from heartbit_tui.kernel.messages import Assistant, Text, ToolCall, ToolResult, Usage, user
from heartbit_tui.kernel.protocols import Request, ToolSpec
from tests.context.logs import log

READ = ToolSpec(name="read", description="Reads a file.", input_schema={"type": "object"})


def conversation(turns: int) -> list[Event]:
    told: list[Event] = [UserMessage(message=user("mend it")), UserMessage(message=user("[facts]"), origin="heartbit")]
    for turn in range(turns):
        call = ToolCall(id=f"c{turn}", name="read", input={"file_path": f"f{turn}.py"})
        told.append(AssistantMessage(message=Assistant(content=(Text(text=f"turn {turn}"), call))))
        told.append(ToolAnswered(result=ToolResult(call_id=call.id, content="x" * 400)))
    return told


def of(events: Sequence[Event]) -> tuple[Request, Conversation]:
    kept = Conversation("main", log(*events))
    return Request(system="Rules.\n\nYou are.", messages=kept.messages(), tools=(READ,)), kept


def test_everything_that_is_sent_is_an_item_and_their_sum_is_the_estimate_but_for_overhead() -> None:
    for turns in range(8):
        request, kept = of(conversation(turns))
        found = ledger.items(request, kept.past(), parts=[Part(kind="instructions", title="files", text="Rules.")])
        kinds = [item.kind for item in found]
        assert kinds == ["system", "instructions", "tools", "prompt", "told", *["answer", "file"] * turns]
        slack = tokens.OVERHEAD * (turns + 2)
        assert abs(ledger.total(found) - tokens.request(request)) <= slack
        assert sum(ledger.by_kind(found).values()) == ledger.total(found)


def test_a_result_is_told_by_what_was_called_and_can_be_dropped() -> None:
    request, kept = of(conversation(1))
    item = ledger.items(request, kept.past())[-1]
    assert (item.kind, item.title, item.call, item.first, item.last, item.droppable) == (
        "file", "read f0.py", "c0", 4, 4, True,
    )  # fmt: skip
    assert [each.kind for each in ledger.items(request, kept.past()) if each.droppable] == ["file"]


def test_what_would_go_next_is_all_but_the_newest_messages_and_the_persons_words() -> None:
    request, kept = of(conversation(5))
    found = ledger.items(request, kept.past())
    dropped = ledger.before(found, cutting.through(kept.past()))
    assert [(item.kind, item.first) for item in dropped] == [
        ("told", 2), ("answer", 3), ("file", 4), ("answer", 5), ("file", 6), ("answer", 7), ("file", 8),
    ]  # fmt: skip
    assert ledger.before(found, cutting.through(of(conversation(1))[1].past())) == ()


def test_a_summary_is_an_item_in_place_of_what_it_stands_for() -> None:
    summary = ContextSummarized(turn=1, usage=Usage(), summary="all of it", through=7, kept=(1,))
    request, kept = of([*conversation(4), summary])
    assert [(item.kind, item.title) for item in ledger.items(request, kept.past())][2:5] == [
        ("summary", "summary of 1–6"), ("prompt", "mend it"), ("answer", "turn 2"),
    ]  # fmt: skip


def test_a_correction_holds_for_every_item() -> None:
    request, kept = of(conversation(2))
    found = ledger.items(request, kept.past())
    plain, doubled = (Outlook(plain=found, factor=factor).items for factor in (1.0, 2.0))
    assert [item.tokens * 2 for item in plain] == [item.tokens for item in doubled]


def test_when_compaction_comes_is_told_by_how_the_last_turns_grew() -> None:
    assert ledger.turns_left([100, 200, 300], 1_000) == 7
    assert ledger.turns_left([100, 200, 1_300], 1_000) == 0
    assert ledger.turns_left([300, 300, 200], 1_000) is None
    assert ledger.turns_left([300], 1_000) is None
