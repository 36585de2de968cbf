"""What is done with the draft, and what goes to the clipboard."""

from collections.abc import Callable, Coroutine, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from heartbit_tui.tui.copying import copy as put
from heartbit_tui.tui.draft.editor import edited
from heartbit_tui.tui.draft.vim.machine import Vim
from heartbit_tui.tui.seeking import Seeking
from heartbit_tui.tui.transcript.blocks import Answer

if TYPE_CHECKING:
    from heartbit_tui.tui.app import HeartbitApp


@contextmanager
def away(app: "HeartbitApp") -> Generator[None]:
    """The terminal belongs to another program meanwhile, and nothing is drawn."""
    with app.batch_update(), app.suspend():
        yield


async def editor(app: "HeartbitApp", _: str) -> None:
    """Ctrl+G."""
    folder = app.living.setup.state or Path("/tmp")
    found = await edited(app.draft.text_for_editor(), app.living.setup.environment, lambda: away(app), folder)
    app.draft.set_text(found.text)
    if found.problem:
        app.tell(found.problem, warning=True)
    app.refresh(layout=True)


def stash(app: "HeartbitApp", _: str) -> None:
    """Alt+S."""
    had = bool(app.draft.text)
    if not app.draft.stash():
        app.tell("There is nothing to put aside, and nothing was.")
    elif had:
        app.tell("The draft is put aside; the same key takes it back.")


async def paste(app: "HeartbitApp", _: str) -> None:
    """Ctrl+V."""
    await app.draft.paste_clipboard()


async def copy(app: "HeartbitApp", _: str) -> None:
    """/copy: the last answer."""
    answers = (block for block in reversed(app.talk.read.blocks) if isinstance(block, Answer))
    last = next(answers, None)
    if last is None:
        app.tell("There is no answer yet.")
    else:
        await copy_text(app, last.text)


async def copy_text(app: "HeartbitApp", text: str) -> None:
    """What was marked with the mouse."""
    app.tell(await put(text, app.living.setup.environment, app.send))


def history(app: "HeartbitApp", _: str) -> None:
    """Ctrl+R."""
    app.living.seeking = app.living.seeking or Seeking(app)
    app.living.seeking.begin()


def vim(app: "HeartbitApp", _: str) -> None:
    """/vim."""
    app.draft.vim = None if app.draft.vim is not None else Vim()
    app.tell("The draft has the keys of vi." if app.draft.vim is not None else "The draft has the keys of Emacs.")
    app.living.bridge.retold()


def queue(app: "HeartbitApp", _: str) -> None:
    """F4, and the palette; the draft itself knows Alt+Enter, which is a new line while nothing runs."""
    if app.talk.running and app.draft.text:
        app.draft.queue()
    else:
        app.tell("What is written while a run is active can wait for its end; nothing of the kind is written now.")


ACTS: "Mapping[str, Callable[[HeartbitApp, str], Coroutine[Any, Any, None] | None]]" = MappingProxyType(
    {
        "history": history,
        "queue": queue,
        "editor": editor,
        "stash": stash,
        "vim": vim,
        "paste": paste,
        "copy": copy,
        "copy-text": copy_text,
    }
)
