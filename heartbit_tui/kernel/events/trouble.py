"""What goes wrong on the way, or nearly."""

from typing import Literal

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.messages import Usage
from heartbit_tui.kernel.ops import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryAttempt:
    """A model call failed and is tried again; text shown from the failed attempt no longer counts."""

    attempt: int
    max_retries: int
    delay_ms: int
    error_class: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelEscalated:
    """A stronger model takes over; `detail` says why in a few words, where more than `reason` is known.

    `asked` is that a person wanted it.
    """

    from_tier: str
    to_tier: str
    reason: Literal["gate_rejected", "tier_error", "asked"]
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoomLoopDetected:
    """The model repeats itself: the same calls `consecutive_count` times, or the same cycle of calls."""

    turn: int
    consecutive_count: int
    tool_names: tuple[str, ...]
    action: Literal["warned", "asked", "ended"] = "warned"


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetExceeded:
    """More was used than may be: tokens of the run, or US dollars when `unit` says so, then of what `period` says."""

    used: float
    limit: float
    partial_usage: Usage
    unit: Literal["tokens", "usd"] = "tokens"
    period: Period = "run"
    action: Literal["asked", "ended"] = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A part of the log, from the event `first` to the event `last`, and what it was about."""

    first: int
    last: int
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryStarted:
    """A model is asked for a summary of the older part of the conversation; each call of it has the purpose `summary`.

    `ContextSummarized` or `SummaryFailed` ends it.
    """

    turn: int
    trigger: Literal["threshold", "overflow", "asked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryFailed:
    """No summary came of what began; the conversation is as it was, and what was asked for it is paid."""

    turn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextSummarized:
    """The events before `through` (a seq) are told to the model as `summary` from here on.

    The messages whose seqs are in `kept` still stand behind the summary, word for word. `spans` are the parts of what
    it replaces, each of which can be brought back; `tokens_before` and `tokens_after` are estimates of the whole
    request. `usage` is what writing the summary took.
    """

    turn: int
    usage: Usage
    summary: str = ""
    through: int = 0
    kept: tuple[int, ...] = ()
    spans: tuple[Span, ...] = ()
    trigger: Literal["threshold", "overflow", "asked"] = "threshold"
    tokens_before: int = 0
    tokens_after: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextRestored:
    """What the summary at the seq `summary` replaced is told to the model whole again.

    Only the events from `first` to `last` where those are not 0; else all of it, and the summary no longer counts.
    """

    summary: int
    first: int = 0
    last: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultReplaced:
    """The model is told `content` as the result of a call from here on; the log keeps the whole of it.

    `omitted` is how many bytes shorter it is.
    """

    tool_call_id: str
    content: str
    omitted: int
    why: Literal["compressed", "dropped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPruned:
    """Old tool results were shortened in what the model sees; the log keeps them whole."""

    turn: int
    tool_results_pruned: int
    bytes_saved: int
    tool_results_total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoCompactionTriggered:
    """The conversation did not fit and was made shorter, or could not be."""

    turn: int
    success: bool
    usage: Usage
