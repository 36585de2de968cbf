"""The agents that work for the session's own one: listed, followed in tabs of their own, told something, stopped."""

from collections.abc import Callable, Coroutine, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from heartbit_tui.client import crew
from heartbit_tui.client.visible import one_line
from heartbit_tui.tui.screens.agents import Agents, Ways
from heartbit_tui.tui.timeline.timeline import AGENT
from heartbit_tui.tui.transcript.blocks import Block, Call, Work

if TYPE_CHECKING:
    from heartbit_tui.tui.app import HeartbitApp
    from heartbit_tui.tui.talk.talk import Talk

REPLAY = "This is a replay: its agents can be followed, and nobody hears anything."
SAY = "What is {name} to be told? /steer NAME WORDS."


async def agents(app: "HeartbitApp", argument: str) -> None:
    """Alt+A, /agents [NAME]: the list of them, or one in a tab of its own."""
    talk = app.talk
    if argument:
        follow(app, argument)
        return
    seen = talk.follows.seen.name if talk.follows.seen else _in_view(app)
    ways = Ways(
        know=lambda: talk.story.mates.all,
        say=lambda name, words: _say(talk, name, words),
        stop=lambda name: _stop(talk, name),
        now=app.living.now,
    )
    chosen = await app.push_screen_wait(Agents(ways, app.keymap, app.ink, start=seen))
    if chosen is not None and talk is app.talk:
        follow(app, chosen)


def follow(app: "HeartbitApp", name: str) -> None:
    """See all that an agent says and does, in a tab of its own."""
    if app.talk.story.mates.find(name) is None:
        app.tell(crew.UNKNOWN.format(name=one_line(name, crew.NAME)), warning=True)
        return
    app.talk.follows.see(name)
    app.living.switched()
    app.living.bridge.tabbed()


def back(app: "HeartbitApp") -> None:
    """See the session's own agent."""
    app.talk.follows.leave()
    app.living.switched()


def named(app: "HeartbitApp", told: str) -> str:
    """The agent that a row of the timeline names, which has the beginning of a long name alone."""
    names = (mate.name for mate in app.talk.story.mates.all)
    return next((name for name in names if one_line(name, AGENT) == told), told)


def of_block(app: "HeartbitApp", block: Block) -> None:
    """Follow the agent of a block."""
    name = block.agent if isinstance(block, Work | Call) else ""
    if name:
        follow(app, name)
    else:
        app.tell("This is no work of another agent. /agents lists them.")


def follow_row(app: "HeartbitApp", _: str) -> None:
    """`a` in the side panel: the agent of the row under the cursor."""
    if name := app.living.side.agent:
        follow(app, named(app, name))
    else:
        app.tell("This row is of the session's own agent. /agents lists the others.")


def steer(app: "HeartbitApp", argument: str) -> None:
    """/steer NAME WORDS: the agent reads them after the calls that it has asked for."""
    name, words = crew.addressed(app.talk.story.mates, argument)
    shown = one_line(name, crew.NAME)
    refusal = _say(app.talk, name, words) if words or not name else SAY.format(name=shown)
    if not refusal:
        app.living.bridge.changed(app.talk)
    app.tell(refusal or f"{shown} {crew.READS}", warning=bool(refusal))


def stop(app: "HeartbitApp", argument: str) -> None:
    """/stop [NAME], Ctrl+C in its tab: stop one agent; the others go on."""
    seen = app.talk.follows.seen
    name = crew.addressed(app.talk.story.mates, argument)[0] or (seen.name if seen else "")
    refusal = _stop(app.talk, name)
    app.tell(refusal or f"{one_line(name, crew.NAME)} is being stopped; the others go on.", warning=bool(refusal))


def _say(talk: "Talk", name: str, words: str) -> str:
    return _replayed(talk) or talk.follows.say(name, words)


def _stop(talk: "Talk", name: str) -> str:
    return _replayed(talk) or talk.follows.stop(name)


def _replayed(talk: "Talk") -> str:
    """That nothing works here, in a replay."""
    return REPLAY if talk.client is not None and talk.client.about.safety is None else ""


def _in_view(app: "HeartbitApp") -> str:
    """The last agent whose work is seen in the chat; empty for none."""
    blocks = app.talk.story.transcript.blocks
    numbers = (row.key[0] for row in reversed(app.chat.view.rows) if row.key[0] < len(blocks))
    return next((block.agent for number in numbers if isinstance(block := blocks[number], Work)), "")


ACTS: "Mapping[str, Callable[[HeartbitApp, str], Coroutine[Any, Any, None] | None]]" = MappingProxyType(
    {"agents": agents, "steer": steer, "stop": stop, "follow-agent": follow_row}
)
