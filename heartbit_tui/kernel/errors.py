"""What can go wrong, as a tree.

HeartbitError
├── ProviderError             the model service failed          (error_class, status, retry_after)
│   ├── AuthenticationError   no key, or a wrong one
│   ├── ContextOverflowError  the conversation no longer fits the model's window
│   ├── InvalidRequestError   the service refuses the request as it is
│   ├── RateLimitError        too many requests, or a spend limit
│   ├── OverloadedError       the service has trouble of its own (5xx, 529)
│   ├── NetworkError          not reachable, or the connection broke
│   ├── StalledError          connected, but silent for too long
│   └── MalformedError        the answer is not what the protocol promises
├── LimitError                a limit of this run was reached   (limit, used, bound)
├── DoomLoopError             the model repeats itself and nobody wants to go on
├── RefusedError              the run needed an approval that it did not get
├── GuardrailError            a guardrail failed
├── ConfigError               a setting is wrong                (key, source)
├── UntrustedError            a folder's own settings wait for trust
└── StoreError                the session file could not be read or written
"""

from types import MappingProxyType
from typing import ClassVar, Literal, TypeAlias

Limit: TypeAlias = Literal["turns", "tokens", "cost", "time"]


class HeartbitError(Exception):
    """The root of all errors that heartbit raises on purpose; the message says what to do next."""

    kind: ClassVar[str] = "error"


class ProviderError(HeartbitError):
    """The model service failed.

    `status` is the HTTP status, 0 where there was none. `retry_after` is in seconds, None where the service
    did not say. `error_class` is the name that events carry.
    """

    kind: ClassVar[str] = "provider"
    error_class: ClassVar[str] = "unknown"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, status: int = 0, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after


class AuthenticationError(ProviderError):
    """The service does not accept the key, or there is none."""

    kind: ClassVar[str] = "auth"
    error_class: ClassVar[str] = "auth_error"


class ContextOverflowError(ProviderError):
    """The conversation no longer fits the model's window."""

    kind: ClassVar[str] = "overflow"
    error_class: ClassVar[str] = "context_overflow"


class InvalidRequestError(ProviderError):
    """The service refuses the request as it is; sending it again would not help."""

    error_class: ClassVar[str] = "invalid_request"


class RateLimitError(ProviderError):
    """Too many requests (429). A spend limit is one that waiting does not lift: `spent` is then true."""

    kind: ClassVar[str] = "retryable"
    error_class: ClassVar[str] = "rate_limited"
    retryable: ClassVar[bool] = True

    def __init__(
        self, message: str, *, status: int = 429, retry_after: float | None = None, spent: bool = False
    ) -> None:
        super().__init__(message, status=status, retry_after=retry_after)
        self.spent = spent


class OverloadedError(ProviderError):
    """The service has trouble of its own: 5xx, 529, or an error event inside a stream."""

    kind: ClassVar[str] = "retryable"
    error_class: ClassVar[str] = "overloaded"
    retryable: ClassVar[bool] = True


class NetworkError(ProviderError):
    """The service is not reachable, or the connection broke before the answer was whole."""

    kind: ClassVar[str] = "network"
    error_class: ClassVar[str] = "network_error"
    retryable: ClassVar[bool] = True


class StalledError(NetworkError):
    """The service is connected but sent nothing for longer than its time limit."""

    error_class: ClassVar[str] = "stalled"


class MalformedError(ProviderError):
    """The answer breaks the protocol: not JSON, not an event stream, or a block that never ends."""

    error_class: ClassVar[str] = "malformed"


class LimitError(HeartbitError):
    """A limit was reached: `used` of `bound` (turns, tokens, US dollars or seconds); money may be a session's or a day's."""

    kind: ClassVar[str] = "limit"

    def __init__(
        self, limit: Limit, *, used: float, bound: float, period: Literal["run", "session", "day"] = "run"
    ) -> None:
        self.limit: Limit = limit
        self.used = used
        self.bound = bound
        key = limit if period == "run" else period
        super().__init__(_LIMIT_MESSAGE[key].format(used=used, bound=bound))


class AnswerError(HeartbitError):
    """The model's last answer is none: refused, cut off at the output limit, or not in the wanted shape."""

    kind: ClassVar[str] = "answer"


class DoomLoopError(HeartbitError):
    """The model repeats the same calls after it was warned."""

    kind: ClassVar[str] = "doom_loop"


class RefusedError(HeartbitError):
    """The run needed an approval that nobody could give, and was told to end in that case."""

    kind: ClassVar[str] = "permission"


class GuardrailError(HeartbitError):
    """A guardrail failed; the run ends rather than going on unguarded."""

    kind: ClassVar[str] = "guardrail"


class ConfigError(HeartbitError):
    """A setting is wrong. `key` is its dotted name, `source` the file and line or the variable it came from."""

    kind: ClassVar[str] = "config"

    def __init__(self, message: str, *, key: str = "", source: str = "") -> None:
        super().__init__(message)
        self.key = key
        self.source = source


class UntrustedError(HeartbitError):
    """A folder's own settings want something that only a trusted folder may have."""

    kind: ClassVar[str] = "untrusted"


class StoreError(HeartbitError):
    """The file with the sessions could not be read or written."""

    kind: ClassVar[str] = "store"


_LIMIT_MESSAGE = MappingProxyType(
    {
        "turns": "Max turns ({bound:.0f}) exceeded. Raise it with --max-turns, or resume the session to go on.",
        "tokens": "Token budget exceeded: used {used:.0f}, limit {bound:.0f}. Raise it with --max-tokens.",
        "cost": "Cost limit exceeded: used ${used:.4f}, limit ${bound:.4f}. Raise it with --max-cost.",
        "session": "Cost limit of the session exceeded: used ${used:.4f}, limit ${bound:.4f}. "
        "Raise it with --max-session-cost.",
        "day": "Cost limit of the day exceeded: ${used:.4f} in all sessions, limit ${bound:.4f}. "
        "Raise it with --max-day-cost.",
        "time": "Run timed out after {bound:.0f} s. Raise it with --timeout, or resume the session to go on.",
    }
)
