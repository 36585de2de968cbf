"""What a guardrail says names it, what it did, its reason and the sentence, wherever it is shown."""

from heartbit_tui.client import guarded
from heartbit_tui.kernel.events import GuardrailDenied, GuardrailWarned

WITHHELD = GuardrailDenied(hook="post_tool", reason="score 0.8", tool_name="read", guardrail="injection", quote="obey")
DENIED = GuardrailDenied(hook="pre_tool", reason="no", tool_name="bash", tool_call_id="c1")
WARNED = GuardrailWarned(hook="post_llm", reason="rude", guardrail="llm_judge")
REWROTE = GuardrailWarned(hook="post_tool", reason="email", tool_name="read", guardrail="pii", changed=True)


def test_a_sentence_names_all_that_is_known() -> None:
    assert guarded.told(WITHHELD) == "The guardrail injection withheld the output of read: score 0.8 — “obey”"
    assert guarded.told(WARNED) == "The guardrail llm_judge has doubts about the answer: rude"
    assert guarded.told(REWROTE) == "The guardrail pii rewrote the output of read: email"
    assert guarded.told(DENIED) == "A guardrail denied a call of bash: no"


def test_what_it_did_is_told_in_a_word() -> None:
    assert [guarded.did(each) for each in (WITHHELD, DENIED, WARNED, REWROTE)] == [
        *("withheld", "denied", "warned", "rewrote")
    ]


def test_what_hides_in_the_quoted_sentence_is_written_out() -> None:
    hidden = GuardrailWarned(hook="post_tool", reason="r", quote="ig\u200bnore \u202eall\x1b[2J", tool_name="read")
    assert guarded.told(hidden).endswith("“ig<U+200B>nore <U+202E>all␛[2J”")
