"""Every context policy holds to the suite that ships, alone and all together."""

from pathlib import Path

from heartbit_tui.context.chain import Chain
from heartbit_tui.context.compress import Compress
from heartbit_tui.context.media import MediaOnce
from heartbit_tui.context.nested import Nested
from heartbit_tui.context.prune import Prune
from heartbit_tui.context.reflect import Reflect
from heartbit_tui.context.room import Room
from heartbit_tui.context.summarise import Summarise
from heartbit_tui.context.types import Pruning, Settings
from heartbit_tui.context.window import Window
from heartbit_tui.kernel.bases import Whole
from heartbit_tui.kernel.protocols import ContextPolicy
from heartbit_tui.testing.conformance_context import ContextConformance


def room(window: int | None = None) -> Room:
    return Room(lambda: window)


def summarises() -> Summarise:
    return Summarise(Settings(strategy="summarize", threshold=600), room())


class TestWhole(ContextConformance):
    def policy(self) -> ContextPolicy:
        return Whole()


class TestWindow(ContextConformance):
    def policy(self) -> ContextPolicy:
        return Window(lambda _: 700, room())


class TestMedia(ContextConformance):
    def policy(self) -> ContextPolicy:
        return MediaOnce()


class TestPrune(ContextConformance):
    def policy(self) -> ContextPolicy:
        return Prune(Pruning())


class TestCompress(ContextConformance):
    def policy(self) -> ContextPolicy:
        return Compress(200)


class TestReflect(ContextConformance):
    def policy(self) -> ContextPolicy:
        return Reflect()


class TestNested(ContextConformance):
    def policy(self) -> ContextPolicy:
        return Nested(Path("/nowhere"), ("AGENTS.md",), most=1_000, spent=0)


class TestSummarise(ContextConformance):
    def policy(self) -> ContextPolicy:
        return summarises()


class TestAllTogether(ContextConformance):
    def policy(self) -> ContextPolicy:
        shared = room(2_000)
        policies = (
            Nested(Path("/nowhere"), ("AGENTS.md",), most=1_000, spent=0),
            Reflect(),
            Compress(200),
            MediaOnce(),
            Prune(Pruning(recent=1)),
            Summarise(Settings(), shared),
            Window(lambda request: shared.bound(request) if shared.tight else 0, shared),
        )
        return Chain(policies, shared)
