"""Asks the person."""

from pydantic import Field

from heartbit_tui.kernel.events import Choice, Question as Asked
from heartbit_tui.kernel.protocols import CallContext, Effects, Output
from heartbit_tui.tools.arguments import Arguments, TypedTool

_NOBODY = (
    "Nobody answered: there is no person to ask, or the person declined. Go on with the most sensible choice and say "
    "in your answer which one it was, or stop if no choice is safe."
)


class Option(Arguments):
    """One answer to choose."""

    label: str = Field(min_length=1, description="The choice in one to five words.")
    description: str = Field(default="", description="What choosing it means.")


class One(Arguments):
    """One thing to ask."""

    question: str = Field(min_length=1, description="The whole question.")
    header: str = Field(default="", description="A label for the question, at most 12 characters.")
    options: tuple[Option, ...] = Field(min_length=2, description="At least two answers to choose from.")
    multiple: bool = Field(default=False, description="Whether several answers may be chosen.")
    allow_other: bool = Field(default=True, description="Whether the person may answer in words of their own.")


class Questions(Arguments):
    """What to ask, all at once."""

    questions: tuple[One, ...] = Field(min_length=1, description="The questions, in the order of asking.")


class Question(TypedTool[Questions]):
    """Asks a person and waits as long as it takes."""

    name = "question"
    effects = Effects.NONE
    keeps_own_time = True
    arguments = Questions

    def objection(self, given: Questions) -> str:
        """Labels are how an answer is told apart."""
        for one in given.questions:
            labels = [option.label for option in one.options]
            if len(set(labels)) < len(labels):
                return f"question needs different labels for the options of “{one.question}”."
        return ""

    async def act(self, given: Questions, context: CallContext) -> Output:
        """Ask, and give back each question with what was chosen or said."""
        answers = await context.ask([_asked(one) for one in given.questions])
        if not answers:
            return Output(content=_NOBODY, details={"answered": False})
        if len(answers) != len(given.questions):
            text = f"{len(given.questions)} questions were asked, but {len(answers)} answers came back. Ask again."
            return Output(content=text, is_error=True, details={"answered": False})
        pairs = zip(given.questions, answers, strict=True)
        lines = [f"{one.question}: {', '.join(answer) or '(no answer)'}" for one, answer in pairs]
        return Output(content="\n".join(lines), details={"answered": True})


def _asked(one: One) -> Asked:
    return Asked(
        question=one.question,
        header=one.header,
        options=tuple(Choice(label=option.label, description=option.description) for option in one.options),
        multiple=one.multiple,
        allow_other=one.allow_other,
    )
