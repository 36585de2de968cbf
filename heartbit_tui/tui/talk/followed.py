"""One agent of a session as a person follows it: all that it said and did, in a tab of its own."""

from collections.abc import Callable, Sequence

from heartbit_tui.client.crew import Mate, Stage, refused
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import Envelope, SubAgentCompleted
from heartbit_tui.kernel.ops import Interrupt, Op, Steer
from heartbit_tui.tui.chat.book import Book
from heartbit_tui.tui.talk.pending import Pending
from heartbit_tui.tui.talk.story import Story
from heartbit_tui.tui.transcript.blocks import Block, Notice, Prompt
from heartbit_tui.tui.transcript.transcript import Transcript

UNREAD = "It ended before it read this: {words}"

Bind = Callable[[Transcript, Callable[[], Sequence[Block]]], Book]
"""Makes the book of a transcript, with what stands below it."""


@dataclass(frozen=True, slots=True)
class AgentTab:
    """The tab of an agent: its name, how it stands, its lane (None before it was heard), whether it is seen."""

    name: str
    stage: Stage
    lane: int | None
    current: bool


class Followed:
    """What is shown of an agent, and what it was told and has not read yet."""

    def __init__(self, name: str, story: Callable[[], Story], bind: Bind) -> None:
        self.name = name
        self.pending = Pending()
        self._story = story
        self._bind = bind
        self._none = Transcript(apart=True)
        self._book: Book | None = None
        self._bound: Transcript | None = None

    @property
    def mate(self) -> Mate | None:
        """What is known of it."""
        return self._story().mates.find(self.name)

    @property
    def transcript(self) -> Transcript:
        """All that it said and did; empty before it has begun."""
        return self._story().transcript.works.of(self.name) or self._none

    @property
    def book(self) -> Book:
        """The transcript as it is shown; another one once the agent has begun, and once all of a long session is there."""
        transcript, before = self.transcript, self._book
        if before is None or transcript is not self._bound:
            self._bound = transcript
            self._book = self._bind(transcript, self._below)
            if before is not None:
                self._book.succeed(before)
            return self._book
        return before

    def _below(self) -> Sequence[Block]:
        """Before it has begun its task stands there, as what waits."""
        mate = self.mate
        if self.transcript is self._none and mate is not None and mate.task:
            return (Prompt(text=mate.task, how="queued"), *self.pending.blocks)
        return self.pending.blocks


class Follows:
    """The agents of one session that a person follows; at most one of them is seen, else the session's own."""

    def __init__(self, story: Callable[[], Story], bind: Bind, submit: Callable[[Op], None]) -> None:
        self.all: list[Followed] = []
        self.seen: Followed | None = None
        self._story = story
        self._bind = bind
        self._submit = submit

    def see(self, name: str) -> Followed:
        """See an agent, which is followed from now on."""
        found = next((each for each in self.all if each.name == name), None)
        if found is None:
            found = Followed(name, self._story, self._bind)
            self.all.append(found)
        self.seen = found
        return found

    def leave(self) -> None:
        """See the session's own agent."""
        self.seen = None

    def close(self, name: str) -> None:
        """Follow an agent no more."""
        self.all = [each for each in self.all if each.name != name]
        if self.seen is not None and self.seen.name == name:
            self.seen = None

    def say(self, name: str, words: str) -> str:
        """Tell an agent something that it reads after the calls which it asked for; why not, empty where it was sent."""
        if refusal := refused(self._story().mates, name, words=True):
            return refusal
        for each in self.all:
            if each.name == name:
                each.pending.send(words, "steer")
        self._submit(Steer(text=words, agent=name))
        return ""

    def stop(self, name: str) -> str:
        """Stop one agent, and no other; why not, empty where it is being stopped."""
        refusal = refused(self._story().mates, name)
        if not refusal:
            self._submit(Interrupt(agent=name))
        return refusal

    def take(self, envelope: Envelope) -> None:
        """See in an envelope that an agent has read what it was told, or never will."""
        for each in self.all:
            if each.name == envelope.agent:
                each.pending.take(envelope)
                if isinstance(envelope.event, SubAgentCompleted):
                    for words in each.pending.drop():
                        each.transcript.put(Notice(level="warning", text=UNREAD.format(words=words)))

    def tabs(self) -> tuple[AgentTab, ...]:
        """The tab of each."""
        lane = self._story().transcript.works.lane
        return tuple(
            AgentTab(each.name, each.mate.stage if each.mate else "stopped", lane(each.name), each is self.seen)
            for each in self.all
        )
