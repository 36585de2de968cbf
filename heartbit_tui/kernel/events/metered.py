"""What a person does about what the model reads and costs, and what is told of it."""

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.ops import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class CapChanged:
    """From here on a person is asked when more US dollars than this were spent; None for no cap."""

    period: Period
    usd: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheExpired:
    """What is sent now is read anew: the service keeps a prompt for `lifetime` seconds, and `idle` have passed.

    `tokens` are those that would have come from the cache. `cost_usd` is what reading them anew costs, `cached_usd` what
    it would have cost; both are None where the price is not known.
    """

    tokens: int
    idle: int
    lifetime: int
    cost_usd: float | None = None
    cached_usd: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRestored:
    """The model is told the result of this call whole again, whatever stood for it."""

    tool_call_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolDropped:
    """The model is no longer told of this tool."""

    tool_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolRestored:
    """The model is told of this tool again."""

    tool_name: str
