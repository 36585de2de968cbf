"""What a task is told of those before it: what came of the others of its story, and what its tenant knows."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Final

from heartbit_tui.daemon.outcomes import is_silent
from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.memory.fencing import Fence
from heartbit_tui.runtime.institutional import LONGEST, is_worth
from heartbit_tui.tasks import Task
from heartbit_tui.tasks.stories import Stories

MOST: Final = 10
"""Tasks of a story whose results the next one is told; the seed's."""

ORIGIN: Final = "results of earlier tasks of the same story, kept by heartbit"
SHOWN: Final = "[{at:%Y-%m-%d}, {source}, task {task}]\n{text}"

Recall = Callable[[Task, Collection[str]], Awaitable[str]]
"""What is known of other tasks than those with these ids."""


class ToldBefore:
    """Gives what is known from earlier tasks, as data; `known` gives what is shared beyond a story."""

    def __init__(self, stories: Stories, fence: Fence, known: Recall) -> None:
        self._stories = stories
        self._fence = fence
        self._known = known

    async def recall(self, task: Task) -> str:
        """All that a task is told; empty where there is nothing. What cannot be read holds no task up."""
        story = await self._story(task)
        told = self._fence("\n\n".join(map(_shown, story)), ORIGIN, "") if story else ""
        found = (told, await self._known(task, [each.id for each in story]))
        return "\n\n".join(filter(None, found))

    async def _story(self, task: Task) -> Sequence[Task]:
        if not task.request.story_id:
            return ()
        try:
            earlier = await self._stories.before(task, MOST)
        except StoreError:
            return ()
        return [each for each in earlier if is_worth(each) and not is_silent(each)]


def _shown(task: Task) -> str:
    text = task.result.encode()[:LONGEST].decode("utf-8", "ignore")
    return SHOWN.format(at=task.ended or task.created, source=task.request.source, task=task.id[:8], text=text)
