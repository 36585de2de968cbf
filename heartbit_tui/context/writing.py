"""A model writes a summary: at once, or section by section where that is wanted or the whole would not fit."""

import asyncio
from collections.abc import Sequence
from dataclasses import field, replace
from pathlib import Path

from heartbit_tui.context import tokens
from heartbit_tui.context.transcript import entry
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ContextOverflowError
from heartbit_tui.kernel.messages import StopReason, Text, Usage, User
from heartbit_tui.kernel.past import Placed
from heartbit_tui.kernel.protocols import Request, Scene

ANSWER = 1_024
"""Tokens that a summary may have; the seed's figure. It grows where that was too few."""

MOST_ANSWER = 8_192
CLUSTER = 8_000
"""Tokens of one section, where a summary is made of sections although the whole would fit."""

LEAST = 400
"""Tokens below which a question is not made smaller."""

ENTRY_BYTES = 2_000
"""Bytes that a result or a call's input has in what a summary is made of."""

BLOCK = 65_536
"""Letters of one block of a question."""

AT_ONCE = 4
"""Sections that are summarised side by side."""

EARLIER = "Summary of what came before:\n"
FOCUS = "What matters most to the person: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A summary, empty where the model was cut off before it had one, and what writing it took."""

    text: str = ""
    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What to summarise: an earlier summary and the entries since. `room` is how many tokens one question may have."""

    entries: Sequence[Placed]
    earlier: str = ""
    focus: str = ""
    room: int
    answer: int = ANSWER
    recursive: bool = False


async def write(scene: Scene, task: Task) -> Written:
    """The summary of a task, in fewer and larger questions where they fit. Raises `HeartbitError`."""
    lines = await asyncio.to_thread(_lines, task)
    writer = _Writer(scene, task)
    while True:
        try:
            return Written(text=await writer.whole(lines), usage=writer.usage)
        except ContextOverflowError:
            if not writer.smaller():
                raise


def _lines(task: Task) -> list[str]:
    earlier = (EARLIER + task.earlier,) if task.earlier else ()
    return [*earlier, *filter(None, (entry(placed, most=ENTRY_BYTES) for placed in task.entries))]


class _Writer:
    """Asks the questions of one summary and adds up what they took."""

    def __init__(self, scene: Scene, task: Task) -> None:
        self._scene = scene
        self._task = task
        self._room = max(task.room - task.answer, LEAST)
        self._places = asyncio.Semaphore(AT_ONCE)
        self.usage = Usage()

    def smaller(self) -> bool:
        """Ask in smaller pieces from here on; False where they are small enough."""
        self._room //= 2
        return self._room >= LEAST

    async def whole(self, lines: Sequence[str]) -> str:
        """The summary of all lines, or empty where it was cut off."""
        size = await asyncio.to_thread(_size, lines)
        if size <= self._room and not (self._task.recursive and size > CLUSTER):
            return await self._ask("summary.md", lines)
        sections = await self._sections(lines, size)
        shorter = sections is not None and _size(sections) < size
        if sections is not None and shorter:
            return await self.whole(sections)
        return await self._ask("summary.md", lines) if size <= self._room else ""

    async def _sections(self, lines: Sequence[str], size: int) -> list[str] | None:
        """A summary of each section; None where one was cut off."""
        most = min(CLUSTER, self._room) if self._task.recursive else self._room
        clusters = await asyncio.to_thread(_clusters, lines, size, most)
        try:
            async with asyncio.TaskGroup() as group:
                asked = [group.create_task(self._section(cluster)) for cluster in clusters]
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None
        texts = [task.result() for task in asked]
        return [f"Section {number}:\n{text}" for number, text in enumerate(texts, 1)] if all(texts) else None

    async def _section(self, lines: Sequence[str]) -> str:
        async with self._places:
            return await self._ask("section.md", lines)

    async def _ask(self, prompt: str, lines: Sequence[str]) -> str:
        system = Path(__file__).with_name(prompt).read_text(encoding="utf-8")
        focus = f"\n{FOCUS}{self._task.focus}" if self._task.focus else ""
        question = await asyncio.to_thread(_question, lines)
        request = Request(system=system + focus, messages=(question,), max_tokens=self._task.answer)
        answer = await self._scene.ask(request, "summary")
        self.usage += answer.usage
        return "" if answer.stop is StopReason.MAX_TOKENS else answer.text.strip()


def _size(lines: Sequence[str]) -> int:
    return sum(map(tokens.text, lines))


def _question(lines: Sequence[str]) -> User:
    """The lines in blocks that are not too large to be written one by one."""
    blocks: list[Text] = []
    block: list[str] = []
    size = 0
    for line in lines:
        if size > BLOCK:
            blocks.append(Text(text="\n".join(block)))
            block, size = [], 0
        block.append(line)
        size += len(line)
    return User(content=(*blocks, Text(text="\n".join(block))))


def _clusters(lines: Sequence[str], size: int, most: int) -> list[list[str]]:
    """The lines in as few sections of about `most` tokens as they need, all of about one size."""
    count = -(-size // most)
    found: list[list[str]] = [[] for _ in range(count)]
    at = 0
    for line in lines:
        found[min(at * count // max(size, 1), count - 1)].append(line)
        at += tokens.text(line)
    return [section for section in found if section]


def longer(task: Task) -> Task:
    """The same with twice as much room for the answer."""
    return replace(task, answer=min(task.answer * 2, MOST_ANSWER))
