"""What stands where no model is wanted: it answers nothing."""

from collections.abc import AsyncGenerator

from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.protocols import Part, Request

NO_MODEL = "This session has no model: it was opened for work that asks none. Open another one to ask something."


class Unasked:
    """`Provider` of a session whose work asks no model."""

    name = "none"
    model = ""

    async def stream(self, request: Request) -> AsyncGenerator[Part]:
        """Nothing. Raises `ConfigError`."""
        raise ConfigError(NO_MODEL, key="provider.name")
        yield
