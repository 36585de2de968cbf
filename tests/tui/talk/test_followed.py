"""An agent that is followed: what it said and did, what it was told, and what waits while it has not begun."""

from heartbit_tui.kernel.events import RunStarted, SubAgentCompleted, SubAgentsDispatched, TextDelta, UserMessage
from heartbit_tui.kernel.messages import Usage, user
from heartbit_tui.kernel.ops import Interrupt, Op, Steer
from heartbit_tui.tui.chat.book import Book
from heartbit_tui.tui.talk.followed import UNREAD, AgentTab, Follows
from heartbit_tui.tui.talk.story import Story
from heartbit_tui.tui.transcript.blocks import Answer, Block, Ending, Notice, Prompt
from tests.tui.transcript.story import Log, answered, begun, done, said
from tests.tui.transcript.test_works import HAND


class Session:
    """A story that grows, and what is followed in it."""

    def __init__(self) -> None:
        self.story = Story()
        self.sent: list[Op] = []
        self.follows = Follows(lambda: self.story, Book, self.sent.append)
        self.log = Log()
        self.tell(*begun(), answered(HAND))
        self.tell(SubAgentsDispatched(agents=("reader", "writer"), tool_call_id="c1"))

    def tell(self, *events: object, agent: str = "heartbit") -> None:
        before = len(self.log.envelopes)
        self.log.tell(*events, agent=agent)  # pyright: ignore[reportArgumentType] what is told are events
        for envelope in self.log.envelopes[before:]:
            self.story.take((envelope,))
            self.follows.take(envelope)

    def works(self) -> None:
        self.tell(RunStarted(task="read it"), said("read it"), agent="reader")


def blocks(book: Book) -> list[Block]:
    found: list[Block] = []
    key = book.first()
    while key is not None:
        found.append(book.block(key[0]))
        key = book.after((key[0], 10**6))
    return found


def test_before_it_has_begun_its_task_stands_there_and_then_all_that_it_says() -> None:
    session = Session()
    followed = session.follows.see("reader")
    first = followed.book
    assert blocks(first) == [Prompt(text="read it", how="queued")]
    session.works()
    session.tell(TextDelta(text="I read."), agent="reader")
    session.tell(TextDelta(text="Not mine."), agent="writer")
    shown = blocks(followed.book)
    assert [(type(each).__name__, getattr(each, "text", "")) for each in shown] == [
        ("Prompt", "read it"),
        ("Answer", "I read."),
    ]
    assert followed.book is followed.book
    assert followed.book is not first


def test_it_is_the_same_text_once_all_of_a_long_session_was_folded_anew() -> None:
    session = Session()
    session.works()
    session.tell(answered(), TextDelta(text="I read."), agent="reader")
    followed = session.follows.see("reader")
    before = blocks(followed.book)
    story = Story()
    story.take(session.log.envelopes)
    session.story = story
    assert blocks(followed.book) == before
    assert Answer(text="I read.") in before


def test_words_go_to_that_agent_alone_and_wait_until_it_reads_them() -> None:
    session = Session()
    session.works()
    followed = session.follows.see("reader")
    assert session.follows.say("reader", "Be short.") == ""
    assert session.sent == [Steer(text="Be short.", agent="reader")]
    assert blocks(followed.book)[-1] == Prompt(text="Be short.", how="steer")
    session.tell(UserMessage(message=user("Be short."), origin="steer"), agent="reader")
    assert list(followed.pending.blocks) == []


def test_words_that_came_too_late_are_told_as_unread() -> None:
    session = Session()
    session.works()
    followed = session.follows.see("reader")
    session.follows.say("reader", "Be short.")
    session.tell(done(), SubAgentCompleted(success=True, usage=Usage()), agent="reader")
    shown = blocks(followed.book)
    assert shown[-1] == Notice(level="warning", text=UNREAD.format(words="Be short."))
    ending = shown[-2]
    assert isinstance(ending, Ending)
    assert ending.apart


def test_who_has_not_begun_hears_nothing_but_can_be_stopped() -> None:
    session = Session()
    assert session.follows.say("writer", "Be short.") != ""
    assert session.follows.stop("writer") == ""
    assert session.follows.stop("nobody") != ""
    assert session.sent == [Interrupt(agent="writer")]


def test_one_is_seen_at_a_time_and_closing_it_goes_back_to_the_session() -> None:
    session = Session()
    session.works()
    session.follows.see("reader")
    session.follows.see("writer")
    assert session.follows.tabs() == (
        AgentTab("reader", "working", 0, False),
        AgentTab("writer", "waiting", None, True),
    )
    session.follows.see("reader")
    session.follows.close("reader")
    assert session.follows.seen is None
    assert [each.name for each in session.follows.all] == ["writer"]
