"""What another model says about an answer."""

import asyncio
import re
import secrets
from collections.abc import Sequence
from contextlib import aclosing
from importlib.resources import files

from heartbit_tui.evals.types import NOTHING_EXPECTED, EvalCase, Outcome, Rated
from heartbit_tui.guardrails.marking import fenced, mark_of
from heartbit_tui.kernel.messages import Text, Usage, user
from heartbit_tui.kernel.protocols import Block, Clock, Finish, Provider, Request, Spent

SECONDS, MAX_TOKENS = 120.0, 1_024
"""Seconds that a judge may take for one answer, and tokens that it may write."""

MATERIAL = "The task:\n{task}\n\nTools that were called: {tools}\n\nThe answer:\n{answer}"
SLOW = "the judge gave no answer within {seconds:g} s"
_LINE = re.compile(r"^[^\w\n]*(\d+)[^\w\n]+(yes|no)\b[^\w\n]*(.*)$", re.IGNORECASE | re.MULTILINE)


class JudgeScorer:
    """The part of the criteria of a case that hold, as another model sees it; all of them have to. What it costs is told."""

    name = "judge"
    threshold = 1.0

    def __init__(self, provider: Provider, clock: Clock) -> None:
        self._provider = provider
        self._clock = clock
        self._secret = secrets.token_bytes(32)

    async def rate(self, case: EvalCase, outcome: Outcome) -> Rated:
        """Ask about every criterion at once. Raises `ProviderError`."""
        if not case.criteria:
            return NOTHING_EXPECTED
        text, spent, slow = await self._asked(self._request(case, outcome))
        rated = verdicts(case.criteria, text)
        return Rated(value=0.0 if slow else rated.value, details=slow or rated.details, spent=spent)

    def _request(self, case: EvalCase, outcome: Outcome) -> Request:
        tools = ", ".join(outcome.tools) or "none"
        material = MATERIAL.format(task=case.input, tools=tools, answer=outcome.output)
        mark = mark_of(self._secret, material)
        marked = fenced(material, id=mark, origin="what: an attempt", note="Material to be judged:")
        return Request(system=prompt_for(case.criteria), messages=(user(marked),), max_tokens=MAX_TOKENS)

    async def _asked(self, request: Request) -> tuple[str, tuple[Spent, ...], str]:
        """What the judge wrote, what it cost, and why there is nothing where its time was over."""
        words: list[str] = []
        spent: list[Spent] = []
        answer = asyncio.create_task(self._read(request, words, spent), name="judge of an eval")
        alarm = asyncio.create_task(self._clock.sleep(SECONDS), name="its time")
        try:
            await asyncio.wait((answer, alarm), return_when=asyncio.FIRST_COMPLETED)
            if answer.done():
                answer.result()
                return "".join(words), tuple(spent), ""
            unknown = Spent(purpose="eval", model=self._provider.model, usage=Usage())
            return "", (*spent, unknown), SLOW.format(seconds=SECONDS)
        finally:
            answer.cancel()
            alarm.cancel()
            await asyncio.gather(answer, alarm, return_exceptions=True)

    async def _read(self, request: Request, words: list[str], spent: list[Spent]) -> None:
        async with aclosing(self._provider.stream(request)) as parts:
            async for part in parts:
                match part:
                    case Block(block=Text(text=text)):
                        words.append(text)
                    case Finish(model=model, usage=usage, cost_usd=cost):
                        spent.append(Spent(purpose="eval", model=model, usage=usage, cost_usd=cost))
                    case Spent():
                        spent.append(part)
                    case _:
                        pass


def verdicts(criteria: Sequence[str], text: str) -> Rated:
    """The part of the criteria that a judge's answer says yes to; one that it says nothing about does not hold."""
    said = {int(number): (word.lower() == "yes", why.strip()) for number, word, why in _LINE.findall(text)}
    lines: list[str] = []
    for number, criterion in enumerate(criteria, 1):
        holds, why = said.get(number, (False, "the judge gave no verdict"))
        lines.append(f"{'ok' if holds else 'FAIL'} {criterion}" + (f" ({why})" if why else ""))
    held = sum(said.get(number, (False, ""))[0] for number in range(1, len(criteria) + 1))
    return Rated(value=held / len(criteria), details="; ".join(lines))


def prompt_for(criteria: Sequence[str]) -> str:
    """The judge's prompt with its criteria, numbered."""
    numbered = "\n".join(f"{number}. {each}" for number, each in enumerate(criteria, 1))
    text = files("heartbit_tui.evals.scorers").joinpath("judge.md").read_text("utf-8").strip()
    return text.replace("{criteria}", numbered)
