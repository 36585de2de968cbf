"""What is offered to other agents, and who calls: the words that a service and its server share."""

from collections.abc import Sequence
from typing import Protocol

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.mcp.types import OfferedTool


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a call gave: a JSON object, and whether it tells of a failure."""

    value: JsonObject
    is_error: bool = False


class Caller(Protocol):
    """Whoever called: hears how far a call is, and may have a person who can be asked."""

    @property
    def can_ask(self) -> bool:
        """Whether there is a person."""
        ...

    def tell(self, words: str) -> None:
        """Say how far it is."""
        ...

    async def ask(self, message: str, form: JsonObject) -> JsonObject | None:
        """What a person filled into a form (a flat JSON Schema); None where nobody did."""
        ...


class Service(Protocol):
    """What is offered. `call` raises nothing but `asyncio.CancelledError`."""

    @property
    def instructions(self) -> str:
        """What a model is told of all of it."""
        ...

    @property
    def tools(self) -> Sequence[OfferedTool]:
        """The tools."""
        ...

    async def call(self, tool: str, arguments: JsonObject, caller: Caller) -> Given:
        """Do what a tool does."""
        ...
