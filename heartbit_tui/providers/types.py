"""What a provider is built from.

Plain dataclasses: the configuration has checked types and bounds, and building models of it would take a tenth of
the time to the first request.
"""

from dataclasses import field
from typing import Literal, Protocol, TypeAlias

import httpx

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.protocols import Clock, Provider
from heartbit_tui.providers.caching import Ttl
from heartbit_tui.providers.pricing import Prices

Api: TypeAlias = Literal["", "messages", "chat", "responses"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """`[provider.retry]`: how often and how patiently a failed call is tried again; the seed's defaults."""

    max_retries: int = 3
    base_delay_ms: int = 500
    max_delay_ms: int = 30_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """`[provider.timeouts]`, in seconds: to connect, to the first byte, between two signs of life, in all."""

    connect: float = 10
    first_byte: float = 120
    idle: float = 60
    total: float = 1_800


LOCAL_TIMEOUTS = Timeouts(first_byte=900, idle=600, total=3_600)
"""A model on one's own processor may read a long prompt for minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Which model answers, and how it is reached.

    Empty fields take what `table` says for `name`. `api` chooses the wire format where a service speaks several,
    and `script` is the file that the scripted provider plays. Without `timeouts` the usual ones hold, which are
    wider for services on this machine.
    """

    name: str = "anthropic"
    model: str = ""
    prompt_caching: bool = True
    cache_ttl: Ttl = "5m"
    base_url: str = ""
    api: Api = ""
    api_key_env: str = ""
    script: str = ""
    retry: Retry = field(default_factory=Retry)
    timeouts: Timeouts | None = None


class Build(Protocol):
    """What each provider's module has as `build`."""

    def __call__(
        self,
        settings: Settings,
        *,
        key: str,
        client: httpx.AsyncClient,
        clock: Clock,
        prices: Prices | None = None,
    ) -> Provider: ...
