"""A model service that answers by model, counts what it charged, and keeps what it was asked."""

import json
from collections.abc import Sequence
from typing import Any

from heartbit_tui.kernel.messages import Usage
from heartbit_tui.providers.script import Reply, call
from tests.headless.machine import calls, says

MAIN, JUDGE = "claude-opus-4-5", "claude-haiku-4-5"
CONFIG = f'[provider]\nname = "anthropic"\nmodel = "{MAIN}"\n'
CONFIG_WITH_JUDGE = CONFIG + '[judge]\nmodel = "claude-sonnet-4-5"\n'


class Service:
    """Gives each model its own replies, the session's and the judge's; `asked` names who was asked in order."""

    def __init__(self, main: Sequence[Reply], judge: Sequence[Reply] = (), *, name: str = "haiku") -> None:
        self._replies = {"opus": list(main), name: list(judge)}
        self.charged: dict[str, Usage] = {"opus": Usage(), name: Usage()}
        self.asked: list[str] = []
        self.bodies: list[Any] = []

    def __call__(self, body: Any) -> Reply:
        who = next(name for name in self._replies if name in body["model"])
        self.asked.append(who)
        self.bodies.append(body)
        reply = self._replies[who].pop(0)
        self.charged[who] += reply.usage
        return reply

    @property
    def all_charged(self) -> Usage:
        """What was charged in all."""
        return sum(self.charged.values(), Usage())

    def of(self, who: str) -> list[Any]:
        """The requests that went to one model."""
        return [body for name, body in zip(self.asked, self.bodies, strict=True) if name == who]


def grades(*outcomes: str, place: str = "", **traits: Any) -> Reply:
    """A judge's answer: one outcome a criterion."""
    entries = [
        {"criterion": number, "outcome": outcome, "reason": f"because of {number}", "place": place}
        for number, outcome in enumerate(outcomes, 1)
    ]
    return says(json.dumps({"grades": entries}), **traits)


def writes(name: str, content: str, **traits: Any) -> Reply:
    """A reply that writes a file."""
    return calls(call("write", file_path=name, content=content), **traits)


def words_of(body: Any) -> str:
    """All that a request says to the model, its system prompt too."""
    return json.dumps(body, ensure_ascii=False)
