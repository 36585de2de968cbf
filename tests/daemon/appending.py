"""A model whose every task adds three lines to a file, and which never asks again for what may have been done."""

import re
from pathlib import Path

from heartbit_tui.kernel.messages import JsonObject, Text, ToolCall
from heartbit_tui.kernel.rounds import NOT_STARTED, UNKNOWN_OUTCOME
from heartbit_tui.providers.script import Reply
from tests.journeys.careful_model import History

STEPS = (("a",), ("b", "c"))
"""The lines of a task: those of one step are asked for in one turn."""

DONE = "All lines are there."
NAME = re.compile(r"\[(\w+)\]")


def asks(name: str) -> str:
    """The words of the task with this name."""
    return f"Add the lines of [{name}]."


def lines(name: str) -> tuple[str, ...]:
    """What the task with this name adds."""
    return tuple(name + each for step in STEPS for each in step)


class Appending:
    """Answers `ModelServer(compose=…)` by the conversation alone, so that it survives those who ask it.

    `unknown` has the lines of which it was told that nobody knows whether they were added, `strange` the results that it
    did not understand.
    """

    def __init__(self, effect: Path) -> None:
        self._effect = effect
        self.unknown: set[str] = set()
        self.strange: list[str] = []

    def compose(self, body: JsonObject) -> Reply:
        """The next step of the task that a request is about."""
        history = History(body["messages"])
        name = _name(body)
        for step in STEPS:
            calls = tuple(call for each in step if (call := self._next(name + each, history)))
            if calls:
                return Reply(blocks=(Text(text="Now these lines."), *calls), pace=1.0)
        return Reply(blocks=(Text(text=DONE),), pace=1.0)

    def _next(self, line: str, history: History) -> ToolCall | None:
        tries = history.tries(line)
        if tries and not history.failed(tries[-1]):
            return None
        told = history.told(tries[-1]) if tries else NOT_STARTED
        if told == NOT_STARTED:
            call_id = f"{line}_{len(tries) + 1}"
            return ToolCall(id=call_id, name="bash", input={"command": f"sh {self._effect} {call_id} {line}"})
        if told == UNKNOWN_OUTCOME:
            self.unknown.add(line)
        else:
            self.strange.append(told)
        return None


def _name(body: JsonObject) -> str:
    found = NAME.search(str(body["messages"]))
    assert found is not None, body
    return found.group(1)
