"""What a guardrail says names it, its reason and the sentence, wherever it is shown."""

from heartbit_tui.client import guarded
from heartbit_tui.kernel.events import GuardrailDenied, GuardrailWarned
from heartbit_tui.tui.transcript.notices import notice

DENIED = GuardrailDenied(hook="post_tool", reason="score 0.8", tool_name="read", guardrail="injection", quote="obey")
WARNED = GuardrailWarned(hook="post_llm", reason="rude", guardrail="llm_judge")


def test_a_sentence_names_all_that_is_known() -> None:
    assert guarded.told(DENIED) == "The guardrail injection refused (read): score 0.8 — “obey”"
    assert guarded.told(WARNED) == "The guardrail llm_judge has doubts: rude"
    assert guarded.told(GuardrailDenied(hook="pre_tool", reason="no")) == "A guardrail refused: no"


def test_the_screen_shows_that_sentence() -> None:
    shown = [notice(event) for event in (DENIED, WARNED)]
    assert [(each.level, each.text) for each in shown if each] == [
        ("warning", guarded.told(DENIED)),
        ("info", guarded.told(WARNED)),
    ]
