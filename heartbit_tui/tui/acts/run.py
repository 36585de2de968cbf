"""Stopping, leaving, modes: what concerns the run and the program."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from heartbit_tui.client.modes import following
from heartbit_tui.kernel.ops import Escalate, Interrupt, Mode, SetMode
from heartbit_tui.tui.acts import parting

if TYPE_CHECKING:
    from heartbit_tui.tui.app import HeartbitApp


def interrupt(app: "HeartbitApp", _: str) -> None:
    """Esc: close the side panel where it lies over the chat, or the tab of an agent; stop a command or the run; idle, twice to go back."""
    if app.living.side.display and app.living.side.has_class("-over"):
        app.act("side-panel")
    elif app.talk.follows.seen is not None:
        app.act("close-tab")
    elif app.living.submitting.running:
        app.living.submitting.stop()
    elif app.talk.busy:
        app.talk.submit(Interrupt())
    elif not app.draft.text and app.presses.again("escape"):
        app.act("rewind")


def clear_or_quit(app: "HeartbitApp", _: str) -> None:
    """Ctrl+C: clear the draft; with none stop what runs, or the agent whose tab is seen; idle, twice to leave."""
    if app.draft.text:
        app.draft.set_text("")
    elif app.talk.follows.seen is not None:
        app.act("stop")
    elif app.living.submitting.running:
        app.living.submitting.stop()
    elif app.talk.busy:
        app.talk.submit(Interrupt())
    elif app.presses.again("ctrl+c"):
        parting.leave(app)
    else:
        app.tell("Ctrl+C once more leaves. The session is kept.")


def leave(app: "HeartbitApp", _: str) -> None:
    """Ctrl+D, twice on an empty draft."""
    if app.draft.text:
        return
    if app.presses.again("ctrl+d"):
        parting.leave(app)
    else:
        app.tell("Ctrl+D once more leaves. The session is kept.")


def quit_now(app: "HeartbitApp", _: str) -> None:
    """/quit."""
    parting.leave(app)


def next_mode(app: "HeartbitApp", argument: str) -> None:
    """Shift+Tab, or /mode NAME."""
    mode = app.talk.mode
    names = [each for each in Mode if each is not Mode.YOLO]
    if not argument:
        sandboxed = bool(app.talk.client and app.talk.client.about.sandbox)
        app.talk.submit(SetMode(mode=following(mode, sandboxed=sandboxed)))
    elif argument in names:
        app.talk.submit(SetMode(mode=Mode(argument)))
    elif argument == Mode.YOLO:
        app.tell("Yolo is set when heartbit is started, with --permission-mode yolo, never here.", warning=True)
    else:
        app.tell(f"There is no mode {argument}. There are: {', '.join(names)}.", warning=True)


def escalate(app: "HeartbitApp", _: str) -> None:
    """Alt+E, or /escalate; a notice tells what comes of it."""
    app.talk.submit(Escalate())


def suspend(app: "HeartbitApp", _: str) -> None:
    """Ctrl+Z."""
    app.action_suspend_process()


ACTS: "Mapping[str, Callable[[HeartbitApp, str], None]]" = MappingProxyType(
    {
        "interrupt": interrupt,
        "clear-or-quit": clear_or_quit,
        "leave": leave,
        "quit": quit_now,
        "next-mode": next_mode,
        "escalate": escalate,
        "suspend": suspend,
    }
)
