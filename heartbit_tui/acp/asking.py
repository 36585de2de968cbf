"""What a session asks a person, put as a client asks it, and the answer put as an op."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import cast

from acp.helpers import update_tool_call
from acp.schema import (
    ElicitationMultiSelectPropertySchema,
    ElicitationSchema,
    ElicitationStringPropertySchema,
    EnumOption,
    PermissionOption,
    TitledMultiSelectItems,
    ToolCallUpdate,
)

from heartbit_tui.acp import calls
from heartbit_tui.acp.calls import Piece
from heartbit_tui.acp.peer import Peer
from heartbit_tui.client.visible import one_line, revealed
from heartbit_tui.kernel.events import ApprovalRequested, Choice, Question, QuestionAsked
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.ops import Answer, Decide, Scope

ONCE, SESSION, PROJECT, REJECT, SKIP = "once", "session", "project", "reject", "skip"
SCOPES: Mapping[str, Scope] = MappingProxyType({ONCE: "once", SESSION: "session", PROJECT: "project"})
LONGEST_NAME = 120
NOBODY = "nobody answered"


class Asking:
    """Asks the person at the client of one session."""

    def __init__(self, session_id: str, peer: Peer, cwd: str) -> None:
        self._session_id = session_id
        self._peer = peer
        self._cwd = cwd

    async def decision(self, event: ApprovalRequested) -> Decide:
        """A person's word on a call; where there is none it is refused."""
        chosen = await self._peer.permit(self._session_id, self._shown(event), options(event))
        if chosen not in SCOPES:
            return Decide(id=event.id, allow=False, note="" if chosen == REJECT else NOBODY)
        return Decide(id=event.id, allow=True, scope=SCOPES[chosen])

    async def answer(self, event: QuestionAsked) -> Answer:
        """A person's answers, in a form where the client has forms, else one choice after the other."""
        answers = await (self._filled_in(event) if self._peer.shows_forms else self._chosen(event))
        return Answer(id=event.id, answers=answers)

    async def agreed(self, id: str, title: str, text: str) -> bool:
        """Whether a person wants this to be done."""
        call = update_tool_call(id, title=title, kind="other", status="pending", content=[calls.block(revealed(text))])
        offered = [
            PermissionOption(option_id=ONCE, name="Do it", kind="allow_once"),
            PermissionOption(option_id=REJECT, name="Leave it", kind="reject_once"),
        ]
        return await self._peer.permit(self._session_id, call, offered) == ONCE

    def _shown(self, event: ApprovalRequested) -> ToolCallUpdate:
        call = event.call
        title = one_line(revealed(calls.title(call)), calls.LONGEST_TITLE)
        said = [text for text in (event.reason, event.precedent) if text]
        content: list[Piece] = [*map(calls.words, said), *calls.preview(call.name, revealed(event.preview), self._cwd)]
        return update_tool_call(
            call.id,
            title=title,
            kind=calls.kind(call.name),
            status="pending",
            content=content,
            locations=calls.locations(call.input, self._cwd),
            raw_input=dict(call.input),
        )

    async def _filled_in(self, event: QuestionAsked) -> tuple[tuple[str, ...], ...]:
        message = "\n".join(one.question for one in event.questions)
        found = await self._peer.fill_in(self._session_id, message, form(event.questions), event.tool_call_id)
        return () if found is None else tuple(said(found, number, one) for number, one in enumerate(event.questions, 1))

    async def _chosen(self, event: QuestionAsked) -> tuple[tuple[str, ...], ...]:
        found: list[tuple[str, ...]] = []
        for number, question in enumerate(event.questions, 1):
            if not question.options:
                return ()  # words of one's own need a form
            call = event.tool_call_id or f"{event.id}-{number}"
            chosen = await self._peer.permit(self._session_id, _question(call, question), _choices(question))
            if not chosen.isdecimal() or not 0 < int(chosen) <= len(question.options):
                return ()
            found.append((question.options[int(chosen) - 1].label,))
        return tuple(found)


def options(event: ApprovalRequested) -> list[PermissionOption]:
    """The answers to an approval: once, always where a rule may be remembered, no."""
    rule = one_line(revealed(event.proposal), LONGEST_NAME)
    always = (
        (SESSION, f"Always in this session: {rule}"),
        (PROJECT, f"Always in this project: {rule}"),
    )
    return [
        PermissionOption(option_id=ONCE, name="Allow once", kind="allow_once"),
        *(
            PermissionOption(option_id=option, name=name, kind="allow_always")
            for option, name in (always if event.proposal else ())
        ),
        PermissionOption(option_id=REJECT, name="Reject", kind="reject_once"),
    ]


def form(questions: Sequence[Question]) -> ElicitationSchema:
    """The fields for some questions: `answer_1` for what is chosen, `other_1` for words of one's own."""
    fields: dict[str, object] = {}
    for number, question in enumerate(questions, 1):
        fields[f"answer_{number}"] = _field(question)
        if question.options and question.allow_other:
            fields[f"other_{number}"] = ElicitationStringPropertySchema(type="string", title="Or in your own words")
    required = [f"answer_{n}" for n, each in enumerate(questions, 1) if not (each.options and each.allow_other)]
    return ElicitationSchema.model_validate({"type": "object", "properties": fields, "required": required})


def said(found: JsonObject, number: int, question: Question) -> tuple[str, ...]:
    """What was filled in for a question: own words before what was chosen."""
    own = found.get(f"other_{number}")
    if isinstance(own, str) and own.strip():
        return (own.strip(),)
    value = found.get(f"answer_{number}")
    labels = {option.label for option in question.options}
    listed = cast("list[object]", value) if isinstance(value, list) else [value]
    return tuple(each for each in listed if isinstance(each, str) and each and (each in labels or not labels))


def _field(question: Question) -> object:
    title, told = question.header or question.question, question.question
    if not question.options:
        return ElicitationStringPropertySchema(type="string", title=title, description=told)
    listed = [EnumOption(const=each.label, title=_named(each)) for each in question.options]
    if question.multiple:
        items = TitledMultiSelectItems(any_of=listed)
        return ElicitationMultiSelectPropertySchema(type="array", title=title, description=told, items=items)
    return ElicitationStringPropertySchema(type="string", title=title, description=told, one_of=listed)


def _question(id: str, question: Question) -> ToolCallUpdate:
    title = one_line(revealed(question.question), calls.LONGEST_TITLE)
    told = "\n".join(_named(each) for each in question.options if each.description)
    content = [calls.words(revealed(f"{question.question}\n\n{told}".strip()))]
    return update_tool_call(id, title=title, kind="other", status="pending", content=content)


def _choices(question: Question) -> list[PermissionOption]:
    listed = [
        PermissionOption(option_id=str(number), name=one_line(revealed(each.label), LONGEST_NAME), kind="allow_once")
        for number, each in enumerate(question.options, 1)
    ]
    return [*listed, PermissionOption(option_id=SKIP, name="No answer", kind="reject_once")]


def _named(choice: Choice) -> str:
    return f"{choice.label}: {choice.description}" if choice.description else choice.label
