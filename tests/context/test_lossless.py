"""A summary takes the place of a conversation, and nothing of that is lost."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest

from heartbit_tui.context import pinned, tokens
from heartbit_tui.context.recall import RecallContext
from heartbit_tui.context.room import Room
from heartbit_tui.context.summarise import Summarise
from heartbit_tui.context.types import Settings
from heartbit_tui.kernel.conversation import SUMMARY, Conversation
from heartbit_tui.kernel.events import (
    AssistantMessage,
    ContextRestored,
    ContextSummarized,
    ModeChanged,
    Rewound,
    TodosChanged,
    UserMessage,
)
from heartbit_tui.kernel.messages import Assistant, Text, ToolResult, User, user
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.kernel.past import Entry, whole
from heartbit_tui.testing import FakeCallContext
from heartbit_tui.testing.histories import history
from heartbit_tui.testing.scene import FakeScene
from heartbit_tui.testing.strict import problems
from heartbit_tui.wire.read import load_envelope
from heartbit_tui.wire.write import dump_envelope
from tests.context.services import complaints


def summarises(threshold: int = 300) -> Summarise:
    return Summarise(Settings(strategy="summarize", threshold=threshold), Room(lambda: None))


async def compacted(scene: FakeScene, policy: Summarise | None = None) -> ContextSummarized | None:
    found = await (policy or summarises()).shorten(scene.request(), scene, turn=1)
    if found is None:
        return None
    scene.tell(*found.events)
    (event,) = found.events
    assert isinstance(event, ContextSummarized)
    return event


def went_on(scene: FakeScene, seed: int, exchanges: int) -> None:
    scene.tell(*history(Random(seed), exchanges, long=100, first=len(scene.log) + 1))


def texts(messages: Sequence[Entry]) -> list[str]:
    return [
        block.text
        for message in messages
        if not isinstance(message, ToolResult)
        for block in message.content
        if isinstance(block, Text)
    ]


@pytest.mark.security("L8", n=2_345)
async def test_whatever_is_summarised_brought_back_or_rewound_a_strict_service_takes_it() -> None:
    judged = exchanges = lines = 0
    for seed in range(115):
        random = Random(seed)
        scene = FakeScene(history(random, 3))
        exchanges += 3
        for _ in range(8):
            await _something(scene, random)
            assert complaints(scene.request()) == []
            if (past := scene.past()).fold is not None:
                left = [placed for placed in past.entries if not past.fold.hides(placed.seq)]
                assert list(past.fold.leaves(past.entries)) == left
            judged += 1
        lines += len(scene.log)
        assert Conversation("main", scene.log).messages() == scene.conversation.messages()
    assert exchanges >= 345
    assert lines >= 2_000
    assert judged >= 900


async def _something(scene: FakeScene, random: Random) -> None:
    """One of the things that can happen to a conversation, at a random moment of it."""
    past = scene.past()
    match random.randrange(5):
        case 0 | 1:
            await compacted(scene)
        case 2:
            went_on(scene, random.randrange(10**6), 1)
        case 3 if past.fold is not None:
            hidden = [placed.seq for placed in past.hidden()]
            whole_of_it = random.random() < 0.3 or not hidden
            first, last = (0, 0) if whole_of_it else whole(past.entries, *sorted(random.choices(hidden, k=2)))
            scene.tell(ContextRestored(summary=past.fold.seq, first=first, last=last))
        case 4 if random.random() < 0.3:
            scene.tell(Rewound(to=random.randrange(1, len(scene.log))))
        case _:
            # Any cut of a log has to be one that can be sent, also in the middle of a turn.
            cut = Conversation("main", scene.log[: random.randrange(1, len(scene.log))])
            answered = cut.messages() and isinstance(cut.messages()[-1], User)
            assert problems(cut.messages() if answered else (*cut.messages(), user("Go on."))) == []


async def test_the_task_the_last_words_the_plan_and_the_open_todos_stay_word_for_word() -> None:
    for seed in range(60):
        scene = FakeScene(history(Random(seed), 6, long=100))
        own = [placed for placed in scene.past().entries if placed.own]
        scene.tell(
            ModeChanged(mode=Mode.PLAN),
            AssistantMessage(message=Assistant(content=(Text(text="1. Look.\n2. Mend."),))),
            ModeChanged(mode=Mode.ASK),
            TodosChanged(
                todos=(
                    {"content": "done already", "status": "completed"},
                    {"content": "write the test", "status": "pending"},
                )
            ),
        )
        went_on(scene, seed + 1_000, 3)
        policy = Summarise(Settings(), Room(lambda: None))
        for _ in range(3):
            await compacted(scene, policy)
        told = texts(scene.conversation.messages())
        expected = [text for placed in own for text in texts([placed.entry]) if isinstance(placed.entry, User)]
        still = {placed.seq for placed in scene.past().entries}
        assert all(text in told for placed, text in zip(own, expected, strict=True) if placed.seq in still)
        summary = told[0]
        assert "1. Look.\n2. Mend." in summary
        assert "write the test" in summary or scene.past().todos != ()
        assert "done already" not in summary
        assert sum(text.count(SUMMARY) for text in told) == 1


def test_of_the_persons_words_the_task_and_the_newest_stay_as_far_as_20_000_tokens_go() -> None:
    words = [user(f"{number} " + "x" * 15_000) for number in range(10)]
    scene = FakeScene([UserMessage(message=message) for message in words])
    entries = scene.past().entries
    kept = pinned.kept(entries)
    assert kept == (1, 7, 8, 9, 10)
    assert sum(tokens.entry(placed.entry) for placed in entries if placed.seq in kept) <= pinned.WORDS
    assert pinned.kept(entries, 10) == ()


async def test_every_summarised_entry_is_in_a_part_that_brings_it_back_word_for_word() -> None:
    brought = 0
    for seed in range(40):
        scene = FakeScene(history(Random(seed), 5, long=2_000))
        originals = {placed.seq: placed for placed in scene.past().entries}
        for _ in range(3):
            event = await compacted(scene)
            went_on(scene, seed + 500, 1)
            if event is None:
                continue
            hidden = [placed.seq for placed in scene.past().hidden() if placed.seq < event.through]
            assert all(any(span.first <= seq <= span.last for span in event.spans) for seq in hidden)
            assert all(f"#{span.first}–#{span.last}: {span.title}" in event.summary for span in event.spans)
            for span in event.spans:
                brought += await _pages(scene, span.first, span.last, originals)
    assert brought >= 300


async def _pages(scene: FakeScene, first: int, last: int, originals: object) -> int:
    """Ask for a part page by page, as the answer says; it holds every text of its entries."""
    tool = RecallContext(scene.past)
    given: dict[str, int] | None = {"first": first, "last": last}
    pages: list[str] = []
    while given is not None:
        assert tool.check(given) == ""
        output = await tool.run(given, FakeCallContext())
        assert not output.is_error, output.content
        body, goes_on, more = output.content.rpartition("\n[It goes on: recall_context with ")
        pages.append(body if goes_on else more)
        named = (each.split("=") for each in more[:-1].split(", ")) if goes_on else ()
        given = {name: int(number) for name, number in named} or None
        assert len(pages) < 100
    told = "".join(pages)
    for placed in scene.past().between(first, last):
        if isinstance(placed.entry, User):
            assert all(text.strip() in told for text in texts([placed.entry]))
    return len(pages)


async def test_undoing_a_summary_gives_the_conversation_that_was() -> None:
    undone = 0
    for seed in range(40):
        scene = FakeScene(history(Random(seed), 4))
        before = scene.conversation.messages()
        if await compacted(scene) is None:
            continue
        fold = scene.past().fold
        assert fold is not None
        assert scene.conversation.messages() != before
        scene.tell(ContextRestored(summary=fold.seq))
        assert scene.conversation.messages() == before
        undone += 1
    assert undone >= 30


async def test_undoing_the_second_summary_leaves_the_first() -> None:
    scene = FakeScene(history(Random(3), 4))
    await compacted(scene)
    went_on(scene, 4, 3)
    before = scene.conversation.messages()
    await compacted(scene)
    scene.tell(ContextRestored(summary=len(scene.log)))
    assert scene.conversation.messages() == before
    scene.tell(Rewound(to=len(scene.log)))
    assert scene.conversation.messages() != before


async def test_a_part_that_is_brought_back_stands_where_it_was_said() -> None:
    scene = FakeScene(history(Random(8), 5))
    event = await compacted(scene)
    assert event is not None
    fold, span = scene.past().fold, event.spans[1]
    assert fold is not None
    first, last = whole(scene.past().entries, span.first, span.last)
    scene.tell(ContextRestored(summary=fold.seq, first=first, last=last))
    shown = [placed.seq for placed in scene.past().told()]
    assert shown == sorted(shown)
    assert set(shown) >= {placed.seq for placed in scene.past().between(first, last)}
    assert problems(scene.request().messages) == []


async def test_a_log_with_summaries_is_the_same_conversation_after_it_was_written_and_read() -> None:
    scene = FakeScene(history(Random(5), 5))
    for _ in range(3):
        await compacted(scene)
        went_on(scene, 6, 2)
    read = [load_envelope(dump_envelope(envelope)) for envelope in scene.log]
    assert Conversation("main", read).messages() == scene.conversation.messages()


def test_what_no_service_takes_is_complained_about() -> None:
    request = FakeScene([UserMessage(message=user("a"))]).request()
    doubled = replace(request, messages=(*request.messages, *request.messages))
    assert complaints(request) == []
    assert complaints(doubled) == ["messages 0 and 1 have the same role"]
    lost = User(content=(ToolResult(call_id="c1", content="x"),))
    assert (
        len(complaints(replace(request, messages=(*request.messages, Assistant(content=(Text(text="b"),)), lost)))) == 4
    )
