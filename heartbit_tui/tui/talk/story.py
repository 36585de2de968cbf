"""All that is folded from the envelopes of one session."""

from collections.abc import Iterable

from heartbit_tui.client.crew import Mates
from heartbit_tui.client.cut import CutCalls
from heartbit_tui.kernel.events import Envelope
from heartbit_tui.tui.timeline.timeline import Timeline
from heartbit_tui.tui.transcript.transcript import Transcript


class Story:
    """The transcript, the timeline, the agents at work, and the count of calls that were cut off."""

    def __init__(self) -> None:
        self.transcript = Transcript()
        self.timeline = Timeline()
        self.mates = Mates()
        self.cut = CutCalls()

    def take(self, envelopes: Iterable[Envelope]) -> None:
        """Take in what comes next."""
        for envelope in envelopes:
            self.transcript.apply(envelope)
            self.timeline.apply(envelope)
            self.mates.take(envelope)
            self.cut.take(envelope)
