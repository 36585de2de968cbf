"""What is known of models: how much they read and write, and how they are told to think."""

from collections.abc import Iterable
from enum import StrEnum
from types import MappingProxyType

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.ops import Effort


class Thinks(StrEnum):
    """How a model is told how much to think."""

    NEVER = "never"
    BUDGET = "budget"
    """By a number of tokens."""
    ADAPTIVE = "adaptive"
    """By an effort, and only when asked to."""
    UNASKED = "unasked"
    """By an effort, and also when not asked to; it can be switched off."""
    BOUND = "bound"
    """By an effort; always thinks, and its thoughts are bound to the model and all that came before them."""
    EFFORT = "effort"
    """By an effort that can be `none`."""
    MINIMAL = "minimal"
    """By an effort that is at least `minimal`."""
    LOW = "low"
    """By an effort that is at least `low`."""


@dataclass(frozen=True, slots=True)
class Model:
    """Sizes in tokens: `window` is all that a model reads and writes at once, `output` the longest answer."""

    window: int
    output: int
    thinks: Thinks


K, M = 1_000, 1_000_000

MODELS: MappingProxyType[str, Model] = MappingProxyType(
    {
        "claude-3": Model(200 * K, 4_096, Thinks.NEVER),
        "claude-3-5": Model(200 * K, 8_192, Thinks.NEVER),
        "claude-3-7": Model(200 * K, 64 * K, Thinks.BUDGET),
        "claude-opus-4": Model(200 * K, 32 * K, Thinks.BUDGET),
        "claude-opus-4-5": Model(200 * K, 64 * K, Thinks.BUDGET),
        "claude-opus-4-6": Model(M, 128 * K, Thinks.ADAPTIVE),
        "claude-opus-4-7": Model(M, 128 * K, Thinks.ADAPTIVE),
        "claude-opus-4-8": Model(M, 128 * K, Thinks.ADAPTIVE),
        "claude-opus-5": Model(M, 128 * K, Thinks.UNASKED),
        "claude-opus-5-5": Model(M, 128 * K, Thinks.BOUND),
        "claude-sonnet-4": Model(200 * K, 64 * K, Thinks.BUDGET),
        "claude-sonnet-4-5": Model(200 * K, 64 * K, Thinks.BUDGET),
        "claude-sonnet-4-6": Model(M, 128 * K, Thinks.ADAPTIVE),
        "claude-sonnet-5": Model(M, 128 * K, Thinks.UNASKED),
        "claude-sonnet-5-5": Model(M, 128 * K, Thinks.BOUND),
        "claude-haiku-4-5": Model(200 * K, 64 * K, Thinks.BUDGET),
        "claude-haiku-5-5": Model(M, 128 * K, Thinks.BOUND),
        "claude-fable-5": Model(M, 128 * K, Thinks.BOUND),
        "claude-mythos-5": Model(M, 128 * K, Thinks.BOUND),
        "claude": Model(M, 128 * K, Thinks.BOUND),
        "gpt-4o": Model(128 * K, 16_384, Thinks.NEVER),
        "gpt-4-1": Model(1_047_576, 32_768, Thinks.NEVER),
        "o1": Model(200 * K, 100 * K, Thinks.LOW),
        "o3": Model(200 * K, 100 * K, Thinks.LOW),
        "o4": Model(200 * K, 100 * K, Thinks.LOW),
        "gpt-5": Model(400 * K, 128 * K, Thinks.MINIMAL),
        "gpt-5-1": Model(400 * K, 128 * K, Thinks.EFFORT),
        "gpt-5-2": Model(400 * K, 128 * K, Thinks.EFFORT),
        "gpt-5-3": Model(400 * K, 128 * K, Thinks.LOW),
        "gpt-5-4": Model(1_050_000, 128 * K, Thinks.EFFORT),
        "gpt-5-4-mini": Model(400 * K, 128 * K, Thinks.EFFORT),
        "gpt-5-4-nano": Model(400 * K, 128 * K, Thinks.EFFORT),
        "gpt-5-5": Model(1_050_000, 128 * K, Thinks.EFFORT),
        "gpt-5-6": Model(1_050_000, 128 * K, Thinks.EFFORT),
        "gpt-6": Model(1_050_000, 128 * K, Thinks.EFFORT),
        "gpt-6-1": Model(1_050_000, 128 * K, Thinks.LOW),
        "gpt-oss": Model(131_072, 32_768, Thinks.LOW),
        "gemini": Model(1_048_576, 65_536, Thinks.EFFORT),
        "grok-4": Model(256 * K, 64 * K, Thinks.LOW),
        "deepseek": Model(128 * K, 32 * K, Thinks.EFFORT),
        "qwen3": Model(256 * K, 64 * K, Thinks.EFFORT),
        "kimi-k2": Model(256 * K, 64 * K, Thinks.EFFORT),
        "glm-4": Model(200 * K, 96 * K, Thinks.EFFORT),
    }
)
"""By the beginning of the name; the longest that fits counts. Source: the services' own model pages, November 2026."""

ROOM: MappingProxyType[Effort, float] = MappingProxyType({Effort.LOW: 1 / 3, Effort.MEDIUM: 1.0, Effort.HIGH: 4.0})
"""Tokens for thinking, as a multiple of the answer's: a quarter, a half and four fifths of both together."""

LEAST_BUDGET = 1024
"""The smallest thinking budget that services accept."""

LEAST: MappingProxyType[Effort, int] = MappingProxyType(
    {Effort.LOW: LEAST_BUDGET, Effort.MEDIUM: 2 * LEAST_BUDGET, Effort.HIGH: 8 * LEAST_BUDGET}
)
"""Tokens for thinking beside a short answer."""


def known(model: str) -> Model | None:
    """What is known of this model; the maker before a slash and a variant after a colon do not matter."""
    name = matched(plain(model), MODELS)
    return MODELS[name] if name else None


def window(model: str) -> int | None:
    """How many tokens this model reads and writes at once; None where that is not known."""
    found = known(model)
    return found.window if found else None


def thinking_room(effort: Effort | None, answer: int, most: int) -> int:
    """Tokens to add to an answer's limit for thinking; 0 where the model's limit leaves no room for the least."""
    if effort is None or effort is Effort.NONE:
        return 0
    room = min(max(round(answer * ROOM[effort]), LEAST[effort]), most - answer)
    return room if room >= LEAST_BUDGET else 0


def plain(model: str) -> str:
    """A model's name without maker and variant, in lower case, with hyphens for dots."""
    name = model.rpartition("/")[2].partition(":")[0].lower()
    return name.removeprefix("~").replace(".", "-").replace("_", "-")


def matched(name: str, names: Iterable[str]) -> str:
    """The longest of `names` that `name` begins with, at a boundary between words; empty if there is none."""
    fitting = (known for known in names if name.startswith(known) and name[len(known) :][:1] in _BOUNDARIES)
    return max(fitting, key=len, default="")


_BOUNDARIES = frozenset(("", "-", ":", "@"))
"""What may stand behind the beginning of a model's name."""
