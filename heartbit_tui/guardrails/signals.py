"""What gives an injected instruction away: words in order with few others between, marks of a chat, and weights.

Labels and weights are the seed's where it has them. A `strong` signal means little else; the others are frequent in
harmless prose, so that they count in full only beside a strong one.
"""

from dataclasses import field
from functools import cache

from heartbit_tui.kernel.dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """Words of `steps`, one set after the other, with at most `gap` words between two."""

    label: str
    weight: float
    steps: tuple[frozenset[str], ...] = ()
    gap: int = 3
    strong: bool = field(default=False)


MARKERS = (
    "[SYSTEM]",
    "[/SYSTEM]",
    "<|im_start|>",
    "<|im_end|>",
    "### Instruction:",
    "### Human:",
    "### Assistant:",
    "<|system|>",
    "<|user|>",
    "<|assistant|>",
)
"""What separates the roles in the templates of chat models; looked for as it stands."""

MARKER_WEIGHT, HIDDEN_WEIGHT, REPETITION_WEIGHT = 0.30, 0.20, 0.20

WEAK_CAP = 0.30
"""What signals that are not strong come to at most without a strong one."""

_BEFORE = "previous prior preceding earlier above foregoing former"
_ORDERS = "instruction instructions prompt prompts directions directives guidelines rules commands orders"
_WHOLE = "all everything anything"
_SHOW = "reveal show print output display repeat leak dump disclose recite"
_SECRETS = "password passwords secrets credentials token tokens key keys environment env id_rsa history"
_SEND = "send post upload exfiltrate email forward leak transmit submit"

_READERS = "agent agents assistant assistants model models reading processing reviewing summarizing"
_DO = "run execute send delete install download fetch ignore include insert add"


@cache
def signals() -> tuple[Signal, ...]:
    """All signals that are made of words."""
    return (*_overrides(), *_roles(), *_extractions(), *_actions())


@cache
def vocabulary() -> frozenset[str]:
    """Every word that is part of a signal."""
    return frozenset(word for signal in signals() for step in signal.steps for word in step)


def _strong(label: str, weight: float, *steps: str, gap: int = 3) -> Signal:
    return Signal(label=label, weight=weight, steps=_sets(steps), gap=gap, strong=True)


def _weak(label: str, weight: float, *steps: str, gap: int = 0) -> Signal:
    return Signal(label=label, weight=weight, steps=_sets(steps), gap=gap)


def _sets(steps: tuple[str, ...]) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(step.split()) for step in steps)


def _overrides() -> tuple[Signal, ...]:
    return (
        _strong("ignore_previous", 0.40, "ignore ignoring neglect", _BEFORE, _ORDERS),
        _strong("disregard_previous", 0.40, "disregard disregarding", _BEFORE, _ORDERS),
        _strong("disregard_previous", 0.40, "disregard disregarding", _WHOLE, f"{_BEFORE} {_ORDERS}"),
        _strong("forget_previous", 0.35, "forget", _BEFORE, _ORDERS),
        _strong("forget_previous", 0.35, "forget", _WHOLE, f"{_BEFORE} {_ORDERS} told learned", gap=4),
        _strong("ignore_above", 0.35, "ignore", _WHOLE, f"{_BEFORE} told said"),
        _strong("ignore_above", 0.35, "ignore", "the", "above", "and instead", gap=1),
        _strong("ignore_yours", 0.35, "ignore disregard override forget abandon", "your", _ORDERS, gap=2),
        _strong("previous_void", 0.40, _BEFORE, _ORDERS, "void cancelled canceled revoked superseded obsolete null"),
        _strong("ignore_previous", 0.40, "ignoriere vergiss ignorieren", "vorherigen bisherigen", "anweisungen"),
        _strong("ignore_previous", 0.40, "ignora olvida", "instrucciones", "anteriores previas"),
        _strong("ignore_previous", 0.40, "ignorez oubliez", "instructions", "précédentes precedentes"),
        _strong("ignore_previous", 0.40, "ignora dimentica", "istruzioni", "precedenti"),
        _strong("new_instructions", 0.35, "new updated revised", "instruction instructions", ":", gap=1),
        _weak("override", 0.30, "override", ":"),
        _weak("do_not_follow", 0.30, "do don", "not t", "follow"),
        _weak("start_over", 0.20, "start", "over"),
    )


def _roles() -> tuple[Signal, ...]:
    return (
        _weak("you_are_now", 0.30, "you", "are", "now"),
        _weak("pretend_you_are", 0.30, "pretend", "you", "are re"),
        _weak("from_now_on", 0.20, "from", "now", "on"),
        _weak("act_as", 0.20, "act", "as", "a an if"),
        _strong("persona", 0.40, "you", "are", "now", "dan unrestricted evil jailbroken unfiltered uncensored", gap=2),
        _strong("persona", 0.35, "act pretend", "without no", "restrictions limitations filters rules", gap=8),
        _strong("real_task", 0.35, "your", "real true actual", "task goal objective mission purpose", gap=1),
        _strong("real_task", 0.35, "your", "new", "task goal objective instructions mission", "is are", "to", gap=1),
        _weak("heuristic_signals", 0.15, "system", "prompt message"),
        _weak("heuristic_signals", 0.10, "my your", "instructions"),
        _weak("heuristic_signals", 0.30, "jailbreak jailbroken"),
        _weak("heuristic_signals", 0.30, "developer dan", "mode"),
    )


def _extractions() -> tuple[Signal, ...]:
    return (
        _strong("extract_system_prompt", 0.40, _SHOW, "your", "system initial hidden", "prompt instructions", gap=2),
        _strong("extract_system_prompt", 0.40, _SHOW, "your", "instructions prompt", gap=2),
        _strong("extract_system_prompt", 0.40, "reveal leak disclose recite", "system", "prompt instructions", gap=2),
        _strong("extract_system_prompt", 0.40, _SHOW, _WHOLE, "text words instructions", "above", gap=2),
        _weak("query_instructions", 0.30, "what", "are is", "your", "system instructions", gap=0),
    )


def _actions() -> tuple[Signal, ...]:
    elsewhere = "http https attacker webhook ngrok pastebin"
    return (
        _strong("exfiltrate", 0.40, _SEND, _SECRETS, "to", elsewhere, gap=5),
        _strong("exfiltrate", 0.40, "exfiltrate steal", _SECRETS, gap=4),
        _strong("conceal", 0.40, "do don", "not t", "tell mention inform notify alert", "user human", gap=1),
        _strong("conceal", 0.35, "without", "telling informing notifying alerting asking", "user human", gap=1),
        _strong("to_models", 0.35, "if", "you", "are re", "an a", "ai llm assistant chatbot language", gap=1),
        _strong("to_models", 0.40, "ai llm language assistant", _READERS, "must should", _DO, gap=3),
        _strong(
            "to_models", 0.35, "attention hey dear important", "ai llm llms", "assistant agent model models :", gap=1
        ),
        _weak("bypass", 0.30, "bypass circumvent disable", "safety content security", "filters restrictions", gap=2),
        _weak("bypass", 0.25, "no without any", "restrictions censorship filters"),
    )
