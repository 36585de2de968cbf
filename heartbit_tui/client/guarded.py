"""What a guardrail did, for a person: in one word, and as one sentence."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

from heartbit_tui.kernel.events import GuardrailDenied, GuardrailWarned

Did: TypeAlias = Literal["warned", "rewrote", "withheld", "denied"]
"""It had doubts and let pass; it changed a text; it kept a text back; it let a call not run."""

_VERBS: Mapping[Did, str] = MappingProxyType(
    {"warned": "has doubts about", "rewrote": "rewrote", "withheld": "withheld", "denied": "denied"}
)


def did(event: GuardrailDenied | GuardrailWarned) -> Did:
    """What came of it."""
    if isinstance(event, GuardrailWarned):
        return "rewrote" if event.changed else "warned"
    return "denied" if event.hook == "pre_tool" else "withheld"


def told(event: GuardrailDenied | GuardrailWarned) -> str:
    """Which guardrail it was, what it did to what, why, and the sentence that it is about, hidden signs written out."""
    from heartbit_tui.client.visible import revealed

    which = f"The guardrail {event.guardrail}" if event.guardrail else "A guardrail"
    quote = f" — “{revealed(event.quote)}”" if event.quote else ""
    return f"{which} {_VERBS[did(event)]} {_what(event)}: {event.reason}{quote}"


def _what(event: GuardrailDenied | GuardrailWarned) -> str:
    tool = event.tool_name or "a tool"
    return {"pre_tool": f"a call of {tool}", "post_tool": f"the output of {tool}"}.get(event.hook, "the answer")
