"""The tool that brings back what a summary stands for."""

from typing import ClassVar

from heartbit_tui.context.recall import MOST, RecallContext, worth_offering
from heartbit_tui.kernel.conversation import SUMMARY
from heartbit_tui.kernel.events import AssistantMessage, Rewound, UserMessage
from heartbit_tui.kernel.messages import Assistant, Text, user
from heartbit_tui.kernel.protocols import Tool
from heartbit_tui.testing import FakeCallContext
from heartbit_tui.testing.conformance_tool import ToolConformance
from heartbit_tui.testing.scene import FakeScene


def scene() -> FakeScene:
    said = [UserMessage(message=user("one")), AssistantMessage(message=Assistant(content=(Text(text="1st"),)))]
    return FakeScene([*said, UserMessage(message=user("two"), origin="heartbit")])


class TestRecall(ToolConformance):
    good: ClassVar = ({"first": 1}, {"first": 1, "last": 3}, {"first": 2, "last": 2, "skip": 4})
    bad: ClassVar = ({}, {"first": 0}, {"first": "1"}, {"first": 2, "last": 1}, {"first": 1, "n": 2}, {"first": True})

    def tool(self) -> Tool:
        return RecallContext(scene().past)


async def test_entries_are_told_with_their_numbers_and_who_spoke() -> None:
    output = await RecallContext(scene().past).run({"first": 1, "last": 9}, FakeCallContext())
    assert (output.content, output.is_error) == ("#1 User: one\n#2 Assistant: 1st\n#3 Note: two", False)


async def test_what_does_not_count_is_not_there() -> None:
    gone = scene()
    gone.tell(Rewound(to=2))
    output = await RecallContext(gone.past).run({"first": 2}, FakeCallContext())
    assert (output.content, output.is_error) == ("Nothing that counts stands at #2–#2: there is #1 to #1.", True)
    empty = await RecallContext(FakeScene().past).run({"first": 2}, FakeCallContext())
    assert empty.content == "Nothing was said yet."


async def test_an_entry_that_is_larger_than_a_page_comes_in_several() -> None:
    text = "".join(f"{number} " for number in range(20_000))
    tool = RecallContext(FakeScene([UserMessage(message=user(text))]).past)
    first = await tool.run({"first": 1}, FakeCallContext())
    assert len(first.content.encode()) <= MOST + 100
    pages, skip = [first.content.rpartition("\n[It goes on")[0]], MOST
    while skip < len(text):
        output = await tool.run({"first": 1, "skip": skip}, FakeCallContext())
        body, more, _ = output.content.rpartition("\n[It goes on")
        pages.append(body if more else output.content)
        skip += MOST
    assert "".join(pages) == f"#1 User: {text.strip()}"


def test_it_is_offered_once_there_is_a_summary() -> None:
    assert not worth_offering(())
    assert not worth_offering((user("hello"),))
    assert worth_offering((user(f"{SUMMARY}all"),))
