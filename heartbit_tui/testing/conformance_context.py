"""What every context policy has to hold to; a suite to inherit from.

    class TestMine(ContextConformance):
        def policy(self):
            return MyPolicy()

The tests are coroutines, run by pytest with pytest-asyncio in its automatic mode.
"""

from random import Random

from heartbit_tui.kernel.conversation import Conversation
from heartbit_tui.kernel.errors import ContextOverflowError, HeartbitError
from heartbit_tui.kernel.protocols import ContextPolicy
from heartbit_tui.testing.histories import history
from heartbit_tui.testing.scene import FakeScene
from heartbit_tui.testing.strict import problems

OVERFLOW = ContextOverflowError("prompt is too long: 9,000 tokens > 8,192 maximum", status=400)


class ContextConformance:
    """The suite; `sessions` made-up sessions go through each test."""

    sessions = 20
    exchanges = 8

    def policy(self) -> ContextPolicy:
        """A new policy; to be overridden."""
        raise NotImplementedError

    def scenes(self) -> list[FakeScene]:
        """The sessions."""
        return [FakeScene(history(Random(seed), self.exchanges)) for seed in range(self.sessions)]

    async def test_a_strict_service_takes_whatever_is_shown(self) -> None:
        for scene in self.scenes():
            policy = self.policy()
            await prepared(policy, scene)
            view = await policy.view(scene.request(), turn=1)
            assert problems(view.messages) == []

    async def test_looking_changes_nothing(self) -> None:
        for scene in self.scenes():
            policy = self.policy()
            await prepared(policy, scene)
            before = (len(scene.log), scene.past())
            views = [await policy.view(scene.request(), turn=1) for _ in range(2)]
            assert views[0].messages == views[1].messages
            assert (len(scene.log), scene.past()) == before

    async def test_shortening_keeps_every_entry_of_the_log_and_makes_no_request_invalid(self) -> None:
        for scene in self.scenes():
            policy = self.policy()
            entries = scene.past().entries
            for overflow in (None, OVERFLOW):
                try:
                    found = await policy.shorten(scene.request(), scene, turn=1, overflow=overflow)
                except HeartbitError:
                    continue
                scene.tell(*(found.events if found else ()))
                view = await policy.view(scene.request(), turn=1)
                assert problems(view.messages) == []
            assert scene.past().entries[: len(entries)] == entries

    async def test_the_log_alone_gives_the_same_conversation_again(self) -> None:
        for scene in self.scenes():
            policy = self.policy()
            await prepared(policy, scene)
            assert Conversation("main", scene.log).messages() == scene.conversation.messages()


async def prepared(policy: ContextPolicy, scene: FakeScene, *, turn: int = 1) -> int:
    """Let a policy prepare until it changes nothing more; how often it did."""
    for changes in range(8):
        if not await policy.prepare(scene.request(), scene, turn=turn):
            return changes
    raise AssertionError("the policy changes the conversation without end")
