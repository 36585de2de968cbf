"""The context policy that runs hooks when a session begins and when a prompt comes in."""

from collections.abc import Awaitable, Callable, Iterator

from heartbit_tui.hooks.firing import Firing
from heartbit_tui.hooks.types import Answer
from heartbit_tui.kernel.bases import Whole
from heartbit_tui.kernel.errors import GuardrailError
from heartbit_tui.kernel.events import Rewound, UserMessage
from heartbit_tui.kernel.messages import Assistant, Text, User, user
from heartbit_tui.kernel.past import Past, Placed
from heartbit_tui.kernel.protocols import Request, Scene

TOLD = "[A hook of {event} says]\n\n{text}"
BLOCKED = "A hook does not let this prompt pass: {reason}"


class Prompting(Whole):
    """A `ContextPolicy`. `began` gives what the hooks of SessionStart said.

    A prompt that may not pass is taken out of the conversation, so that no later one brings it to the model.
    """

    def __init__(self, firing: Firing, began: Callable[[], Awaitable[Answer]]) -> None:
        self._firing = firing
        self._began = began
        self._has_begun = False
        self._seen = 0

    async def prepare(self, request: Request, scene: Scene, *, turn: int) -> bool:
        emitted = await self._begin(scene)
        past = scene.past()
        for placed in tuple(_prompts(past, self._seen)):
            emitted = await self._judge(placed, scene) or emitted
        self._seen = past.entries[-1].seq if past.entries else 0
        return emitted

    async def _begin(self, scene: Scene) -> bool:
        if self._has_begun:
            return False
        self._has_begun = True
        return _tell(scene, "SessionStart", (await self._began()).context)

    async def _judge(self, placed: Placed, scene: Scene) -> bool:
        """Let hooks look at a prompt; whether they had something to tell. Raises `GuardrailError`."""
        answer = await self._firing.fire("UserPromptSubmit", {"prompt": _text(placed)})
        if answer.decision == "deny":
            self._seen = scene.emit(Rewound(to=placed.seq))
            raise GuardrailError(BLOCKED.format(reason=answer.reason))
        return _tell(scene, "UserPromptSubmit", answer.context)


def _tell(scene: Scene, event: str, text: str) -> bool:
    if text:
        scene.emit(UserMessage(message=user(TOLD.format(event=event, text=text)), origin="heartbit"))
    return bool(text)


def _prompts(past: Past, seen: int) -> Iterator[Placed]:
    """The prompts at the end of the conversation that nobody looked at yet, oldest first."""
    tail: list[Placed] = []
    for placed in reversed(past.entries):
        if isinstance(placed.entry, Assistant) or placed.seq <= seen:
            break
        if placed.own:
            tail.append(placed)
    yield from reversed(tail)


def _text(placed: Placed) -> str:
    blocks = placed.entry.content if isinstance(placed.entry, User) else ()
    return "\n".join(block.text for block in blocks if isinstance(block, Text))
