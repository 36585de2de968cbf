"""The door of the conversation: picks the terminal or plain lines, and goes from session to session."""

import asyncio
import signal
import sys
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, TypeAlias, cast

from heartbit_tui.client.exports import EXPORTS
from heartbit_tui.client.history import HistoryFile
from heartbit_tui.client.local import local
from heartbit_tui.client.types import About, Client, Elsewhere
from heartbit_tui.client.visible import harmless
from heartbit_tui.config.directories import directories
from heartbit_tui.demo.script import TASK
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.repl import sessions
from heartbit_tui.repl.acts import Acts, Means
from heartbit_tui.repl.conversation import Conversation, Doer, Leave, Next, Screen
from heartbit_tui.repl.line_mode import LineMode, Pen
from heartbit_tui.repl.spoken import Spoken
from heartbit_tui.repl.stdin import Lines
from heartbit_tui.runtime import plugins
from heartbit_tui.runtime.options import New, Options, Resume, Which
from heartbit_tui.runtime.settings import configuration

Connect: TypeAlias = Callable[[Options], AbstractAsyncContextManager[Client]]

WAITS = "heartbit_tui.repl.inbox"
ADDRESSES = "heartbit_tui.client.offered:addresses"
DEMO = "This is a demonstration: a script plays the model's part. No model is behind it. Press Enter to begin."
CODES: Mapping[str, int] = MappingProxyType({"auth": 41, "config": 52, "untrusted": 55, "network": 69})
SIGNALS: Mapping[signal.Signals, int] = MappingProxyType({signal.SIGTERM: 143, signal.SIGHUP: 129, signal.SIGINT: 130})


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the table `ui` of the settings says about conversations."""

    plain: bool
    vim: bool
    thinking: bool


class Face(Screen, Protocol):
    """A screen with its conversation."""

    @property
    def conversation(self) -> Conversation:
        """What is shown here."""
        ...

    async def converse(self, doer: Doer, draft: str = "") -> None:
        """Take what the person types until the conversation is to be left."""
        ...

    def interrupt(self) -> None:
        """Ctrl+C."""
        ...

    def toggle_vim(self) -> bool | None:
        """Change between the keys of vi and of Emacs; None where that is not possible."""
        ...


Faces: TypeAlias = Callable[[Client], Face]


def main(options: Options, *, plain: bool, connect: Connect = local) -> int:
    """Talk until the person leaves; the exit code."""
    options = replace(options, surface="repl")
    try:
        return asyncio.run(_talk(options, _faces(options, _look(options, plain=plain)), connect))
    except HeartbitError as error:
        print(f"heartbit: {harmless(str(error))}", file=sys.stderr)
        return CODES.get(error.kind, 1)
    except KeyboardInterrupt:
        return 130


class NotOpenedError(Exception):
    """A session could not be opened, for this reason."""

    def __init__(self, reason: HeartbitError) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a session is opened; `told` is what keeps the person from another one that they wanted in its place."""

    options: Options
    connect: Connect
    told: str = ""


async def _talk(options: Options, faces: Callable[[], Faces], connect: Connect) -> int:
    face, way, back = faces(), Way(options=options, connect=connect), None
    while True:
        try:
            following, again, place = await _session(way, face)
        except NotOpenedError as fault:
            if back is None:
                raise fault.reason from None
            way, back = replace(back, told=str(fault)), None
            continue
        except ExceptionGroup as failures:
            raise _first(failures) from None
        if isinstance(following, Leave):
            return following.code
        back = _way(way, again, place)
        way = _way(way, following.which, place)


def _way(way: Way, which: Which, place: Elsewhere | None) -> Way:
    """To a session beside the one that was opened this way."""
    connect = place.opening(which) if place is not None else way.connect
    return Way(options=replace(way.options, which=which), connect=connect)


@asynccontextmanager
async def _opened(way: Way) -> AsyncGenerator[Client]:
    """The session. Raises `NotOpenedError` where there is none, and what else goes wrong in it."""
    async with AsyncExitStack() as stack:
        try:
            client = await stack.enter_async_context(way.connect(way.options))
        except HeartbitError as error:
            raise NotOpenedError(error) from error
        except ExceptionGroup as failures:
            error = _first(failures)
            raise NotOpenedError(error) if isinstance(error, HeartbitError) else error from None
        yield client


async def _session(way: Way, faces: Faces) -> tuple[Next, Which, Elsewhere | None]:
    """One session from its opening to the moment that all it started is gone.

    What comes next, what would open this one again, and what opens both where it is elsewhere.
    """
    options = way.options
    async with AsyncExitStack() as until_closed, _opened(way) as client:
        face = faces(client)
        conversation, place = face.conversation, client.about.elsewhere
        means = Means(
            sessions=lambda: sessions.recent(options, place),
            found=lambda words: sessions.found(options, words),
            exports=EXPORTS,
            waits=lambda what, argument: plugins.resolve(f"{WAITS}:{what}")(client, options, argument),
            clear=face.clear,
            toggle_vim=face.toggle_vim,
            kept=not (options.ephemeral or options.demo),
            copied=place is not None or not (options.ephemeral or options.demo),
            cwd=Path(client.about.cwd),
        )
        _greet(conversation, client.about, options)
        if way.told:
            conversation.tell(way.told, warning=True)
        conversation.recall()
        until_closed.enter_context(_ending(face))
        with _interrupting(face):
            await face.converse(Acts(conversation, means), draft=TASK if options.demo else "")
        following = conversation.next or Leave()
        kept = means.kept and bool(conversation.fold.prompts)
        session_id = client.about.session_id
    if kept and isinstance(following, Leave):
        print(f"heartbit chat --resume {session_id}", flush=True)
    lasts = kept or place is not None
    return following, Resume(id=session_id) if lasts else New(), place


def _greet(conversation: Conversation, about: About, options: Options) -> None:
    taken_up = isinstance(options.which, Resume)
    conversation.tell(f"heartbit · {about.provider} {about.model} · mode {about.mode} · {about.cwd} · /help")
    if taken_up:
        conversation.tell(f"resumed: {about.session_id}")
    if options.demo:
        conversation.tell(DEMO)
    for warning in about.warnings:
        conversation.tell(warning, warning=True)


@contextmanager
def _ending(face: Face) -> Generator[None]:
    """Leave in good order when the system asks for it; one who leaves already is not kept from ending commands."""
    loop = asyncio.get_running_loop()
    for number, code in SIGNALS.items():
        loop.add_signal_handler(number, face.conversation.leave, Leave(code=code))
    try:
        yield
    finally:
        for number in SIGNALS:
            loop.remove_signal_handler(number)


@contextmanager
def _interrupting(face: Face) -> Generator[None]:
    """Ctrl+C goes to the face, also between two drafts; to one who leaves already it says nothing new."""
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, face.interrupt)
    try:
        yield
    finally:
        loop.add_signal_handler(signal.SIGINT, face.conversation.leave, Leave(code=SIGNALS[signal.SIGINT]))


def _look(options: Options, *, plain: bool) -> Look:
    config = configuration(options)
    return Look(
        plain=plain or config.boolean("ui.plain"),
        vim=config.boolean("ui.vim"),
        thinking=config.boolean("ui.show_thinking"),
    )


def _faces(options: Options, look: Look) -> Callable[[], Faces]:
    environment = options.environment
    attended = sys.stdin.isatty() and sys.stdout.isatty()
    if look.plain or not attended or environment.get("TERM", "") in ("", "dumb"):
        return lambda: _plain(look, attended=attended)
    return lambda: _terminal(options, look)


def _plain(look: Look, *, attended: bool) -> Faces:
    lines = Lines(sys.stdin.fileno())

    def face(client: Client) -> Face:
        spoken = Spoken(thinking=look.thinking)
        return LineMode(Pen(lines, _write, spoken), lambda screen: Conversation(client, screen), attended=attended)

    return face


def _write(text: str) -> None:
    """Write to stdout what it can show of the text, at once."""
    stream = sys.stdout
    stream.write(text.encode(stream.encoding or "utf-8", "replace").decode(stream.encoding or "utf-8"))
    stream.flush()


def _terminal(options: Options, look: Look) -> Faces:
    # Only who talks in a terminal loads the line editor; rich comes with the first answer.
    from prompt_toolkit.input import create_input
    from prompt_toolkit.output.vt100 import Vt100_Output

    from heartbit_tui.client.files import FileIndex
    from heartbit_tui.repl.complete import Completions
    from heartbit_tui.repl.paint import Paint
    from heartbit_tui.repl.terminal import Outfit, Terminal

    environment = options.environment
    colours = not environment.get("NO_COLOR")
    state = directories(environment, Path(environment.get("HOME", "/"))).state
    kept = not (options.ephemeral or options.demo)
    files = FileIndex(options.cwd)
    output = Vt100_Output.from_pty(sys.stdout, term=environment.get("TERM"))
    output.enable_cpr = False

    def face(client: Client) -> Face:
        if client.about.elsewhere is None:
            files.freshen()
        outfit = Outfit(
            input=create_input(sys.stdin),
            output=output,
            paint=Paint(colours=colours, markdown=_markdown(colours=colours), thinking=look.thinking),
            history=HistoryFile(state / "history" if kept else None),
            completions=Completions(
                client.about.elsewhere or files,
                lambda: sessions.recent(options, client.about.elsewhere),
                client.about.offers,
                lambda: plugins.resolve(ADDRESSES)(client.served.statuses()) if client.served else (),
            ),
            colours=colours,
            vim=look.vim,
        )
        return Terminal(outfit, lambda screen: Conversation(client, screen))

    return face


def _markdown(*, colours: bool) -> Callable[[str, int], str]:
    def draw(text: str, width: int) -> str:
        from heartbit_tui.repl import markdown

        return markdown.draw(text, width, colours=colours)

    return draw


def _first(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first failure that is no group itself."""
    first = failures.exceptions[0]
    return _first(cast("BaseExceptionGroup[BaseException]", first)) if isinstance(first, BaseExceptionGroup) else first
