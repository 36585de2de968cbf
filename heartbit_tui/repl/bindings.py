"""Binds the keys of a conversation to what they do."""

from collections.abc import Callable
from typing import Protocol

from prompt_toolkit.filters import Condition, FilterOrBool, is_searching, to_filter, vi_insert_mode
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent


class Hands(Protocol):
    """What keys can do."""

    def send(self, *, queue: bool) -> None:
        """Send the draft."""
        ...

    def stop(self) -> None:
        """Esc."""
        ...

    def interrupt(self) -> None:
        """Ctrl+C."""
        ...

    def leave_if_empty(self) -> None:
        """Ctrl+D."""
        ...

    def next_mode(self) -> None:
        """Shift+Tab."""
        ...

    def clear(self) -> None:
        """Ctrl+L."""
        ...

    def choose(self, key: str) -> bool:
        """A single key answers a request; False where it means nothing."""
        ...

    @property
    def choosing(self) -> bool:
        """Whether single keys answer a request now."""
        ...

    @property
    def running(self) -> bool:
        """Whether a run is active."""
        ...


CHOICES = ("y", "s", "a", "n", "e", "w", *"123456789")
NAMED = (("tab", "tab"), ("enter", "enter"))
"""Keys that have a name of their own in prompt_toolkit: theirs, ours."""


def bindings(hands: Hands, background: Callable[[], None]) -> KeyBindings:
    """The key bindings that go before the usual ones of a line editor; `background` is what Ctrl+B does in a run."""
    keys = KeyBindings()
    choosing = Condition(lambda: hands.choosing) & ~is_searching

    def press(*names: str, act: Callable[[KeyPressEvent], None], when: FilterOrBool = True) -> None:
        keys.add(*names, filter=to_filter(when) & ~is_searching)(act)

    press("enter", act=lambda event: _enter(event, hands))
    press("escape", "enter", act=lambda event: _alt_enter(event, hands))
    press("c-j", act=lambda event: event.current_buffer.insert_text("\n"))
    press("escape", act=lambda event: _escape(event, hands), when=~vi_insert_mode)
    press("c-c", act=lambda _: hands.interrupt())
    press("<sigint>", act=lambda _: hands.interrupt())
    press("c-d", act=lambda event: _delete(event, hands))
    press("s-tab", act=lambda _: hands.next_mode())
    press("c-b", act=lambda _: background(), when=Condition(lambda: hands.running))
    press("c-l", act=lambda _: hands.clear())
    for key in CHOICES:
        keys.add(key, filter=choosing, eager=True)(_chooser(key, hands))
    for theirs, ours in NAMED:
        keys.add(theirs, filter=choosing)(_chooser(ours, hands))
    return keys


def _chooser(key: str, hands: Hands) -> Callable[[KeyPressEvent], None]:
    def choose(event: KeyPressEvent) -> None:
        if hands.choose(key):
            return
        if key == "enter":
            _enter(event, hands)
        elif key != "tab":
            event.current_buffer.insert_text(key)

    return choose


def _enter(event: KeyPressEvent, hands: Hands) -> None:
    buffer = event.current_buffer
    if buffer.complete_state is not None and buffer.complete_state.current_completion is not None:
        buffer.complete_state = None
    elif buffer.document.text_before_cursor.endswith("\\"):
        buffer.delete_before_cursor()
        buffer.insert_text("\n")
    else:
        hands.send(queue=False)


def _alt_enter(event: KeyPressEvent, hands: Hands) -> None:
    if hands.running:
        hands.send(queue=True)
    else:
        event.current_buffer.insert_text("\n")


def _escape(event: KeyPressEvent, hands: Hands) -> None:
    if event.current_buffer.complete_state is not None:
        event.current_buffer.cancel_completion()
    else:
        hands.stop()


def _delete(event: KeyPressEvent, hands: Hands) -> None:
    if event.current_buffer.text:
        event.current_buffer.delete()
    else:
        hands.leave_if_empty()
