"""A conversation in a terminal: the draft stays usable below what the agent writes."""

import asyncio
from collections.abc import Callable, Iterable

from prompt_toolkit import PromptSession
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import History
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding.key_processor import KeyProcessor
from prompt_toolkit.output import ColorDepth, Output
from prompt_toolkit.styles import Style

from heartbit_tui.client.history import HistoryFile
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.ops import Background
from heartbit_tui.repl import status
from heartbit_tui.repl.bindings import bindings
from heartbit_tui.repl.complete import Completions, completes
from heartbit_tui.repl.conversation import Conversation, Doer, Leave
from heartbit_tui.repl.keys import AGAIN, GRACE
from heartbit_tui.repl.paint import Paint
from heartbit_tui.repl.pieces import Asked, Piece

FRAMES = 1 / 30
"""Seconds between two writes while an answer streams."""

STYLE = Style.from_dict({"open": "ansibrightblack", "status": "ansibrightblack", "ask": "ansiyellow"})
PLAIN_STYLE = Style.from_dict({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A draft that was sent; `queue` keeps it for after the run."""

    text: str
    queue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outfit:
    """The parts of a terminal, which one process opens once."""

    input: Input
    output: Output
    paint: Paint
    history: HistoryFile
    completions: Completions
    colours: bool
    vim: bool = False


class Past(History):
    """The history file, as the line editor wants it: newest first."""

    def __init__(self, file: HistoryFile) -> None:
        super().__init__()
        self._file = file

    def load_history_strings(self) -> Iterable[str]:
        """All entries."""
        return reversed(self._file.entries())

    def store_string(self, string: str) -> None:
        """Keep one more."""
        self._file.add(string)


class Terminal:
    """Draws pieces above the draft, and turns keys into what they mean."""

    def __init__(self, outfit: Outfit, conversation: Callable[["Terminal"], Conversation]) -> None:
        self._outfit = outfit
        self._loop = asyncio.get_running_loop()
        self._paint = outfit.paint
        self._unwritten: list[str] = []
        self._frame: asyncio.TimerHandle | None = None
        self._grace: asyncio.TimerHandle | None = None
        self._last_frame = 0.0
        self._last_key = 0.0
        self._quiet = True
        self._asked_to_leave = 0.0
        self._hint = ""
        self._stashed: str | None = None
        self._editor: PromptSession[Typed | None] = self._line_editor()
        self._conversation = conversation(self)

    @property
    def conversation(self) -> Conversation:
        """What is shown here."""
        return self._conversation

    async def converse(self, doer: Doer, draft: str = "") -> None:
        """Take drafts until the conversation is to be left; `draft` is there to begin with."""
        conversation = self._conversation
        self.flush()
        async with asyncio.TaskGroup() as tasks:
            listener = tasks.create_task(conversation.listen(), name="listen")
            while conversation.next is None:
                typed = await self._editor.prompt_async(
                    self._message, default=draft, handle_sigint=False, set_exception_handler=False
                )
                draft, self._hint = "", ""
                if typed is not None:
                    await conversation.said(typed.text, doer, queue=typed.queue)
            listener.cancel()
        self.flush()

    def show(self, piece: Piece) -> None:
        """Draw a piece with the next frame."""
        self._paint.width = min(self._outfit.output.get_size().columns, 120)
        self._unwritten.append(self._paint.draw(piece))
        if isinstance(piece, Asked):
            self._be_careful()
        if self._frame is None:
            wait = max(self._last_frame + FRAMES - self._loop.time(), 0)
            self._frame = self._loop.call_later(wait, self.flush)

    def flush(self) -> None:
        """Write what was drawn, above the draft."""
        if self._frame is not None:
            self._frame.cancel()
        self._frame, self._last_frame = None, self._loop.time()
        text = "".join(self._unwritten)
        self._unwritten.clear()
        app, output = self._editor.app, self._outfit.output
        if text:
            if app.is_running:
                app.renderer.erase()
            output.write_raw(text.replace("\n", "\r\n"))
            output.flush()
        app.invalidate()

    def refresh(self) -> None:
        """Draw the lines around the draft anew; leave when the conversation is over."""
        waiting = self._conversation.waiting
        if self._stashed is not None and (waiting is None or waiting.stage == "choose"):
            self._restore()
        if self._conversation.next is not None and self._editor.app.is_running and not self._editor.app.is_done:
            self._editor.app.exit(result=None)
        self._editor.app.invalidate()

    def clear(self) -> None:
        """Make the screen empty."""
        self._editor.app.renderer.clear()

    def toggle_vim(self) -> bool | None:
        """Change between the keys of vi and of Emacs; whether they are those of vi now."""
        vi = self._editor.editing_mode is not EditingMode.VI
        self._editor.editing_mode = EditingMode.VI if vi else EditingMode.EMACS
        return vi

    @property
    def running(self) -> bool:
        """Whether a run is active."""
        return self._conversation.fold.running

    @property
    def choosing(self) -> bool:
        """Whether single keys answer a request now: after a pause, and not as part of a burst."""
        waiting = self._conversation.waiting
        burst = bool(self._editor.app.key_processor.input_queue)
        return waiting is not None and waiting.stage == "choose" and self._quiet and not burst

    def choose(self, key: str) -> bool:
        """Answer a request with a single key."""
        buffer = self._editor.default_buffer
        if key == "enter" and buffer.text:
            return False
        replies = self._conversation.dialog.key(key)
        if replies is None:
            return False
        waiting = self._conversation.waiting
        if waiting is not None and waiting.stage != "choose":
            self._stashed = buffer.text
            proposal = getattr(waiting.request, "proposal", "") if waiting.stage == "rule" else ""
            self._put(proposal)
        self._conversation.reply(replies)
        self._be_careful()
        return True

    def send(self, *, queue: bool) -> None:
        """Send the draft, or the rule, the reason or the words that were asked for."""
        buffer, waiting = self._editor.default_buffer, self._conversation.waiting
        if waiting is not None and waiting.stage != "choose":
            self._conversation.reply(self._conversation.dialog.line(buffer.text))
            return
        if buffer.text.strip():
            buffer.append_to_history()
        self._editor.app.exit(result=Typed(text=buffer.text, queue=queue))

    def stop(self) -> None:
        """Leave what is open: the rule or the reason, the request, the run."""
        waiting = self._conversation.waiting
        if waiting is None:
            if self.running:
                self._conversation.interrupt()
        elif waiting.stage != "choose":
            self._conversation.dialog.back()
            self.refresh()
        else:
            self._conversation.reply(self._conversation.dialog.refuse())

    def interrupt(self) -> None:
        """Clear the draft; with none stop the run; idle, leave the second time."""
        buffer, now = self._editor.default_buffer, self._loop.time()
        if buffer.text:
            buffer.reset()
        elif self._conversation.busy or self._conversation.waits:
            self._conversation.interrupt()
        elif now - self._asked_to_leave < AGAIN:
            self._conversation.leave(Leave(), asked=True)
        else:
            self._asked_to_leave = now
            self._hint = "Ctrl+C again leaves"
            self._loop.call_later(AGAIN, self._unhint)

    def leave_if_empty(self) -> None:
        """Leave; the session is kept."""
        self._conversation.leave(Leave(), asked=True)

    def next_mode(self) -> None:
        """Go on to the next mode."""
        self._conversation.next_mode()

    def _line_editor(self) -> "PromptSession[Typed | None]":
        outfit = self._outfit
        editor: PromptSession[Typed | None] = PromptSession(
            multiline=True,
            key_bindings=bindings(self, lambda: self.conversation.client.submit(Background())),
            history=Past(outfit.history),
            completer=outfit.completions,
            complete_while_typing=Condition(self._completes),
            editing_mode=EditingMode.VI if outfit.vim else EditingMode.EMACS,
            enable_suspend=True,
            enable_open_in_editor=True,
            erase_when_done=True,
            prompt_continuation=lambda width, _line, _wrapped: " " * width,
            reserve_space_for_menu=6,
            style=STYLE if outfit.colours else PLAIN_STYLE,
            include_default_pygments_style=False,
            color_depth=ColorDepth.DEPTH_4_BIT if outfit.colours else ColorDepth.DEPTH_1_BIT,
            input=outfit.input,
            output=outfit.output,
        )
        editor.app.ttimeoutlen = 0.05
        editor.app.timeoutlen = 0.2
        editor.app.min_redraw_interval = FRAMES
        editor.app.key_processor.before_key_press += self._key_comes
        return editor

    def _message(self) -> FormattedText:
        conversation, size = self._conversation, self._outfit.output.get_size()
        now = status.Now(
            mode=conversation.client.mode,
            width=size.columns,
            rows=size.rows,
            running=conversation.fold.running,
            working=tuple(conversation.fold.working.values()),
            queued=conversation.fold.queued,
            waiting=conversation.waiting,
            ready=self._quiet,
            open_text=self._paint.open,
            hint=self._hint,
        )
        return FormattedText(status.fragments(now))

    def _completes(self) -> bool:
        return completes(self._editor.default_buffer.document.text_before_cursor)

    def _key_comes(self, _: KeyProcessor) -> None:
        now = self._loop.time()
        self._quiet, self._last_key = now - self._last_key >= GRACE, now
        if self._conversation.waiting is not None:
            self._restart_grace()

    def _be_careful(self) -> None:
        """Something new is asked: the next key has to come after a pause."""
        self._last_key, self._quiet = self._loop.time(), False
        self._restart_grace()

    def _restart_grace(self) -> None:
        if self._grace is not None:
            self._grace.cancel()
        self._grace = self._loop.call_later(GRACE, self._grow_quiet)

    def _grow_quiet(self) -> None:
        self._grace, self._quiet = None, True
        self._editor.app.invalidate()

    def _restore(self) -> None:
        self._put(self._stashed or "")
        self._stashed = None

    def _put(self, text: str) -> None:
        buffer = self._editor.default_buffer
        buffer.text = text
        buffer.cursor_position = len(text)

    def _unhint(self) -> None:
        self._hint = ""
        self._editor.app.invalidate()
