"""Several guardrails as one: asked in order, the first that refuses ends it, and warnings add up."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from heartbit_tui.guardrails.passing import Passing
from heartbit_tui.kernel.messages import Assistant, ToolCall
from heartbit_tui.kernel.protocols import (
    Checked,
    Guardrail,
    Judgement,
    OnAnswers,
    Output,
    Pass,
    Refuse,
    Request,
    Rewrite,
    Spent,
    Warn,
)


@dataclass
class _Said:
    """What the members said so far."""

    warned: list[tuple[str, Warn]] = field(default_factory=list[tuple[str, Warn]])
    spent: tuple[Spent, ...] = ()

    def take(self, name: str, judgement: Judgement) -> Refuse | None:
        """Note a judgement; the refusal, if it is one."""
        self.spent += judgement.spent
        if isinstance(judgement, Warn):
            self.warned.append((name, judgement))
        if isinstance(judgement, Refuse):
            return Refuse(reason=f"{name}: {judgement.reason}", quote=judgement.quote, spent=self.spent)
        return None

    def all(self) -> Judgement:
        """Everything said as one judgement."""
        if not self.warned:
            return Pass(spent=self.spent)
        reason = "; ".join(f"{name}: {warning.reason}" for name, warning in self.warned)
        quote = next((warning.quote for _, warning in self.warned if warning.quote), "")
        return Warn(reason=reason, quote=quote, spent=self.spent)


class Chain(Passing):
    """A `Guardrail` of members; those behind one that refuses are not asked."""

    def __init__(self, members: Sequence[Guardrail]) -> None:
        super().__init__("+".join(member.name for member in members) or "chain")
        self._members = tuple(members)

    @property
    def on_answers(self) -> OnAnswers:
        """The most that a member may do."""
        found = {member.on_answers for member in self._members}
        return "rules" if "rules" in found else "warns" if "warns" in found else "nothing"

    async def pre_llm(self, request: Request) -> Request:
        """The request as all members leave it."""
        for member in self._members:
            request = await member.pre_llm(request)
        return request

    async def post_llm(self, message: Assistant) -> Judgement | Rewrite:
        """The judgement of all members on the answer, each seeing what the one before left of it."""
        said, kept = _Said(), message
        for member in self._members:
            judged = await member.post_llm(kept)
            if isinstance(judged, Rewrite):
                kept, judged = judged.message, judged.said
            if refused := said.take(member.name, judged):
                return refused
        return said.all() if kept is message else Rewrite(message=kept, said=said.all())

    async def pre_tool(self, call: ToolCall) -> Judgement:
        """The judgement of all members on a call."""
        said = _Said()
        for member in self._members:
            if refused := said.take(member.name, await member.pre_tool(call)):
                return refused
        return said.all()

    async def post_tool(self, call: ToolCall, output: Output) -> Output | Checked:
        """The output as all members leave it, with what they said."""
        said = _Said()
        for member in self._members:
            checked = await member.post_tool(call, output)
            output, judged = (checked.output, checked.said) if isinstance(checked, Checked) else (checked, Pass())
            if refused := said.take(member.name, judged):
                return Checked(output=output, said=refused)
        judgement = said.all()
        return output if judgement == Pass() else Checked(output=output, said=judgement)
