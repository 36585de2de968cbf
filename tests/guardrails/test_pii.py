"""Personal data is found, told from other numbers, and taken out whole."""

from collections.abc import Callable
from random import Random

import pytest

from heartbit_tui.guardrails.detecting import DETECTORS
from heartbit_tui.guardrails.numbers import passes_luhn
from heartbit_tui.guardrails.pii import Pii
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.protocols import Checked, Pass, Refuse, Rewrite, Warn
from tests.guardrails.asking import ADVERSARIAL, BOUND, brought, call, content, says, seconds
from tests.guardrails.corpus import Labelled, corpus
from tests.guardrails.labelled import samples

EVERY = tuple(DETECTORS)
BARS = {
    "email": (0.99, 0.95),
    "ssn": (0.99, 0.95),
    "iban": (0.99, 0.95),
    "ip": (0.99, 0.95),
    "credit_card": (0.95, 0.95),
    "phone": (0.90, 0.70),
}


@pytest.mark.security("I7")
@pytest.mark.parametrize("label", EVERY)
def test_i7_recall_and_precision_on_labelled_sentences(
    label: str, record_property: Callable[[str, object], None]
) -> None:
    guardrail, hits, found, wanted = Pii(detectors=EVERY), 0, 0, 0
    for text, value in samples(label, 400, Random(label)):
        matched = [text[each.start : each.end] for each in guardrail.found(text) if each.label == label]
        hits += value in matched and value != ""
        found += len(matched)
        wanted += value != ""
    recall, precision = hits / wanted, hits / found
    least_recall, least_precision = BARS[label]
    assert recall >= least_recall
    assert precision >= least_precision
    record_property("cases", 2 * wanted)


@pytest.fixture(scope="module")
def sentences() -> list[Labelled]:
    """One corpus for all kinds: what is of one kind is none of another."""
    return list(corpus(400, Random("personal")))


@pytest.mark.security("I7")
@pytest.mark.parametrize("label", EVERY)
def test_i7_recall_and_precision_in_a_corpus_with_hard_negatives(
    label: str, sentences: list[Labelled], record_property: Callable[[str, object], None]
) -> None:
    guardrail, hits, found, missed, wrong = Pii(detectors=EVERY), 0, 0, list[str](), list[str]()
    for each in sentences:
        matched = [each.text[match.start : match.end] for match in guardrail.found(each.text) if match.label == label]
        mine = each.label == label
        hits += mine and each.value in matched
        found += len(matched)
        missed += [each.text] if mine and each.value not in matched else []
        wrong += [each.text for value in matched if not (mine and value == each.value)]
    wanted = sum(each.label == label for each in sentences)
    recall, precision = hits / wanted, 1 - len(wrong) / found
    print(
        f"{label}: recall {recall:.3f} of {wanted}, precision {precision:.3f} of {found} in {len(sentences)} sentences"
    )
    least_recall, least_precision = BARS[label]
    assert recall >= least_recall, missed[:9]
    assert precision >= least_precision, wrong[:9]
    record_property("cases", len(sentences))


@pytest.mark.parametrize(
    "card", ["4532015112830366", "4532 0151 1283 0366", "4532-0151-1283-0366", "3782 822463 10005", "378282246310005"]
)
def test_i7_a_card_is_one_token_with_nothing_left(card: str) -> None:
    assert Pii().redacted(f"pay {card} now") == "pay [REDACTED:credit_card] now"


@pytest.mark.parametrize(
    "text", ["1234 5678 9012 3456", "1700000000", "1700000000123", "id 4155552671", "sunny, 21 °C"]
)
def test_i7_other_numbers_stay(text: str) -> None:
    assert Pii(detectors=EVERY).redacted(text) == text


def test_luhn() -> None:
    assert passes_luhn("5425233430109903")
    assert not passes_luhn("5425233430109904")
    assert not passes_luhn("59")


def test_two_kinds_in_one_text_are_both_redacted() -> None:
    assert Pii().redacted("ann@example.com, 123-45-6789") == "[REDACTED:email], [REDACTED:ssn]"


def test_a_pattern_of_ones_own_is_looked_for() -> None:
    assert Pii(own={"token": r"tok-[a-z]{4}"}).redacted("a tok-abcd b") == "a [REDACTED:token] b"


@pytest.mark.parametrize("pattern", ["(a+)+", "(a|a)*b", "(?:x*y)*", "((a{1,9}))+", "("])
def test_a_pattern_that_could_take_for_ever_is_refused(pattern: str) -> None:
    with pytest.raises(ConfigError):
        Pii(own={"slow": pattern})


@pytest.mark.parametrize("pattern", [r"tok-[a-z]+", r"\(\d+\)+", "[(+*)]+", "(?:ab)?c", "(abc)+"])
def test_a_plain_pattern_is_taken(pattern: str) -> None:
    assert Pii(own={"fine": pattern}).name == "pii"


async def test_redacting_rewrites_outputs_and_answers_and_quotes_no_data() -> None:
    guardrail = Pii()
    checked = await guardrail.post_tool(call(), brought("mail ann@example.com today"))
    assert content(checked) == "mail [REDACTED:email] today"
    assert isinstance(checked, Checked)
    assert checked.said == Warn(reason="personal data was redacted: email", quote="mail [REDACTED:email] today")
    answer = await guardrail.post_llm(says("it is 123-45-6789"))
    assert isinstance(answer, Rewrite)
    assert answer.message.text == "it is [REDACTED:ssn]"


async def test_what_is_shown_beside_an_output_is_redacted_too() -> None:
    output = brought("nothing")
    shown = type(output)(content="nothing", details={"lines": [{"text": "ann@example.com"}]})
    checked = await Pii().post_tool(call(), shown)
    assert isinstance(checked, Checked)
    assert checked.output.details == {"lines": [{"text": "[REDACTED:email]"}]}


async def test_warning_changes_nothing_and_says_so() -> None:
    output = brought("mail ann@example.com")
    checked = await Pii(action="warn").post_tool(call(), output)
    assert isinstance(checked, Checked)
    assert checked.output is output
    assert isinstance(checked.said, Warn)


async def test_denying_refuses_outputs_answers_and_calls() -> None:
    guardrail = Pii(action="deny")
    checked = await guardrail.post_tool(call(), brought("ann@example.com"))
    assert isinstance(checked, Checked)
    judgements = (
        checked.said,
        await guardrail.post_llm(says("ann@example.com")),
        await guardrail.pre_tool(call(to=["ann@example.com"])),
    )
    assert all(isinstance(each, Refuse) and "ann@" not in repr(each) for each in judgements)


async def test_a_clean_text_passes() -> None:
    output = brought("It will be sunny with 21 degrees.")
    assert await Pii().post_tool(call(), output) is output
    assert await Pii().post_llm(says("fine")) == Pass()


def test_no_text_takes_long() -> None:
    guardrail = Pii(detectors=EVERY)
    spent = {text[:10]: seconds(lambda text=text: guardrail.redacted(text)) for text in ADVERSARIAL}
    assert {text: each for text, each in spent.items() if each > BOUND} == {}
