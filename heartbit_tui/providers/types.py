"""The `[provider]` section, and what the providers share."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Protocol

import httpx
from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from heartbit_tui.kernel.ops import Effort
from heartbit_tui.kernel.protocols import Clock, Provider


class Retry(BaseModel):
    """`[provider.retry]`: how often and how patiently a failed call is tried again."""

    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)

    max_retries: Annotated[int, Field(ge=0, le=20)] = 3
    base_delay_ms: Annotated[int, Field(ge=0)] = 500
    max_delay_ms: Annotated[int, Field(ge=0)] = 30_000


class Timeouts(BaseModel):
    """`[provider.timeouts]`, in seconds: to connect, to the first byte, between two signs of life, in all."""

    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)

    connect: Annotated[float, Field(gt=0)] = 10
    first_byte: Annotated[float, Field(gt=0)] = 60
    idle: Annotated[float, Field(gt=0)] = 60
    total: Annotated[float, Field(gt=0)] = 600


class Settings(BaseModel):
    """`[provider]`: which model answers, and how it is reached.

    Empty fields take what `table` says for `name`. `api` chooses the wire format where a service speaks several,
    `reasoning_effort` may be called `effort`, and `script` is the file that the scripted provider plays.
    """

    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)

    name: str = "anthropic"
    model: str = ""
    prompt_caching: bool = True
    base_url: str = ""
    api: Literal["", "messages", "chat", "responses"] = ""
    api_key_env: str = ""
    max_tokens: Annotated[int, Field(ge=1)] = 8192
    reasoning_effort: Effort | None = Field(default=None, validation_alias=AliasChoices("reasoning_effort", "effort"))
    fallback_model: str = ""
    script: str = ""
    retry: Retry = Field(default_factory=Retry)
    timeouts: Timeouts = Field(default_factory=Timeouts)
    cascade: Mapping[str, Any] = Field(default_factory=dict)


class Build(Protocol):
    """What each provider's module has as `build`."""

    def __call__(self, settings: Settings, *, key: str, client: httpx.AsyncClient, clock: Clock) -> Provider: ...
