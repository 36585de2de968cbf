"""A person is asked as long as it takes; no answer is an answer too."""

from heartbit_tui.kernel.events import Choice, Question as Asked
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.protocols import Output
from heartbit_tui.tools.question import Question
from tests.tools.calls import Context


def one(question: str = "Which?", *labels: str, **more: object) -> JsonObject:
    return {"question": question, "options": [{"label": label} for label in labels or ("a", "b")], **more}


async def test_answers_come_back_line_by_line() -> None:
    context = Context((("a", "b"), ("something else",), ()))
    asked = [one("First?", "a", "b", multiple=True, header="H"), one("Second?", allow_other=True), one("Third?")]
    got = await Question().run({"questions": asked}, context)
    assert got == Output(
        content="First?: a, b\nSecond?: something else\nThird?: (no answer)", details={"answered": True}
    )
    assert context.asked[0] == Asked(
        question="First?", header="H", options=(Choice(label="a"), Choice(label="b")), multiple=True, allow_other=True
    )


async def test_nobody_or_no_is_told_to_the_model_without_an_error() -> None:
    for answers in (None, ()):
        got = await Question().run({"questions": [one()]}, Context(answers))
        assert (got.is_error, got.details) == (False, {"answered": False})
        assert got.content.startswith("Nobody answered")


async def test_a_wrong_number_of_answers_is_an_error() -> None:
    got = await Question().run({"questions": [one(), one()]}, Context((("a",),)))
    assert (got.content, got.is_error) == ("2 questions were asked, but 1 answers came back. Ask again.", True)


def test_what_cannot_be_asked_is_refused() -> None:
    tool = Question()
    assert "`questions`" in tool.check({"questions": []})
    assert "`questions.0.options`" in tool.check({"questions": [one("x", "only")]})
    assert tool.check({"questions": [one("x", "a", "a")]}).startswith("question needs different labels")
    assert tool.check({"questions": [one()]}) == ""


def test_it_waits_for_a_person() -> None:
    assert Question().keeps_own_time
    assert Question().spec.name == "question"
