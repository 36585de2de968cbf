"""Who takes a task, asked of a model: for tasks in any language, where their words tell too little."""

import asyncio
import json
import re
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from importlib.resources import files
from typing import Any, cast

from heartbit_tui.agents.routing import HIGH, Candidate, Decision, by_words, fitting
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ProviderError
from heartbit_tui.kernel.messages import Text, Usage, user
from heartbit_tui.kernel.protocols import Block, Finish, Provider, Request, Spent

TIMEOUT = 8.0
"""Seconds that the model has."""

TOKENS = 300
"""Tokens that its answer may have."""

SHOWN = 8_000
"""Characters of a task that it is shown."""

OWN = "The agent that the user speaks with. It can do everything; choose it where none of the others is meant for the task."
"""What the model is told of the agent that leads the others."""

SLOW = "the classifier took more than {seconds:g} s"
BROKE = "the classifier failed: {error}"
UNCLEAR = "the classifier gave no clear answer"

_OBJECT = re.compile(r"\{.*\}", re.DOTALL)


@dataclass(slots=True, kw_only=True)
class _Heard:
    """What came of a question: the model's words, what they cost, and what went wrong."""

    words: str = ""
    spent: tuple[Spent, ...] = ()
    trouble: str = ""


class Classifier:
    """A `Strategy` that asks a small model once, unless the task's words alone speak clearly for several agents.

    What the words say decides where the model fails, is too slow, or names nobody. Its cost is in the decision, with
    the purpose `routing`. `own` is the agent that leads the others where it can do everything itself; it is offered, too.
    """

    def __init__(self, provider: Provider, *, timeout: float = TIMEOUT, own: str = "") -> None:
        self._provider = provider
        self._timeout = timeout
        self._own = Candidate(name=own, description=OWN)

    async def decide(self, task: str, agents: Sequence[Candidate]) -> Decision:
        own = self._own.name
        usual = fitting(task, agents, own) if own else by_words(task, agents)
        if usual.score > HIGH or not task.strip():
            return usual
        offered = (self._own, *agents) if own else agents
        heard = await self._asked(task, offered)
        found = None if heard.trouble else read(heard.words, offered)
        if found is None:
            return replace(usual, reason=f"{heard.trouble or UNCLEAR}; {usual.reason}", spent=heard.spent)
        agent, reason = found
        return Decision(agent=agent, reason=f"the classifier: {reason}", score=usual.score, spent=heard.spent)

    async def _asked(self, task: str, agents: Sequence[Candidate]) -> _Heard:
        heard = _Heard()
        try:
            async with asyncio.timeout(self._timeout):
                await self._read(_request(task, agents), heard)
        except TimeoutError:
            heard.trouble = SLOW.format(seconds=self._timeout)
            unknown = Spent(purpose="routing", model=self._provider.model, usage=Usage())
            heard.spent = (*heard.spent, unknown)
        except ProviderError as error:
            heard.trouble = BROKE.format(error=type(error).__name__)
        return heard

    async def _read(self, request: Request, heard: _Heard) -> None:
        async with aclosing(self._provider.stream(request)) as parts:
            async for part in parts:
                match part:
                    case Block(block=Text(text=text)):
                        heard.words += text
                    case Spent():
                        heard.spent = (*heard.spent, part)
                    case Finish():
                        heard.spent = (*heard.spent, part.spent("routing"))
                    case _:
                        pass


def read(words: str, agents: Sequence[Candidate]) -> tuple[str, str] | None:
    """The agent that an answer names, empty for several, and why; None where it names none that there is."""
    found = _OBJECT.search(words)
    try:
        value: object = json.loads(found.group()) if found else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    said = cast("dict[str, Any]", value)
    reason = " ".join(str(said.get("reason") or "it says so").split())[:200]
    if "agent" in said and said["agent"] is None:
        return "", reason
    names = {agent.name.casefold(): agent.name for agent in agents}
    name = names.get(str(said.get("agent", "")).casefold())
    return (name, reason) if name else None


def _request(task: str, agents: Sequence[Candidate]) -> Request:
    listed = "\n".join(f"- {agent.name}: {' '.join(agent.description.split())[:400]}" for agent in agents)
    system = files("heartbit_tui.agents").joinpath("classify.md").read_text("utf-8").strip()
    material = f"<task>\n{task[:SHOWN]}\n</task>"
    return Request(system=system.replace("{agents}", listed), messages=(user(material),), max_tokens=TOKENS)
