"""What the loop needs of the world around it: time, context, a durable log."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from heartbit_tui.kernel.errors import ContextOverflowError
from heartbit_tui.kernel.events import Event
from heartbit_tui.kernel.messages import Assistant, Message, Usage
from heartbit_tui.kernel.past import Past
from heartbit_tui.kernel.protocols.models import Purpose, Request


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortening:
    """The events that make a conversation shorter, and what it took to find them.

    No events mean that views are shorter from here on.
    """

    events: tuple[Event, ...] = ()
    usage: Usage = field(default_factory=Usage)


class Scene(Protocol):
    """What a context policy may use of the session that it works in."""

    @property
    def clock(self) -> Clock:
        """Where time comes from."""
        ...

    def past(self) -> Past:
        """All that was said and still counts."""
        ...

    def emit(self, event: Event) -> int:
        """Publish an event under this agent's name; its seq."""
        ...

    async def ask(self, request: Request, purpose: Purpose) -> Assistant:
        """Ask the session's model on the side; guardrails see the request, and its cost is told.

        Raises `HeartbitError`.
        """
        ...


class ContextPolicy(Protocol):
    """Decides what of a conversation a model gets to see; the log itself stays whole."""

    async def prepare(self, request: Request, scene: Scene, *, turn: int) -> bool:
        """Before each model call: publish what changes the conversation for good; whether anything did.

        Where something did, it is asked again with what would then be sent. Raises nothing that a run could go on
        without.
        """
        ...

    async def view(self, request: Request, *, turn: int) -> View:
        """The messages to send in place of `request.messages`; pairs of call and result stay together."""
        ...

    async def shorten(
        self,
        request: Request,
        scene: Scene,
        *,
        turn: int,
        focus: str = "",
        overflow: ContextOverflowError | None = None,
    ) -> Shortening | None:
        """What makes the conversation shorter now, or None where that is not possible.

        After an `overflow` the model said that `request` does not fit; else a person asks for it, and `focus` says
        what matters most to them. Raises `HeartbitError` that says why it failed.
        """
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
