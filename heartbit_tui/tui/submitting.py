"""What becomes of a draft that was sent: a prompt, a command, a shell command, a note."""

import asyncio
from collections.abc import Generator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from heartbit_tui.auth.providers import KEY_NAMES
from heartbit_tui.client.commands import Typed, Unknown, parse
from heartbit_tui.client.types import Elsewhere
from heartbit_tui.kernel.errors import AuthenticationError, HeartbitError
from heartbit_tui.runtime.command_line import HIDDEN
from heartbit_tui.tui.acts import table
from heartbit_tui.tui.draft.kind import Kind
from heartbit_tui.tui.draft.messages import Submitted
from heartbit_tui.tui.shell.away import Line
from heartbit_tui.tui.shell.hints import hint, refused
from heartbit_tui.tui.shell.running import Console, Ran, Running
from heartbit_tui.tui.shell.told import as_context
from heartbit_tui.tui.status.activity import Doing
from heartbit_tui.tui.talk.pace import FRAME
from heartbit_tui.tui.talk.talk import Talk
from heartbit_tui.tui.transcript.blocks import Shell

if TYPE_CHECKING:
    from heartbit_tui.tui.app import HeartbitApp

SECRETS = KEY_NAMES | {"HEARTBIT_API_KEY", "HEARTBIT_TELEGRAM_TOKEN"}
"""Variables with keys, which a command whose output the model may see does not get."""


ONLY_WORDS = "An agent at work can be told words alone; Esc goes back to the session, which takes images."


class Submitting:
    """Takes what the draft sends; what a shell command gave rides with the next prompt."""

    def __init__(self, app: "HeartbitApp") -> None:
        self._app = app
        self._ran: dict[Talk, list[Ran]] = {}
        self._running: dict[Talk, Running | Line] = {}
        self._doing: dict[Talk, Doing] = {}

    @property
    def doing(self) -> Doing | None:
        """What the person's own command is, while one runs."""
        return self._doing.get(self._app.talk)

    @property
    def running(self) -> bool:
        """Whether a command of the person's own runs in the session that is seen."""
        return self._app.talk in self._running

    def stop(self) -> None:
        """End the person's own command."""
        if (running := self._running.get(self._app.talk)) is not None:
            running.stop()

    def left(self, talks: Sequence[Talk]) -> None:
        """Only these sessions are open: the commands of others end with them."""
        for talk, running in self._running.items():
            if talk not in talks:
                running.stop()
        self._ran = {talk: ran for talk, ran in self._ran.items() if talk in talks}

    def submitted(self, message: Submitted) -> None:
        """The person sent the draft."""
        app = self._app
        match message.kind:
            case Kind.COMMAND:
                self._command(message)
            case Kind.SHELL | Kind.HIDDEN:
                self._shell(message)
            case Kind.NOTE:
                app.start(noting(app, message))
            case Kind.PROMPT:
                self._say(message)

    def _say(self, message: Submitted) -> None:
        if self._app.talk.stage == "failed":
            self._app.draft.restore(message.state)
            self._refuse()
            return
        if self._app.talk.follows.seen is not None:
            self._say_to(self._app.talk.follows.seen.name, message)
            return
        ran = [] if message.kind is Kind.COMMAND else self._ran.pop(self._app.talk, [])
        self._app.talk.say(message.text, message.images, queue=message.queue, context=as_context(ran))
        self._app.chat.to_end()

    def _say_to(self, agent: str, message: Submitted) -> None:
        """Tell the agent whose tab is seen; the draft comes back where it cannot be told."""
        app = self._app
        refusal = ONLY_WORDS if message.images else app.talk.follows.say(agent, message.text)
        if refusal:
            app.draft.restore(message.state)
            app.tell(refusal, warning=True)
        else:
            app.living.bridge.changed(app.talk)
            app.chat.to_end()

    def _refuse(self) -> None:
        """Offer a way out of what keeps a session from being opened, or gone on with."""
        fault = self._app.talk.fault
        if isinstance(fault, AuthenticationError):
            self._app.act("login")
        else:
            self._app.tell(f"This session cannot go on. {fault} /new opens another one.", warning=True)

    def _command(self, message: Submitted) -> None:
        app = self._app
        match parse(message.text):
            case Typed(name=name, argument=argument):
                app.act(name, argument)
            case Unknown() as unknown:
                app.start(self._of_file(message, unknown))
            case None:
                self._say(message)

    async def _of_file(self, message: Submitted, unknown: Unknown) -> None:
        """Send what calls a skill or a command of a file: the session puts its text behind the words."""
        app, client = self._app, self._app.talk.client
        offered = await client.about.offers() if client is not None else ()
        if any(each.name == unknown.name for each in offered):
            self._say(message)
            return
        meant = f" Did you mean /{unknown.nearest}?" if unknown.nearest else " / lists them."
        app.tell(f"There is no command /{unknown.name}.{meant}", warning=True)
        app.draft.restore(message.state)

    def _shell(self, message: Submitted) -> None:
        hidden = message.kind is Kind.HIDDEN
        command = message.text.lstrip("!").strip()
        if not command:
            return
        if self.running:
            self._app.tell("A command of yours still runs; Esc ends it.", warning=True)
            self._app.draft.restore(message.state)
            return
        if reason := refused(command):
            self._app.tell(reason, warning=True)
            self._app.draft.restore(message.state)
            return
        if advice := hint(command):
            self._app.tell(advice)
        self._app.act("tab", str(self._app.living.talks.number))  # what it writes stands in the session's own tab
        client = self._app.talk.client
        place = client.about.elsewhere if client is not None else None
        if place is not None:
            self._app.start(self._run_there(self._app.talk, place, command, message))
        else:
            self._app.start(self._run(self._app.talk, command, hidden=hidden))

    async def _run_there(self, talk: Talk, place: Elsewhere, command: str, message: Submitted) -> None:
        """Run a command where the session is; the draft comes back where that is refused."""
        app, hidden = self._app, message.kind is Kind.HIDDEN
        line = Line(place, command, hidden=hidden)
        if hidden:  # the log has no words of it
            talk.story.transcript.put(Shell(id=line.id, command=command, hidden=True))
        app.chat.to_end()
        try:
            with self._at_work(talk, line, command):
                ran = await line.ran()
        except HeartbitError as error:
            app.tell(str(error), warning=True)
            app.draft.restore(message.state)
            return
        if hidden:
            line.shown(talk.story.transcript, ran)
        app.living.bridge.changed(talk)
        if not hidden and talk in app.living.talks.all:
            self._ran.setdefault(talk, []).append(ran)

    async def _run(self, talk: Talk, command: str, *, hidden: bool) -> None:
        app = self._app
        block = Shell(command=command, hidden=hidden)
        talk.story.transcript.put(block)
        app.chat.to_end()
        console = Console(app.folder, app.living.setup.environment, secrets=SECRETS)
        running = console.command(command, hidden=hidden)
        with self._at_work(talk, running, command):
            async with _undoable(talk, command, hidden=hidden), running:
                async for _ in running:
                    block = _exchanged(talk, block, replace(block, output=running.ran.output))
                    app.living.bridge.changed(talk)
                    await asyncio.sleep(FRAME)
        ran = running.ran
        _exchanged(talk, block, replace(block, output=ran.output, code=ran.code))
        app.living.bridge.changed(talk)
        if not hidden and talk in app.living.talks.all:
            self._ran.setdefault(talk, []).append(ran)

    @contextmanager
    def _at_work(self, talk: Talk, running: Running | Line, command: str) -> Generator[None]:
        """In here a command of the person's own runs in this session, and is told to do so."""
        self._running[talk], talk.own = running, True
        self._doing[talk] = Doing(words=f"! {command}", since=datetime.now(UTC), note="Esc ends it")
        self._app.living.bridge.retold()
        try:
            yield
        finally:
            del self._running[talk], self._doing[talk]
            talk.own = False
            self._app.living.bridge.retold()


def _undoable(talk: Talk, command: str, *, hidden: bool) -> AbstractAsyncContextManager[None]:
    """In here what the command does to files can be undone; the log has no words of a hidden one."""
    undo = talk.client.undo if talk.client else None
    return undo.during(command, shown=HIDDEN if hidden else "") if undo is not None else nullcontext()


async def noting(app: "HeartbitApp", message: Submitted) -> None:
    """Keep a note; the draft comes back where it could not be kept."""
    await table.note(app, message.text, lambda: app.draft.restore(message.state))


def _exchanged(talk: Talk, old: Shell, new: Shell) -> Shell:
    talk.story.transcript.exchange(old, new)
    return new
