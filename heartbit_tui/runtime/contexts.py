"""What a model gets to see of a conversation, as the configuration wants it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

from heartbit_tui.config import Config
from heartbit_tui.context.chain import Chain
from heartbit_tui.context.media import MediaOnce
from heartbit_tui.context.nested import Nested
from heartbit_tui.context.recall import NAME, RecallContext, worth_offering
from heartbit_tui.context.room import Room
from heartbit_tui.context.types import RECENT, RESULT_BYTES, SHARE, Keeper, Pruning, Settings as Context, Strategy
from heartbit_tui.context.window import Window
from heartbit_tui.kernel.messages import Message
from heartbit_tui.kernel.past import Past
from heartbit_tui.kernel.protocols import ContextPolicy, ToolSpec
from heartbit_tui.kernel.session import Session
from heartbit_tui.providers.models import window
from heartbit_tui.runtime import plugins
from heartbit_tui.runtime.settings import Settings

Offered = Callable[[Sequence[ToolSpec], Sequence[Message]], tuple[ToolSpec, ...]]


class Following:
    """The session that policies and tools ask about, once there is one."""

    def __init__(self) -> None:
        self._session: Session | None = None

    def follow(self, session: Session) -> None:
        """From now on ask this session."""
        self._session = session

    def past(self) -> Past:
        """What was said in it."""
        return self._session.desk.past() if self._session else Past()

    def window(self) -> int | None:
        """How much its model reads and writes at once, where that is known."""
        if self._session is None:
            return None
        return window(self._session.settings.provider.model)


class Stored(Following):
    """A stored conversation with a model, in the place of a session: nobody goes on with it now."""

    def __init__(self, past: Past, model: str) -> None:
        super().__init__()
        self._past = past
        self._model = model

    def past(self) -> Past:
        return self._past

    def window(self) -> int | None:
        return window(self._model)


def policy(
    cwd: Path,
    settings: Settings,
    following: Following,
    keeper: Keeper | None = None,
    *,
    also: tuple[ContextPolicy, ...] = (),
) -> Chain:
    """The policies of a session in their order; `keeper` keeps what a summary is about to take the place of.

    Those of `also` look at what is told, shortened where that is wanted, before a summary may take its place.

    What the configuration does not ask for is not loaded.
    """
    wanted = context(settings.config)
    room = Room(following.window)
    first = (_nested(cwd, settings), *_asked_for(wanted), MediaOnce())
    pruning = (plugins.resolve("heartbit_tui.context.prune:Prune")(wanted.pruning),) if wanted.pruning else ()
    summarise = plugins.resolve("heartbit_tui.context.summarise:Summarise")(wanted, room, keeper)
    return Chain((*first, *pruning, *also, summarise, _window(wanted, room)), room)


def context(config: Config) -> Context:
    """The settings of the context; those of `orchestrator` are the seed's names for the same."""
    strategy = config.string("orchestrator.context_strategy.type") or "window_share"
    size = "max_tokens" if strategy == "sliding_window" else "threshold"
    chosen = config.integer(f"orchestrator.context_strategy.{size}")
    threshold = config.integer("context.summarize_threshold") or config.integer("orchestrator.summarize_threshold")
    share = config.number("context.compact_at")
    return Context(
        strategy=cast("Strategy", strategy),
        threshold=chosen or (0 if strategy == "sliding_window" else threshold) or 0,
        share=SHARE if share is None else share,
        recursive=config.boolean("context.recursive_summarization"),
        pruning=_pruning(config) if config.boolean("context.session_prune") else None,
        compress=config.integer("context.tool_output_compression_threshold"),
        reflection=config.boolean("context.reflection"),
    )


def recalling(offered: Offered) -> Offered:
    """`offered`, where the tool that brings things back is only told of once there is something to bring back."""

    def chosen(specs: Sequence[ToolSpec], messages: Sequence[Message]) -> tuple[ToolSpec, ...]:
        found = offered(tuple(spec for spec in specs if spec.name != NAME), messages)
        back = tuple(spec for spec in specs if spec.name == NAME) if worth_offering(messages) else ()
        return (*found, *back)

    return chosen


def recall(following: Following) -> RecallContext:
    """The tool that brings back what a summary stands for."""
    return RecallContext(following.past)


def _nested(cwd: Path, settings: Settings) -> Nested:
    names = settings.config.strings("context.instructions")
    most = settings.config.integer("context.instructions_bytes") or 0
    return Nested(cwd, names, most=most, spent=len(settings.instructions.text.encode()))


def _asked_for(wanted: Context) -> tuple[ContextPolicy, ...]:
    reflect = (plugins.resolve("heartbit_tui.context.reflect:Reflect")(),) if wanted.reflection else ()
    compress = plugins.resolve("heartbit_tui.context.compress:Compress") if wanted.compress else None
    return (*reflect, *((compress(wanted.compress),) if compress else ()))


def _window(wanted: Context, room: Room) -> Window:
    """The window that slides; of any other strategy the last resort, once something did not fit."""
    if wanted.strategy == "sliding_window":
        return Window(lambda _: wanted.threshold, room)
    return Window(lambda request: room.bound(request) if room.tight else 0, room)


def _pruning(config: Config) -> Pruning:
    recent, most = (
        config.integer("context.session_prune_keep_recent_n"),
        config.integer("context.session_prune_max_bytes"),
    )
    return Pruning(
        recent=RECENT if recent is None else recent,
        most=RESULT_BYTES if most is None else most,
        task=config.boolean("context.session_prune_preserve_task"),
    )
