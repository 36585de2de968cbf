"""What a guardrail says, as one sentence for a person."""

from heartbit_tui.kernel.events import GuardrailDenied, GuardrailWarned


def told(event: GuardrailDenied | GuardrailWarned) -> str:
    """Which guardrail it was, what it did, why, and the sentence that it is about."""
    which = f"The guardrail {event.guardrail}" if event.guardrail else "A guardrail"
    did = "refused" if isinstance(event, GuardrailDenied) else "has doubts"
    about = f" ({event.tool_name})" if event.tool_name and event.guardrail else ""
    quote = f" — “{event.quote}”" if event.quote else ""
    return f"{which} {did}{about}: {event.reason}{quote}"
