"""What the screen needs once it stands: settings, keys, history, the first session."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

from heartbit_tui.client.history import HistoryFile
from heartbit_tui.client.types import Client
from heartbit_tui.config.directories import directories
from heartbit_tui.config.settings import Config
from heartbit_tui.demo.script import TASK
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import configuration
from heartbit_tui.tui.ahead import Ahead, here
from heartbit_tui.tui.keys.keymap import keymap
from heartbit_tui.tui.keys.overrides import FILE, read
from heartbit_tui.tui.leaving import leave_for_next_start
from heartbit_tui.tui.live import Live
from heartbit_tui.tui.setup import DEMO, Setup, Wishes
from heartbit_tui.tui.talk.pace import Pace
from heartbit_tui.tui.talk.talks import Talks
from heartbit_tui.tui.theme.files import STANDARD
from heartbit_tui.tui.theme.load import load
from heartbit_tui.tui.theme.plain import wanted
from heartbit_tui.tui.theme.types import Theme, ThemeError
from heartbit_tui.tui.transcript.blocks import Notice

if TYPE_CHECKING:
    from heartbit_tui.tui.app import HeartbitApp

Make: TypeAlias = "Callable[[HeartbitApp, asyncio.TaskGroup], Live]"


def prepared(ahead: Ahead, task: str) -> Make:
    """Read what is to be read; what comes back makes the living parts on the event loop."""
    assert ahead.options is not None
    setup = setup_of(replace(ahead.options, surface="tui"), task)

    def make(app: "HeartbitApp", tasks: asyncio.TaskGroup) -> Live:
        talks = Talks(local, Pace(time.monotonic), tasks)
        greetings = [Notice(level="warning", text=warning) for warning in setup.warnings]
        # Tasks may begin at once (Textual makes them eager from Python 3.12 on): all that is known goes along.
        talks.open(setup.options, connect=ahead.adopted, greetings=greetings, sent=ahead.sent)
        return Live(app, replace(setup, draft=ahead.unsent or setup.draft), talks)

    return make


@asynccontextmanager
async def local(options: Options) -> AsyncGenerator[Client]:
    """A session in this process; what it needs is imported in a thread."""
    connect = await asyncio.to_thread(here)
    async with connect(options) as client:
        yield client


def setup_of(options: Options, task: str = "") -> Setup:
    """What the screen needs; faults of the person's files become warnings."""
    places = directories(options.environment, Path(options.environment.get("HOME") or "/"))
    wishes = _wishes(options)
    theme, fault = _theme(wishes, options.environment, places.config)
    kept = not (options.ephemeral or options.demo)
    live = keymap(overrides=read(places.config / FILE))
    leave_for_next_start(options, theme, wishes)
    return Setup(
        options=options,
        keymap=live,
        theme=theme,
        wishes=wishes,
        history=HistoryFile(places.state / "history" if kept else None),
        config=places.config,
        state=places.state,
        task=task,
        draft=TASK if options.demo and not task else "",
        warnings=(*fault, *live.faults, *((DEMO,) if options.demo else ())),
    )


def _wishes(options: Options) -> Wishes:
    try:
        return _wished(configuration(options), options)
    except ConfigError:  # told in full by what opens the session
        return Wishes(calm=_is_calm(options))


def _wished(config: Config, options: Options) -> Wishes:
    return Wishes(
        theme=config.string("ui.theme") or STANDARD,
        mouse=config.boolean("ui.mouse"),
        calm=config.boolean("ui.reduced_motion") or _is_calm(options),
        notify=config.boolean("ui.notify"),
        bell=config.boolean("ui.bell"),
        side=config.boolean("ui.side_panel"),
        diff=cast("Literal['unified', 'split']", config.string("ui.diff") or "unified"),
        vim=config.boolean("ui.vim"),
        editor=config.string("editor") or "",
        thinking=config.boolean("ui.show_thinking"),
        mode=config.string("mode") or Mode.ASK,
    )


def _is_calm(options: Options) -> bool:
    return options.environment.get("HEARTBIT_REDUCED_MOTION", "") not in ("", "0")


def _theme(wishes: Wishes, environment: Mapping[str, str], config: Path) -> tuple[Theme, tuple[str, ...]]:
    name = wanted(
        wishes.theme,
        chosen=wishes.theme != STANDARD,
        no_color=bool(environment.get("NO_COLOR")),
        term=environment.get("TERM", ""),
        colorterm=environment.get("COLORTERM", ""),
    )
    try:
        return load(name, config), ()
    except ThemeError as error:
        return load(STANDARD), (str(error),)
