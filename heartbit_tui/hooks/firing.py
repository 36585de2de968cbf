"""Runs the hooks of an event, side by side, and tells what they say together."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence

from heartbit_tui.hooks import answers
from heartbit_tui.hooks.types import OF_TOOLS, Answer, Hook, Runner
from heartbit_tui.kernel.messages import JsonObject

Say = Callable[[str, bool], None]
"""Takes a sentence for the person, and whether it is a warning."""


class Firing:
    """The hooks of one session. `about` gives what every hook is told: session, folder, mode."""

    def __init__(self, hooks: Sequence[Hook], runner: Runner, about: Callable[[], JsonObject], say: Say) -> None:
        self._hooks = tuple(hooks)
        self._runner = runner
        self._about = about
        self._say = say

    def has(self, *events: str) -> bool:
        """Whether there are hooks for one of these events."""
        return any(hook.event in events for hook in self._hooks)

    async def fire(self, event: str, told: Mapping[str, object], name: str = "") -> Answer:
        """Run all hooks of an event that are about this name; what they say together. Raises nothing."""
        wanted = [hook for hook in self._hooks if hook.event == event and answers.matches(hook, name)]
        if not wanted:
            return Answer()
        document = json.dumps({**self._about(), "hook_event_name": event, **told}, ensure_ascii=False, default=str)
        ran = await asyncio.gather(*(self._runner.run(hook, document) for hook in wanted))
        found = answers.together([answers.answer(hook, one) for hook, one in zip(wanted, ran, strict=True)])
        for line in found.said:
            self._say(line, True)
        if found.decision == "deny" and event not in OF_TOOLS:
            self._say(f"A hook of {event} says no: {found.reason}", True)
        return found
