"""Opens the screen, and leaves nothing behind it but the session and a word of farewell."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal, cast

from heartbit_tui.client.history import HistoryFile
from heartbit_tui.client.types import Client
from heartbit_tui.config.directories import directories
from heartbit_tui.config.settings import Config
from heartbit_tui.demo.script import TASK
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import configuration
from heartbit_tui.tui.app import HeartbitApp
from heartbit_tui.tui.keys.keymap import keymap
from heartbit_tui.tui.keys.overrides import FILE, read
from heartbit_tui.tui.launch import shades
from heartbit_tui.tui.launch.launched import Launched
from heartbit_tui.tui.launch.start import remember
from heartbit_tui.tui.setup import Setup, Wishes
from heartbit_tui.tui.talk.pace import Pace
from heartbit_tui.tui.talk.talk import Connect, Talk
from heartbit_tui.tui.talk.talks import Talks
from heartbit_tui.tui.terminal.driver import driver_for
from heartbit_tui.tui.terminal.goodbye import say_goodbye
from heartbit_tui.tui.theme.load import load
from heartbit_tui.tui.theme.types import DEFAULT, Theme, ThemeError
from heartbit_tui.tui.transcript.blocks import Answer, Notice

STANDARD = "heartbit"
DEMO = "This is a demonstration: a script plays the model's part, no model is behind it. Enter begins."


def run(options: Options, launched: Launched, task: str = "", connect: Connect | None = None) -> int:
    """Show the screen that `launched` has painted until the person leaves; the exit code."""
    setup = setup_of(options, task)
    return asyncio.run(_run(setup, launched, connect or local))


async def _run(setup: Setup, launched: Launched, connect: Connect) -> int:
    async with Talks(connect, Pace(time.monotonic, asyncio.sleep)) as talks:
        talk = talks.open(setup.options)
        talk.greetings = tuple(Notice(level="warning", text=warning) for warning in setup.warnings)
        app = HeartbitApp(setup, talks, driver_for(launched))
        code = await app.run_async(mouse=setup.wishes.mouse)
        last = talks.current
    say_goodbye(farewell(last))
    return app.return_code or code or 0


@asynccontextmanager
async def local(options: Options) -> AsyncGenerator[Client]:
    """A session in this process; what it needs is imported in a thread, so that keys are heard meanwhile."""
    connect = await asyncio.to_thread(_local)
    async with connect(options) as client:
        yield client


def _local() -> Connect:
    from heartbit_tui.client.local import local as connect

    return connect


def setup_of(options: Options, task: str = "") -> Setup:
    """What the screen needs before its first frame; faults of the person's files become warnings."""
    places = directories(options.environment, Path(options.environment.get("HOME") or "/"))
    wishes, faults = _wishes(options)
    theme, fault = _theme(wishes.theme, places.config)
    kept = not (options.ephemeral or options.demo)
    live = keymap(overrides=read(places.config / FILE))
    remember(options.environment, _shades(theme, options.mode or wishes.mode))
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
        warnings=(*faults, *fault, *live.faults, *((DEMO,) if options.demo else ())),
    )


def farewell(talk: Talk) -> list[str]:
    """The last answer, and the command that goes on with the session, where there is something to go on with."""
    blocks = talk.story.transcript.blocks
    answer = next((block.text for block in reversed(blocks) if isinstance(block, Answer)), "")
    lines = answer.splitlines()
    options = talk.options
    if talk.client is not None and blocks and not (options.ephemeral or options.demo):
        lines += ["", f"heartbit --resume {talk.client.about.session_id}"]
    if talk.fault is not None:
        lines += [f"heartbit: {talk.fault}"]
    return lines


def _wishes(options: Options) -> tuple[Wishes, tuple[str, ...]]:
    try:
        config = configuration(options)
    except ConfigError:  # told in full by what opens the session
        return Wishes(calm=_is_calm(options)), ()
    return _wished(config, options), ()


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
        thinking=config.boolean("ui.show_thinking"),
        mode=config.string("mode") or Mode.ASK,
    )


def _shades(theme: Theme, mode: str) -> shades.Shades:
    """What the next start paints its first frame with."""
    screen = {"background": "background", "text": "foreground", "muted": "muted", "sign": "primary"}
    colours = {name: theme.screen[key] for name, key in screen.items()}
    modes = {name: theme.modes[name].colour or DEFAULT for name in shades.MODES}
    return shades.Shades({**colours, **modes}, mode)


def _is_calm(options: Options) -> bool:
    return options.environment.get("HEARTBIT_REDUCED_MOTION", "") not in ("", "0")


def _theme(name: str, config: Path) -> tuple[Theme, tuple[str, ...]]:
    try:
        return load(name, config), ()
    except ThemeError as error:
        return load(STANDARD), (str(error),)
