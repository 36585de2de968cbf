"""Between sessions and widgets: the one place that sees envelopes' blocks and Textual alike."""

from typing import TYPE_CHECKING

from heartbit_tui.tui.complete.commands import Typed, Unknown, parse
from heartbit_tui.tui.draft.kind import Kind
from heartbit_tui.tui.draft.messages import Submitted
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.line import BLANK
from heartbit_tui.tui.pane.pane import Pane
from heartbit_tui.tui.talk.talk import Talk

if TYPE_CHECKING:
    from heartbit_tui.tui.app import HeartbitApp


class Bridge:
    """Shows what a session tells, and hands a session what the person says."""

    def __init__(self, app: "HeartbitApp") -> None:
        self._app = app
        self._shown: object = None
        self._left_at = 0

    def changed(self, talk: Talk) -> None:
        """There is news of a session."""
        if talk is not self._app.talk or not self._app.is_running:
            return
        app = self._app
        if talk.book is not self._shown:
            self._shown = talk.book
            app.chat.set_source(talk.book, follow=True)
        else:
            app.chat.changed()
        self._badge()
        app.draft.running = talk.running
        app.draft.show_mode(talk.mode, app.ink.modes.get(talk.mode, app.ink.text))

    def submitted(self, message: Submitted) -> None:
        """The person sent the draft."""
        match message.kind:
            case Kind.COMMAND:
                self._command(message)
            case _:
                self._app.talk.say(message.text, message.images, queue=message.queue)
                self._app.chat.to_end()

    def clicked(self, message: Pane.Clicked) -> None:
        """A block was clicked: it opens or folds."""
        if self._app.talk.book.fold(message.key[0]):
            self._app.chat.changed()

    def followed(self, following: bool) -> None:
        """The chat begins or ceases to follow its end."""
        self._left_at = len(self._app.talk.story.transcript.blocks)
        self._badge()

    def _badge(self) -> None:
        app = self._app
        if app.chat.following:
            app.chat.set_badge(BLANK)
            return
        new = len(app.talk.story.transcript.blocks) - self._left_at
        word = f" {new} new  ↓ " if new > 0 else " ↓ "
        app.chat.set_badge(setting.line((word, app.ink.cursor + app.ink.accent)))

    def _command(self, message: Submitted) -> None:
        match parse(message.text):
            case Typed(name=name, argument=argument):
                self._app.act(name, argument)
            case Unknown(name=name, nearest=nearest):
                hint = f" Did you mean /{nearest}?" if nearest else ""
                self._app.tell(f"There is no command /{name}.{hint}", warning=True)
                self._app.draft.restore(message.state)
            case None:
                self._app.talk.say(message.text, message.images, queue=message.queue)
