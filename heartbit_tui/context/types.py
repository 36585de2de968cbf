"""What context policies need of others, and how they are set."""

from collections.abc import Sequence
from typing import Literal, Protocol, TypeAlias, runtime_checkable

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.messages import Message
from heartbit_tui.kernel.protocols import Request

Strategy: TypeAlias = Literal["window_share", "unlimited", "sliding_window", "summarize"]
"""How a conversation is kept within its window; `window_share` summarises at a share of what the model reads."""


@runtime_checkable
class Foreseeing(Protocol):
    """A policy that knows from how many tokens on it summarises."""

    def threshold(self, request: Request) -> int:
        """The tokens beyond which a summary is written; 0 for never."""
        ...


class Keeper(Protocol):
    """Where something of a conversation is kept before a summary takes its place."""

    async def keep(self, messages: Sequence[Message]) -> None:
        """Keep what is worth it of the messages that the model is about to lose."""
        ...


RECENT, RESULT_BYTES = 2, 200
"""The seed's defaults: the last 2 turns stay whole, older results have at most 200 bytes."""

SHARE = 0.85
"""The part of a model's window at which a summary is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruning:
    """How old results are shortened in what the model sees."""

    recent: int = RECENT
    most: int = RESULT_BYTES
    task: bool = True
    """Whether results in the first message stay as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that decides what a model gets to see; None and False leave a thing out.

    `threshold` is in tokens: of the window for `sliding_window`, else where a summary is written. `share` is the part
    of a model's window at which that happens where no threshold is set. `compress` is in bytes.
    """

    strategy: Strategy = "window_share"
    threshold: int = 0
    share: float = SHARE
    recursive: bool = False
    pruning: Pruning | None = None
    compress: int | None = None
    reflection: bool = False
