import pytest

from heartbit_tui.config.redact import Redactor
from heartbit_tui.kernel.events import RunFailed, clip
from heartbit_tui.telemetry import Mode, Span, first_of, mode_of, told
from tests.telemetry.story import START, USAGE, Story, squad

KEY = "sk-ant-api03-AAAABBBBCCCCDDDDEEEEFFFF"
NAMES = {
    "agent",
    "turn",
    "max_turns",
    "model",
    "agents",
    "tool_name",
    "tool_call_id",
    "is_error",
    "gen_ai.system",
    "gen_ai.request.model",
    "gen_ai.response.model",
}
FIGURES = {
    "task",
    "total_input_tokens",
    "total_output_tokens",
    "estimated_cost_usd",
    "latency_ms",
    "ttft_ms",
    "tool_call_count",
    "duration_ms",
    "gen_ai.response.finish_reasons",
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.output_tokens",
}
PAYLOADS = {"response_text", "input", "output"}


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        ("production", "production"),
        ("prod", "production"),
        ("Analysis", "analysis"),
        ("ANALYZE", "analysis"),
        ("debug", "debug"),
        (" dbg ", "debug"),
        ("off", "off"),
        ("loud", None),
        ("", None),
    ],
)
def test_a_mode_has_its_spellings_and_no_others(text: str, mode: Mode | None) -> None:
    assert mode_of(text) == mode


def test_the_first_that_names_a_mode_counts_and_production_where_none_does() -> None:
    assert first_of("nonsense", "DBG", "off") == "debug"
    assert first_of("", "?") == "production"


@pytest.mark.parametrize(
    ("mode", "keys"),
    [("production", NAMES), ("analysis", NAMES | FIGURES), ("debug", NAMES | FIGURES | PAYLOADS)],
)
def test_each_mode_tells_its_attributes_and_no_others(mode: Mode, keys: set[str]) -> None:
    assert {key for span in squad().spans for key in told(span, mode, str).attributes} == keys


def test_payloads_are_cut_as_their_mode_says() -> None:
    story = Story()
    story.begin("t" * 9000)
    story.turn(text="é" * 2500)
    story.end()
    call, run = story.spans
    assert told(run, "analysis", str).attributes["task"] == clip("t" * 9000, 256)
    assert told(run, "debug", str).attributes["task"] == clip("t" * 9000, 4096)
    assert told(call, "debug", str).attributes["response_text"] == clip("é" * 2500, 4096)


def test_a_secret_is_masked_before_anything_is_cut() -> None:
    story = Story()
    story.begin("x " * 122 + KEY)
    story.turn(calls=1, text=f"your key is {KEY}")
    story.call("c1", "bash", input=f'{{"command":"curl -H {KEY}"}}')
    story.tell(RunFailed(error=f"401 for {KEY}", partial_usage=USAGE, kind="auth"))
    mask = Redactor()
    for mode in ("production", "analysis", "debug"):
        shown = " ".join(str(told(span, mode, mask)) for span in story.spans)
        assert KEY[:20] not in shown
        assert ("[redacted]" in shown) == (mode != "production")


def test_of_a_text_that_the_log_has_cut_the_word_at_the_cut_is_left_out() -> None:
    half = clip(f"words {KEY}", 20)
    span = Span(name="n", id="1", trace="t", start=START, end=START, attributes={"output": half})
    assert told(span, "debug", str).attributes["output"] == "words [truncated: 23 bytes omitted]"


def test_production_tells_the_kind_of_a_failure_and_none_of_its_words() -> None:
    story = Story()
    story.begin()
    story.tell(RunFailed(error="no such file /home/you/secret", partial_usage=USAGE, kind="tool"))
    shown = told(story.spans[0], "production", str)
    assert (shown.failed, shown.error, shown.attributes["error.type"]) == (True, "", "tool")
    assert told(story.spans[0], "analysis", str).error == "no such file /home/you/secret"
