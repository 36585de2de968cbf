"""What tests of memories begin with: a scope, its reach, and entries in it."""

from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any

from heartbit_tui.memory.semantic import Keeper
from heartbit_tui.memory.types import NewEntry, Reach, Recall, Scope
from heartbit_tui.testing.clock import FakeClock

MINE = Scope(tenant="t", user="u", agent="coder", project="/p")
REACH = Reach(tenant="t", user="u")

HOUR = 3600.0
"""Seconds."""


def new(content: str, scope: Scope = MINE, **more: Any) -> NewEntry:
    """An entry to store, with what is given beside its text."""
    return replace(NewEntry(content=content, scope=scope), **more)


def ids(recall: Recall) -> list[str]:
    """What came back, best first."""
    return [each.entry.id for each in recall.found]


class MemorySuite:
    """A suite of tests, each of which opens a memory of its own."""

    def memory(self, clock: FakeClock) -> AbstractAsyncContextManager[Keeper]:
        """A new memory that is empty; to be overridden."""
        raise NotImplementedError
