"""Stopping, leaving, modes: what concerns the run and the program."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from heartbit_tui.kernel.ops import Interrupt, Mode, SetMode

if TYPE_CHECKING:
    from heartbit_tui.tui.app import HeartbitApp

CYCLE = (Mode.ASK, Mode.ACCEPT_EDITS, Mode.PLAN)


def interrupt(app: "HeartbitApp", _: str) -> None:
    """Esc: stop the run; idle and with an empty draft, twice to go back to an earlier prompt."""
    if app.talk.running:
        app.talk.submit(Interrupt())
    elif not app.draft.text and app.presses.again("escape"):
        app.act("rewind")


def clear_or_quit(app: "HeartbitApp", _: str) -> None:
    """Ctrl+C: clear the draft; with none stop the run; idle, twice to leave."""
    if app.draft.text:
        app.draft.set_text("")
    elif app.talk.running:
        app.talk.submit(Interrupt())
    elif app.presses.again("ctrl+c"):
        app.exit(0)
    else:
        app.tell("Ctrl+C again leaves.")


def leave(app: "HeartbitApp", _: str) -> None:
    """Ctrl+D twice on an empty draft."""
    if not app.draft.text and app.presses.again("ctrl+d"):
        app.exit(0)
    elif not app.draft.text:
        app.tell("Ctrl+D again leaves.")


def quit_now(app: "HeartbitApp", _: str) -> None:
    """/quit."""
    app.exit(0)


def next_mode(app: "HeartbitApp", argument: str) -> None:
    """Shift+Tab, or /mode NAME."""
    mode = app.talk.mode
    if not argument:
        following = CYCLE[(CYCLE.index(mode) + 1) % len(CYCLE)] if mode in CYCLE else CYCLE[0]
        app.talk.submit(SetMode(mode=following))
    elif argument in tuple(Mode) and argument != Mode.YOLO:
        app.talk.submit(SetMode(mode=Mode(argument)))
    elif argument == Mode.YOLO:
        app.tell("Yolo is set when heartbit is started, with --permission-mode yolo, never here.", warning=True)
    else:
        app.tell(
            f"There is no mode {argument}: {', '.join(mode for mode in Mode if mode is not Mode.YOLO)}.", warning=True
        )


ACTS: "Mapping[str, Callable[[HeartbitApp, str], None]]" = MappingProxyType(
    {
        "interrupt": interrupt,
        "clear-or-quit": clear_or_quit,
        "leave": leave,
        "quit": quit_now,
        "next-mode": next_mode,
        "mode": next_mode,
    }
)
