"""What goes on in a session, as the row above the draft tells it."""

from collections.abc import Sequence
from datetime import datetime

from heartbit_tui.client import titles
from heartbit_tui.client.crew import NAME, WORDS
from heartbit_tui.client.visible import one_line
from heartbit_tui.tui.status.activity import Doing
from heartbit_tui.tui.talk.followed import Followed
from heartbit_tui.tui.talk.talk import Talk
from heartbit_tui.tui.transcript.blocks import Answer, Block, Call
from heartbit_tui.tui.transcript.summarising import Summarising
from heartbit_tui.tui.transcript.works import calls

SUMMARISING = "summarising what was said so far"
HELD = "thinking; shown once it is checked"
STOPS_ONE = "Ctrl+C stops {name} · Esc goes back"
BACK = "Esc goes back"

RECENT = 24
"""Blocks at the end of a transcript among which the calls that run stand."""


def doing(talk: Talk) -> Doing | None:
    """What is told of a session, or of its agent whose tab is seen; None where nothing goes on."""
    known = talk.story.transcript.known
    if talk.stage == "opening" and talk.pending.blocks:
        return Doing(words="opening the session", note="")
    if not talk.busy:
        return None
    if talk.asked:
        return Doing(words="waits for your answer", since=known.since, kind="asking", queued=talk.pending.queued)
    if (followed := talk.follows.seen) is not None:
        return _of_agent(followed, known.since)
    if known.summarising:
        return Doing(words=_summed(known.summarising), since=known.summarising.since, queued=talk.pending.queued)
    if known.judging:
        return Doing(words="judging", since=known.judging, queued=talk.pending.queued)
    blocks = talk.story.transcript.blocks
    going = [call for call in calls(blocks[-RECENT:]) if call.state in ("running", "writing")]
    alone = "writing" if _written(blocks) else HELD if known.held else "thinking"
    words = _words(going[-1]) if going else alone
    since = going[-1].at if going else known.since
    return Doing(words=words, since=since, beside=max(len(going) - 1, 0), queued=talk.pending.queued)


def _of_agent(followed: Followed, since: datetime | None) -> Doing:
    """What an agent is at; once it has ended, that the session goes on."""
    mate = followed.mate
    if mate is None or mate.over:
        return Doing(words="the session goes on", since=since, note=BACK)
    alone = "writing" if _written(followed.transcript.blocks) else "thinking"
    words = mate.doing or (alone if mate.stage == "working" else WORDS[mate.stage])
    return Doing(words=words, since=mate.since, note=STOPS_ONE.format(name=one_line(mate.name, NAME)))


def _written(blocks: Sequence[Block]) -> bool:
    """Whether an answer is being written."""
    return bool(blocks) and isinstance(blocks[-1], Answer) and not blocks[-1].closed


def _words(call: Call) -> str:
    """A call in a few words: its tool, and what says most of its arguments where that is one thing."""
    title = titles.title(call.tool, call.input)
    return call.tool if title.startswith("{") else f"{call.tool} {title}".strip()


def _summed(summarising: Summarising) -> str:
    answers = summarising.answers
    return f"{SUMMARISING} · {answers} part{'' if answers == 1 else 's'} done" if answers else SUMMARISING
