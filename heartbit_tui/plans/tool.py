"""Hands a plan over to the person."""

from pydantic import Field

from heartbit_tui.kernel.protocols import CallContext, Effects, Output
from heartbit_tui.plans.text import STEPS, steps
from heartbit_tui.plans.types import Presented
from heartbit_tui.wire.arguments import Arguments, TypedTool

NO_STEPS = "present_plan needs steps: number them, one line each, such as `1. Add a test for the empty basket.`"


class Plan(Arguments):
    """The whole plan."""

    plan: str = Field(
        min_length=1,
        max_length=100_000,
        description=f"The plan in Markdown: a heading that names it, why it is right, and at most {STEPS} numbered steps.",
    )


class PresentPlan(TypedTool[Plan]):
    """Keeps a plan, asks the person, and tells the model what they decided."""

    name = "present_plan"
    effects = Effects.NONE
    keeps_own_time = True
    arguments = Plan

    def __init__(self, presented: Presented) -> None:
        self._presented = presented

    def objection(self, given: Plan) -> str:
        """A plan that nobody could follow step by step is none."""
        return "" if steps(given.plan) else NO_STEPS

    async def act(self, given: Plan, context: CallContext) -> Output:
        """Wait for the person's decision."""
        return await self._presented(given.plan, context)
