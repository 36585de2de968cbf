"""Which tools a model is offered: a profile, and at most so many a turn. Any tool can be called all the same."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Literal, TypeAlias

from heartbit_tui.kernel.messages import Message, Text, ToolCall
from heartbit_tui.kernel.protocols import ToolSpec

Profile: TypeAlias = Literal["conversational", "standard", "full"]

ALWAYS = frozenset(
    {
        "__respond__",
        "question",
        "memory_recall",
        "memory_store",
        "delegate_task",
        "form_squad",
        "blackboard_read",
        "blackboard_write",
        "blackboard_list",
        "shared_memory_read",
        "shared_memory_write",
    }
)
"""What every profile has: the ways to a person, to memory, and to other agents."""

TALKING = frozenset({"memory_update", "memory_forget", "memory_consolidate", "todoread"})
WORKING = frozenset(
    {
        "bash",
        "bash_output",
        "kill_shell",
        "read",
        "write",
        "edit",
        "patch",
        "glob",
        "grep",
        "list",
        "lsp",
        "lsp_rename",
        "webfetch",
        "websearch",
        "skill",
        "todowrite",
        "knowledge_search",
    }
)

OUTSIDE = ("mcp__", "a2a_", "tool_search")
"""How the names of tools begin that a person brought in from outside, and of what finds them."""

RECENT = 4
"""How many of the newest messages tell which tools matter now."""

_WORD = re.compile(r"\w{3,}")


def of_profile(profile: Profile, names: Collection[str]) -> tuple[str, ...]:
    """The names that a profile offers, in their order."""
    if profile == "full":
        return tuple(names)
    offered = ALWAYS | TALKING | (WORKING if profile == "standard" else frozenset[str]())
    reached = profile == "standard"
    return tuple(name for name in names if name in offered or (reached and name.startswith(OUTSIDE)))


class Selection:
    """Offers at most `most` tools of a profile, and keeps to its choice so that a provider's cache stays warm.

    Always in one order. A tool that was called stays; another one gives way only for a tool that the newest
    message names.
    """

    def __init__(self, profile: Profile = "full", most: int | None = None) -> None:
        self._profile: Profile = profile
        self._most = most
        self._chosen: tuple[str, ...] = ()

    def __call__(self, specs: Sequence[ToolSpec], messages: Sequence[Message]) -> tuple[ToolSpec, ...]:
        """The specs to offer with these messages."""
        known = {spec.name: spec for spec in specs}
        offered = of_profile(self._profile, known)
        if self._most is not None and len(offered) > self._most:
            offered = self._narrowed({name: known[name] for name in offered}, messages, self._most)
        return tuple(spec for spec in specs if spec.name in offered)

    def _narrowed(self, known: Mapping[str, ToolSpec], messages: Sequence[Message], most: int) -> tuple[str, ...]:
        pinned = [name for name in known if name == "__respond__"]
        called = [name for name in _called(messages) if name in known]
        named = [name for name in known if name in _words(messages[-1:])]
        kept = [name for name in self._chosen if name in known]
        words = _words(messages[-RECENT:])
        ranked = sorted(known, key=lambda name: -_score(known[name], words))
        wanted = dict.fromkeys((*pinned, *named, *called, *kept, *ranked))
        self._chosen = tuple(wanted)[:most]
        return self._chosen


def _called(messages: Sequence[Message]) -> list[str]:
    """The names of the tools that were called lately, the latest first."""
    calls = [block.name for m in messages[-RECENT:] for block in m.content if isinstance(block, ToolCall)]
    return calls[::-1]


def _words(messages: Sequence[Message]) -> list[str]:
    texts = [block.text for message in messages for block in message.content if isinstance(block, Text)]
    return [word for text in texts for word in _WORD.findall(text.lower())]


def _score(spec: ToolSpec, words: Sequence[str]) -> int:
    told = f"{spec.name} {spec.description}".lower()
    return sum(word in told for word in words)
