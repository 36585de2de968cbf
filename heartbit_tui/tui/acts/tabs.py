"""Sessions side by side."""

from collections.abc import Callable, Coroutine, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from heartbit_tui.runtime.options import New
from heartbit_tui.tui.acts import parting
from heartbit_tui.tui.acts.session import fresh, there
from heartbit_tui.tui.talk.tabs import place
from heartbit_tui.tui.talk.talks import MOST

if TYPE_CHECKING:
    from heartbit_tui.tui.app import HeartbitApp

USAGE = "/tab takes a number, new, close, next or previous."


def tab(app: "HeartbitApp", argument: str) -> None:
    """Alt+1..9, /tab N: see that session; the number after the last one opens another. /tab new and so on."""
    word, _, rest = argument.strip().partition(" ")
    if word.isdecimal():
        _see(app, int(word))
    elif word in WORDS:
        WORDS[word](app, rest.strip())
    else:
        app.tell(f"{_count(app)} open. {USAGE}", warning=bool(word))


def new_tab(app: "HeartbitApp", task: str) -> None:
    """/tab new [TASK]: open another session beside those that are there."""
    if len(app.living.talks.all) >= MOST:
        app.tell(f"{_count(app)} open; no more can be.", warning=True)
        return
    app.living.talks.open(fresh(app), beside=True, connect=there(app, New()))
    app.living.switched()
    if task:
        app.talk.say(task)


def next_tab(app: "HeartbitApp", _: str) -> None:
    """Ctrl+PgDn: the next tab, after the last one the first."""
    _turn(app, 1)


def previous_tab(app: "HeartbitApp", _: str) -> None:
    """Ctrl+PgUp: the tab before, before the first one the last."""
    _turn(app, -1)


def waiting_tab(app: "HeartbitApp", _: str) -> None:
    """The next tab that waits for the person."""
    talks = app.living.talks
    order = [*talks.all[talks.number :], *talks.all[: talks.number - 1]]
    found = next((talk for talk in order if talk.asked), None)
    if found is None:
        app.tell("No other session waits for you.")
    else:
        _see(app, talks.all.index(found) + 1)


def close_tab(app: "HeartbitApp", argument: str) -> None:
    """/close: leave this tab, or the one with that number; the last session's is left by quitting."""
    talks, follows = app.living.talks, app.talk.follows
    number = int(argument) if argument.isdecimal() else place(talks.all, app.talk)[0]
    if 0 < number - len(talks.all) <= len(follows.all):
        follows.close(follows.all[number - len(talks.all) - 1].name)
        app.living.switched()
        app.living.bridge.tabbed()
    elif len(talks.all) < 2:
        app.tell("This is the only session that is open; /quit leaves heartbit.")
    elif not 1 <= number <= len(talks.all):
        app.tell(f"{_count(app)} open.", warning=True)
    else:
        parting.close(app, talks.all[number - 1])


def _see(app: "HeartbitApp", wanted: int) -> None:
    sessions, agents = len(app.living.talks.all), app.talk.follows.all
    count = sessions + len(agents)
    if sessions < wanted <= count:
        app.talk.follows.see(agents[wanted - sessions - 1].name)
        app.living.switched()
    elif app.living.talks.see(wanted):
        app.talk.follows.leave()
        app.living.switched()
    elif wanted == count + 1 and sessions < MOST:
        new_tab(app, "")
    else:
        more = f"Alt+{count + 1} opens another one." if sessions < MOST else "no more can be."
        app.tell(f"{_count(app)} open; {more}")


def _turn(app: "HeartbitApp", by: int) -> None:
    number, count = place(app.living.talks.all, app.talk)
    if count < 2:
        app.tell("There is one session open; Alt+2 opens another one.")
        return
    _see(app, (number - 1 + by) % count + 1)


def _count(app: "HeartbitApp") -> str:
    count = len(app.living.talks.all)
    return "There is one session" if count == 1 else f"There are {count} sessions"


WORDS: "Mapping[str, Callable[[HeartbitApp, str], None]]" = MappingProxyType(
    {
        "new": new_tab,
        "close": close_tab,
        "next": next_tab,
        "previous": previous_tab,
        "waiting": waiting_tab,
    }
)
"""What stands after /tab in the place of a number."""

ACTS: "Mapping[str, Callable[[HeartbitApp, str], Coroutine[Any, Any, None] | None]]" = MappingProxyType(
    {
        "tab": tab,
        "new-tab": new_tab,
        "next-tab": next_tab,
        "previous-tab": previous_tab,
        "waiting-tab": waiting_tab,
        "close-tab": close_tab,
    }
)
