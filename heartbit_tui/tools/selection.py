"""Which tools a model is offered: a profile, and at most so many a turn. Any tool can be called all the same."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Literal, TypeAlias, get_args

from heartbit_tui.kernel.messages import Message, Text, ToolCall, User
from heartbit_tui.kernel.protocols import ToolSpec
from heartbit_tui.tools.classify import Profile, classify_query, names

PROFILES: tuple[Profile, ...] = get_args(Profile)
"""From the smallest to the largest."""

Choice: TypeAlias = Profile | Literal["auto"]
"""A profile, or the one that the prompts need."""

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


class Fitting:
    """The profile that the prompts so far need, and the calls that were made all the same. It only ever grows."""

    def __init__(self) -> None:
        self._profile: Profile = "conversational"
        self._last: Message | None = None

    def __call__(self, names: Collection[str], messages: Sequence[Message]) -> Profile:
        """The profile for these messages, of tools with these names."""
        foreign = frozenset(names) - frozenset(of_profile("standard", names))
        for message in reversed(messages):
            if message is self._last:
                break
            self._grow(message, names, foreign)
        self._last = messages[-1] if messages else None
        return self._profile

    def _grow(self, message: Message, names: Collection[str], foreign: Collection[str]) -> None:
        self._profile = max((self._profile, *_needs(message, names, foreign)), key=PROFILES.index)


class Selection:
    """Offers at most `most` tools of a profile, and keeps to its choice so that a provider's cache stays warm.

    Always in one order. A tool that was called stays; another one gives way only for a tool that the newest
    message names. The profile `auto` is the smallest that the prompts of the session need.
    """

    def __init__(self, profile: Choice = "full", most: int | None = None) -> None:
        self._profile: Choice = profile
        self._fitting = Fitting()
        self._most = most
        self._chosen: tuple[str, ...] = ()

    def __call__(self, specs: Sequence[ToolSpec], messages: Sequence[Message]) -> tuple[ToolSpec, ...]:
        """The specs to offer with these messages."""
        known = {spec.name: spec for spec in specs}
        profile = self._fitting(known, messages) if self._profile == "auto" else self._profile
        offered = of_profile(profile, known)
        if self._most is not None and len(offered) > self._most:
            offered = self._narrowed({name: known[name] for name in offered}, messages, self._most)
        return tuple(spec for spec in specs if spec.name in offered)

    def _narrowed(self, known: Mapping[str, ToolSpec], messages: Sequence[Message], most: int) -> tuple[str, ...]:
        pinned = [name for name in known if name == "__respond__"]
        called = [name for name in _called(messages) if name in known]
        newest = "\n".join(_texts(messages[-1:])).casefold()
        named = [name for name in known if names(newest, name)]
        kept = [name for name in self._chosen if name in known]
        words = _words(messages[-RECENT:])
        ranked = sorted(known, key=lambda name: -_score(known[name], words))
        wanted = dict.fromkeys((*pinned, *named, *called, *kept, *ranked))
        self._chosen = tuple(wanted)[:most]
        return self._chosen


def _needs(message: Message, names: Collection[str], foreign: Collection[str]) -> Iterator[Profile]:
    """The profiles that a message calls for."""
    for block in message.content:
        match block:
            case Text(text=text) if isinstance(message, User) and not _is_note(text):
                yield classify_query(text, foreign)
            case ToolCall(name=name) if name in names:
                yield _smallest(name)
            case _:
                pass


def _smallest(name: str) -> Profile:
    """The smallest profile that has this tool."""
    return next(profile for profile in PROFILES if of_profile(profile, (name,)))


def _is_note(text: str) -> bool:
    """Whether heartbit itself says this, as it tells what mode and day it is."""
    return text.startswith("[") and text.endswith("]")


def _called(messages: Sequence[Message]) -> list[str]:
    """The names of the tools that were called lately, the latest first."""
    calls = [block.name for m in messages[-RECENT:] for block in m.content if isinstance(block, ToolCall)]
    return calls[::-1]


def _words(messages: Sequence[Message]) -> list[str]:
    return [word for text in _texts(messages) for word in _WORD.findall(text.lower())]


def _texts(messages: Sequence[Message]) -> list[str]:
    return [block.text for message in messages for block in message.content if isinstance(block, Text)]


def _score(spec: ToolSpec, words: Sequence[str]) -> int:
    told = f"{spec.name} {spec.description}".lower()
    return sum(word in told for word in words)
