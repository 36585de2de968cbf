"""What the loop needs of the world around it: time, context, a durable log."""

from datetime import datetime
from typing import Protocol

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import Event
from heartbit_tui.kernel.messages import Message
from heartbit_tui.kernel.protocols.models import Request


class Clock(Protocol):
    """Where all time comes from; tests pass one that they move by hand."""

    def now(self) -> datetime:
        """The time of day, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What of a conversation is sent, and the events that tell what was left out."""

    messages: tuple[Message, ...]
    events: tuple[Event, ...] = ()


class ContextPolicy(Protocol):
    """Decides what of a conversation a model gets to see; the log itself stays whole."""

    async def view(self, request: Request, *, turn: int) -> View:
        """The messages to send in place of `request.messages`; pairs of call and result stay together."""
        ...

    async def shorten(self, request: Request, *, turn: int, focus: str = "") -> View | None:
        """A shorter view after the model said that the request does not fit, or None where that is not possible."""
        ...


class Journal(Protocol):
    """Where envelopes become durable."""

    async def committed(self, seq: int) -> None:
        """Return once the envelope with this seq and all before it would survive a kill -9.

        Raises `StoreError` when they cannot be written.
        """
        ...

    async def kept(self, seq: int) -> None:
        """Return as `committed` does, but without hurry: what happens together may be written together."""
        ...
