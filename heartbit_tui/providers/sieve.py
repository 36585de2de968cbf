"""Whether the answer of a cheaper model stands: the `gate` of a cascade's settings."""

import asyncio
import re
from collections.abc import Sequence
from contextlib import aclosing
from importlib.resources import files
from typing import Protocol

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import AuthenticationError, ProviderError
from heartbit_tui.kernel.messages import Assistant, Message, StopReason, Text, Usage, User, user
from heartbit_tui.kernel.protocols import Block, Finish, Provider, Request, Spent

PHRASES = (
    "i don't know",
    "i'm not sure",
    "i cannot",
    "i can't",
    "i'm unable",
    "beyond my capabilities",
    "i apologize, but",
)
"""How models say that they will not or cannot; the seed's list. Case and the kind of apostrophe do not matter."""

APOSTROPHES = str.maketrans(dict.fromkeys("\u2018\u2019\u201b\u02bc\u02b9\u2032\uff07`\u00b4", "'"))
TIMEOUT = 10.0
"""Seconds that a judge has."""

WORDS = 400
"""Tokens that a judge's verdict may have."""

SHOWN = 24_000
"""Characters of a task and of an answer that a judge is shown, from the beginning and the end."""

CRITERIA = ("The answer does what was asked, completely.", "Nothing in it is invented or plainly wrong.")
"""What is asked of an answer where no criteria are set."""

_VERDICT = re.compile(r"\W*(?:verdict\W+)?(pass|fail)\b\W*(.*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What became of an answer: `fault` says why it does not stand, and is empty where it does.

    `strongest` is set where only the strongest model's answer would stand. `spent` is what finding out has cost.
    """

    fault: str = ""
    strongest: bool = False
    spent: tuple[Spent, ...] = ()


class Sieve(Protocol):
    """What an answer of a cheaper model has to get through."""

    async def weigh(self, request: Request, answer: Assistant) -> Weighed:
        """Whether this answer to this request stands. Raises `AuthenticationError`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Heuristic:
    """A `Sieve` that asks no model; the fields are the settings' own, with the seed's defaults.

    An answer with calls stands where `accept_tool_calls`, else none does but the strongest model's. Then, in this
    order, an answer does not stand that is a refusal, was cut off, has too few tokens, or says that it cannot.
    """

    min_output_tokens: int = 5
    accept_tool_calls: bool = True
    escalate_on_max_tokens: bool = True

    async def weigh(self, request: Request, answer: Assistant) -> Weighed:
        return self.verdict(answer)

    def verdict(self, answer: Assistant) -> Weighed:
        """The same, at once."""
        if answer.stop is StopReason.REFUSAL:
            return Weighed(fault="it refused")
        if answer.calls:
            return Weighed() if self.accept_tool_calls else Weighed(fault="it calls tools", strongest=True)
        if self.escalate_on_max_tokens and answer.stop is StopReason.MAX_TOKENS:
            return Weighed(fault="it was cut off")
        if answer.usage.output_tokens < self.min_output_tokens:
            return Weighed(fault="it is too short")
        said = plain(answer.text)
        phrase = next((phrase for phrase in PHRASES if phrase in said), "")
        return Weighed(fault=f"it says “{phrase}”") if phrase else Weighed()


class Judging:
    """A `Sieve` that has a model judge what `first` lets through; calls are not judged.

    A judge that fails, is too slow or gives no verdict leaves the answer as it is; a key that is refused is raised.
    """

    def __init__(
        self, first: Heuristic, judge: Provider, criteria: Sequence[str] = (), *, timeout: float = TIMEOUT
    ) -> None:
        self._first = first
        self._judge = judge
        self._timeout = timeout
        numbered = "\n".join(f"{number}. {each}" for number, each in enumerate(criteria or CRITERIA, start=1))
        text = files("heartbit_tui.providers").joinpath("cascade_judge.md").read_text("utf-8").strip()
        self._system = text.replace("{criteria}", numbered)

    async def weigh(self, request: Request, answer: Assistant) -> Weighed:
        found = self._first.verdict(answer)
        if found.fault or answer.calls:
            return found
        spent, words = list[Spent](), list[str]()
        try:
            async with asyncio.timeout(self._timeout):
                await self._ask(request, answer, words, spent)
        except AuthenticationError:
            raise
        except ProviderError:
            return Weighed(spent=tuple(spent))
        except TimeoutError:
            unknown = Spent(purpose="judge", model=self._judge.model, usage=Usage())
            return Weighed(spent=(*spent, unknown))
        return Weighed(fault=fault_in("".join(words)), spent=tuple(spent))

    async def _ask(self, request: Request, answer: Assistant, words: list[str], spent: list[Spent]) -> None:
        material = f"<task>\n{_clipped(_task(request.messages))}\n</task>\n<answer>\n{_clipped(answer.text)}\n</answer>"
        question = Request(system=self._system, messages=(user(material),), max_tokens=WORDS)
        async with aclosing(self._judge.stream(question)) as parts:
            async for part in parts:
                match part:
                    case Block(block=Text(text=text)):
                        words.append(text)
                    case Spent():
                        spent.append(part)
                    case Finish():
                        spent.append(part.spent("judge"))
                    case _:
                        pass


def plain(text: str) -> str:
    """Words as they are compared: in lower case, with one kind of apostrophe and one kind of space."""
    return " ".join(text.casefold().translate(APOSTROPHES).split())


def fault_in(said: str) -> str:
    """What a judge found wrong; empty where the answer passed, or no verdict can be read."""
    for line in said.splitlines():
        found = _VERDICT.match(line)
        if found:
            reason = found.group(2).strip(" *_:.") or "it does not meet the criteria"
            return f"the judge: {reason[:200]}" if found.group(1).lower() == "fail" else ""
    return ""


def _task(messages: Sequence[Message]) -> str:
    """The words of the newest message of a person that has any."""
    texts = (
        "\n".join(block.text for block in message.content if isinstance(block, Text))
        for message in reversed(messages)
        if isinstance(message, User)
    )
    return next((text for text in texts if text.strip()), "")


def _clipped(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[: SHOWN // 2]}\n[…]\n{text[-SHOWN // 2 :]}"
