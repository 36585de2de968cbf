"""Models by name: built, retried, and with a fallback behind them."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Self

from heartbit_tui.demo import project, script
from heartbit_tui.demo.settings import is_instant
from heartbit_tui.kernel.ops import SetModel
from heartbit_tui.kernel.protocols import Clock, Provider
from heartbit_tui.providers.scripted import Scripted
from heartbit_tui.runtime.settings import Settings


class Models:
    """Finds providers; all of them share one HTTP client, which is opened with the first that needs it."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self.first = self._demo() if settings.demo else self.connect(SetModel())

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings, clock: Clock) -> AsyncGenerator[Self]:
        """The models that these settings reach, for as long as the block lasts."""
        yield cls(settings, clock)

    def connect(self, op: SetModel) -> Provider:
        """The provider that this op asks for. Raises `ConfigError`, `AuthenticationError`."""
        raise NotImplementedError

    def _demo(self) -> Provider:
        environment = self._settings.environment
        command = project.command(environment.get("PATH"))
        replies = script.replies(command, instant=is_instant(environment))
        return Scripted(replies, clock=self._clock, model=script.MODEL)
