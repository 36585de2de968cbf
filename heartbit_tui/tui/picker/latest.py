"""Asks for one thing at a time, and only for the newest of what was wished meanwhile."""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

W = TypeVar("W")
R = TypeVar("R")


class Latest(Generic[W, R]):
    """Answers to wishes: `got` is called with an answer only while nothing newer was wished."""

    def __init__(self, ask: Callable[[W], Awaitable[R]], got: Callable[[W, R], None]) -> None:
        self._ask = ask
        self._got = got
        self._wishes: list[W] = []
        self._working = False

    @property
    def waiting(self) -> bool:
        """Whether an answer is still to come."""
        return self._working

    def wish(self, what: W) -> bool:
        """Ask for this next, and for nothing that was wished before; whether `work` has to be run for it."""
        self._wishes = [what]
        return not self._working

    async def work(self) -> None:
        """Ask until nothing is wished any more. What asking raises comes out, and leaves no wish behind."""
        self._working = True
        try:
            while self._wishes:
                what = self._wishes.pop()
                answer = await self._ask(what)
                if not self._wishes:
                    self._got(what, answer)
        finally:
            self._wishes = []
            self._working = False
