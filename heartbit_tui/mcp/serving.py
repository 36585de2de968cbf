"""A service of ours offered to other agents as tools: progress, questions and cancellation, in both eras of the protocol."""

import asyncio
import json
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp.server.stdio import stdio_server

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.mcp.serving_types import Given, Service
from heartbit_tui.mcp.types import OfferedTool

ROUNDS = 8
"""Questions that are asked within a call where each ends an exchange; clients give up after ten."""

FORGOTTEN = 600.0
"""Seconds after which a question that a client never came back with an answer to counts as not answered."""

ANSWER = "answer"
UNKNOWN = "There is no call that waits for this answer; it was answered before, or too late."

Context: TypeAlias = ServerRequestContext[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    message: str
    form: JsonObject
    answer: "asyncio.Future[JsonObject | None]"


class _Line:
    """The way from a call to whoever called."""

    def __init__(self, *, can_ask: bool) -> None:
        self.can_ask = can_ask
        self.steps: asyncio.Queue[str | _Question | Given] = asyncio.Queue()

    def tell(self, words: str) -> None:
        self.steps.put_nowait(words)

    async def ask(self, message: str, form: JsonObject) -> JsonObject | None:
        question = _Question(message=message, form=form, answer=asyncio.get_running_loop().create_future())
        self.steps.put_nowait(question)
        return await question.answer


class _Going:
    """A call that goes on; in the newer era across several exchanges, each of which ends with a question."""

    def __init__(self, line: _Line, task: "asyncio.Task[None]") -> None:
        self.line = line
        self.task = task
        self.question: _Question | None = None
        self.told = 0
        self.rounds = 0

    def settle(self, answer: JsonObject | None) -> None:
        """Hand in what a person said."""
        question, self.question = self.question, None
        if question is not None and not question.answer.done():
            question.answer.set_result(answer)


class Serving:
    """Answers requests; `tasks` owns the calls that go on."""

    def __init__(self, service: Service, tasks: asyncio.TaskGroup) -> None:
        self._service = service
        self._tasks = tasks
        self._waiting: dict[str, _Going] = {}
        self._calls: set[asyncio.Task[None]] = set()

    async def listed(self, _: Context, __: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        """The tools."""
        return types.ListToolsResult(tools=[_tool(each) for each in self._service.tools])

    async def called(
        self, context: Context, params: types.CallToolRequestParams
    ) -> types.CallToolResult | types.InputRequiredResult:
        """Begin a call, or go on with one whose question was answered; cancelling this cancels it."""
        going = self._taken_up(params) if params.request_state else self._begun(context, params)
        if going is None:
            return _result(Given(value={"error": {"kind": "usage", "message": UNKNOWN}}, is_error=True))
        try:
            return await self._attended(context, going)
        except BaseException:
            going.task.cancel()
            raise

    def leave(self) -> None:
        """Nobody is there any more: end all calls."""
        for task in self._calls:
            task.cancel()

    def _begun(self, context: Context, params: types.CallToolRequestParams) -> _Going:
        line = _Line(can_ask=_can_ask(context))

        async def work() -> None:
            line.steps.put_nowait(await self._service.call(params.name, params.arguments or {}, line))

        task = self._tasks.create_task(work(), name=f"call of {params.name}")
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)
        return _Going(line, task)

    def _taken_up(self, params: types.CallToolRequestParams) -> _Going | None:
        going = self._waiting.pop(params.request_state or "", None)
        if going is not None:
            answer = (params.input_responses or {}).get(ANSWER)
            going.settle(_accepted(answer) if isinstance(answer, types.ElicitResult) else None)
        return going

    async def _attended(self, context: Context, going: _Going) -> types.CallToolResult | types.InputRequiredResult:
        while True:
            step = await going.line.steps.get()
            match step:
                case str():
                    going.told += 1
                    await context.session.report_progress(going.told, None, step)
                case Given():
                    return _result(step)
                case _Question() if context.session.can_send_request:
                    step.answer.set_result(await _asked(context, step))
                case _Question() if going.rounds >= ROUNDS:
                    step.answer.set_result(None)
                case _Question():
                    return self._put(going, step)

    def _put(self, going: _Going, question: _Question) -> types.InputRequiredResult:
        """End this exchange with a question; the next one brings the answer."""
        state = secrets.token_urlsafe(16)
        going.rounds, going.question = going.rounds + 1, question
        self._waiting[state] = going
        asyncio.get_running_loop().call_later(FORGOTTEN, self._forget, state)
        return types.InputRequiredResult(input_requests={ANSWER: _request(question)}, request_state=state)

    def _forget(self, state: str) -> None:
        if going := self._waiting.pop(state, None):
            going.task.cancel()


@asynccontextmanager
async def server(service: Service, version: str) -> AsyncGenerator[Server[Any]]:
    """The server for as long as the block lasts; calls that go on then are cancelled and waited for."""
    async with asyncio.TaskGroup() as tasks:
        serving = Serving(service, tasks)
        try:
            yield Server(
                "heartbit",
                version=version,
                instructions=service.instructions,
                on_list_tools=serving.listed,
                on_call_tool=serving.called,
            )
        finally:
            serving.leave()


async def over_stdio(service: Service, version: str, stopped: asyncio.Event) -> None:
    """Serve the client at standard input and output until it goes, or this is to be stopped.

    When it is stopped a thread still waits for a line of the client's: the process has to be ended outright.
    """
    async with server(service, version) as made:
        ways = [asyncio.create_task(_conversing(made)), asyncio.create_task(stopped.wait())]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)


async def _conversing(made: Server[Any]) -> None:
    async with stdio_server() as (incoming, outgoing):
        await made.run(incoming, outgoing, made.create_initialization_options())


def _tool(each: OfferedTool) -> types.Tool:
    hints = types.ToolAnnotations(read_only_hint=each.reads)
    return types.Tool(name=each.name, description=each.description, input_schema=dict(each.schema), annotations=hints)


def _result(given: Given) -> types.CallToolResult:
    value = dict(given.value)
    text = types.TextContent(type="text", text=json.dumps(value, ensure_ascii=False))
    return types.CallToolResult(content=[text], structured_content=value, is_error=given.is_error)


def _can_ask(context: Context) -> bool:
    can = context.session.client_capabilities
    return can is not None and can.elicitation is not None


def _request(question: _Question) -> types.ElicitRequest:
    form = dict(question.form)
    return types.ElicitRequest(params=types.ElicitRequestFormParams(message=question.message, requested_schema=form))


async def _asked(context: Context, question: _Question) -> JsonObject | None:
    form = dict(question.form)
    try:
        return _accepted(await context.session.elicit_form(question.message, form, context.request_id))
    except Exception:  # noqa: BLE001 - the session boundary: a client that cannot ask, or answers nonsense, is no yes
        return None


def _accepted(answer: types.ElicitResult) -> JsonObject | None:
    return answer.content or {} if answer.action == "accept" else None
