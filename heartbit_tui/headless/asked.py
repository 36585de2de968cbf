"""The person behind another agent: hears how far a task is, and is asked where that agent can ask."""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType

from heartbit_tui.client import titles
from heartbit_tui.client.types import Client
from heartbit_tui.client.visible import one_line, revealed
from heartbit_tui.kernel.events import (
    ApprovalDecision,
    ApprovalRequested,
    AssistantMessage,
    Envelope,
    Question,
    QuestionAnswered,
    QuestionAsked,
)
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.ops import Answer, Decide, Op, Scope
from heartbit_tui.mcp.serving_types import Caller

ONCE, SESSION, PROJECT, NO = "Allow once", "Always in this session", "Always in this project", "Refuse"
SCOPES: Mapping[str, Scope] = MappingProxyType({ONCE: "once", SESSION: "session", PROJECT: "project"})
SHOWN = 4_000
"""Characters of a preview that are shown with an approval."""

WIDTH = 160


class Person:
    """Puts what a session asks to its caller, beside all else."""

    def __init__(self, client: Client, caller: Caller, tasks: asyncio.TaskGroup) -> None:
        self._client = client
        self._caller = caller
        self._tasks = tasks
        self._asked: dict[str, asyncio.Task[None]] = {}

    def hear(self, envelope: Envelope) -> None:
        """Tell how far it is; ask what is asked, and no more what was settled."""
        match envelope.event:
            case AssistantMessage(message=message):
                for call in message.calls:
                    self._caller.tell(one_line(f"{call.name} {titles.title(call.name, call.input)}", WIDTH))
            case ApprovalRequested() | QuestionAsked() as asked if self._caller.can_ask:
                self._asked[asked.id] = self._tasks.create_task(self._put(asked))
            case ApprovalDecision(id=id) | QuestionAnswered(id=id) if id in self._asked:
                self._asked.pop(id).cancel()
            case _:
                pass

    def leave(self) -> None:
        """Ask nothing more."""
        for task in self._asked.values():
            task.cancel()

    async def _put(self, asked: ApprovalRequested | QuestionAsked) -> None:
        op: Op = await (self._decided(asked) if isinstance(asked, ApprovalRequested) else self._answered(asked))
        self._asked.pop(asked.id, None)
        self._client.submit(op)

    async def _decided(self, asked: ApprovalRequested) -> Decide:
        found = await self._caller.ask(_told(asked), _form({"decision": _choice("Decision", *_offered(asked))}))
        chosen = (found or {}).get("decision")
        if chosen not in SCOPES:
            return Decide(id=asked.id, allow=False, note="" if chosen == NO else "nobody answered")
        return Decide(id=asked.id, allow=True, scope=SCOPES[str(chosen)])

    async def _answered(self, asked: QuestionAsked) -> Answer:
        fields = {f"answer_{number}": _field(each) for number, each in enumerate(asked.questions, 1)}
        message = revealed("\n".join(each.question for each in asked.questions))
        found = await self._caller.ask(message, _form(fields))
        said = [(found or {}).get(name) for name in fields]
        whole = all(isinstance(each, str) and each for each in said)
        return Answer(id=asked.id, answers=tuple((str(each),) for each in said) if whole else ())


def _told(asked: ApprovalRequested) -> str:
    call = asked.call
    title = one_line(revealed(f"{call.name} {titles.title(call.name, call.input)}"), WIDTH)
    rule = f"What “always” would let pass: {revealed(asked.proposal)}" if asked.proposal else ""
    return "\n\n".join(filter(None, (f"heartbit asks: {title}", asked.reason, revealed(asked.preview)[:SHOWN], rule)))


def _offered(asked: ApprovalRequested) -> tuple[str, ...]:
    return (ONCE, SESSION, PROJECT, NO) if asked.proposal else (ONCE, NO)


def _field(question: Question) -> JsonObject:
    title = question.header or question.question
    if question.options and not question.allow_other:
        return _choice(title, *(each.label for each in question.options))
    told = "; ".join(f"{each.label}: {each.description}".rstrip(": ") for each in question.options)
    return {"type": "string", "title": title, "description": told or question.question}


def _choice(title: str, *labels: str) -> JsonObject:
    return {"type": "string", "title": title, "enum": list(labels)}


def _form(fields: Mapping[str, JsonObject]) -> JsonObject:
    return {
        "type": "object",
        "properties": {name: dict(each) for name, each in fields.items()},
        "required": list(fields),
    }
