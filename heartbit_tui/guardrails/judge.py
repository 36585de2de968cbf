"""Has a model judge what another one says or wants to do."""

import asyncio
import json
import secrets
from collections.abc import Sequence
from contextlib import aclosing
from importlib.resources import files
from typing import Literal, TypeAlias

from heartbit_tui.guardrails.marking import fenced, mark_of
from heartbit_tui.guardrails.passing import Passing
from heartbit_tui.guardrails.verdicts import Verdict, verdict_in
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.messages import Assistant, Text, ToolCall, user
from heartbit_tui.kernel.protocols import (
    Block,
    Clock,
    Finish,
    Judgement,
    Pass,
    Provider,
    Refuse,
    Request,
    Rewrite,
    Spent,
    Warn,
)

FailMode: TypeAlias = Literal["open", "closed"]

TIMEOUT, MAX_TOKENS = 2.0, 256
"""Seconds that a judge may take, and tokens that it may write, where nothing else is said."""

NO_CRITERIA = "a judge needs a criterion or a prompt of its own"
SLOW = "the judge gave no answer within {seconds:g} s"
BROKE = "the judge failed: {kind}"
UNCLEAR = "the judge gave no verdict"
ORIGIN, NOTE = "what: {what}", "Material to be judged:"


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeSettings:
    """By what it judges and for how long; `fail_mode` says what holds where there is no verdict: `open` lets pass."""

    criteria: tuple[str, ...] = ()
    prompt: str = ""
    evaluate_tool_inputs: bool = False
    timeout: float = TIMEOUT
    max_tokens: int = MAX_TOKENS
    fail_mode: FailMode = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What came of asking: a verdict, or why there is none; and what it cost."""

    verdict: Verdict | None = None
    trouble: str = ""
    spent: tuple[Spent, ...] = ()


class Judge(Passing):
    """A `Guardrail` that asks a model of its own about answers, and about calls where that is wanted.

    Raises `ValueError` without a criterion and a prompt.
    """

    def __init__(
        self, provider: Provider, clock: Clock, settings: JudgeSettings, *, secret: bytes | None = None
    ) -> None:
        super().__init__("llm_judge")
        if not settings.criteria and not settings.prompt:
            raise ValueError(NO_CRITERIA)
        self._provider = provider
        self._clock = clock
        self._settings = settings
        self._secret = secret or secrets.token_bytes(32)
        self._system = settings.prompt or prompt_for(settings.criteria)

    async def post_llm(self, message: Assistant) -> Judgement | Rewrite:
        """A judgement on the words of an answer; without any nobody is asked."""
        return await self._judged("an answer", message.text) if message.text.strip() else Pass()

    async def pre_tool(self, call: ToolCall) -> Judgement:
        """A judgement on a call."""
        if not self._settings.evaluate_tool_inputs:
            return Pass()
        wanted = json.dumps(call.input, ensure_ascii=False, default=str)
        return await self._judged("a call of a tool", f"tool: {call.name}\ninput: {wanted}")

    async def _judged(self, what: str, text: str) -> Judgement:
        heard = await self._heard(self._request(what, text))
        verdict = heard.verdict
        if verdict is None:
            return self._without_verdict(heard)
        match verdict.ruling:
            case "unsafe":
                return Refuse(reason=verdict.reason, spent=heard.spent)
            case "warn":
                return Warn(reason=verdict.reason, spent=heard.spent)
            case "safe":
                return Pass(spent=heard.spent)

    def _without_verdict(self, heard: Heard) -> Judgement:
        if self._settings.fail_mode == "closed":
            return Refuse(reason=f"{heard.trouble}, and fail_mode is closed", spent=heard.spent)
        return Warn(reason=f"{heard.trouble}, and fail_mode is open", spent=heard.spent)

    def _request(self, what: str, text: str) -> Request:
        origin = ORIGIN.format(what=what)
        material = fenced(text, id=mark_of(self._secret, text), origin=origin, note=NOTE)
        return Request(system=self._system, messages=(user(material),), max_tokens=self._settings.max_tokens)

    async def _heard(self, request: Request) -> Heard:
        """What the judge says in time; the slower of the judge and the clock is cancelled and waited for."""
        answer = asyncio.create_task(self._asked(request), name="judge")
        alarm = asyncio.create_task(self._clock.sleep(self._settings.timeout), name="judge's time")
        try:
            await asyncio.wait((answer, alarm), return_when=asyncio.FIRST_COMPLETED)
            if answer.done() and not answer.cancelled():
                return answer.result()
            return Heard(trouble=SLOW.format(seconds=self._settings.timeout))
        finally:
            answer.cancel()
            alarm.cancel()
            await asyncio.gather(answer, alarm, return_exceptions=True)

    async def _asked(self, request: Request) -> Heard:
        text, spent = list[str](), list[Spent]()
        try:
            async with aclosing(self._provider.stream(request)) as parts:
                async for part in parts:
                    match part:
                        case Block(block=Text(text=words)):
                            text.append(words)
                        case Finish():
                            spent.append(part.spent("judge"))
                        case Spent():
                            spent.append(part)
                        case _:
                            pass
        except Exception as error:  # noqa: BLE001 - whatever a judge's model raises, fail_mode decides
            return Heard(trouble=BROKE.format(kind=type(error).__name__), spent=tuple(spent))
        verdict = verdict_in("".join(text))
        return Heard(verdict=verdict, trouble="" if verdict else UNCLEAR, spent=tuple(spent))


def prompt_for(criteria: Sequence[str]) -> str:
    """The judge's prompt with its criteria, numbered."""
    numbered = "\n".join(f"{number}. {each}" for number, each in enumerate(criteria, start=1))
    text = files("heartbit_tui.guardrails").joinpath("judge.md").read_text("utf-8").strip()
    return text.replace("{criteria}", numbered)
