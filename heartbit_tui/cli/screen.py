"""`heartbit` and `heartbit "TASK"` where a person is at a terminal: the screen."""

import gc
import os
import signal
import sys
from collections.abc import Callable, Mapping
from importlib import import_module

from heartbit_tui.tui.launch.launched import Launched
from heartbit_tui.tui.launch.start import NoScreen, launch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from heartbit_tui.runtime.options import Options

USAGE = 2
ENDING = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
FILES = ("heartbit.toml", ".heartbit/config.toml", ".heartbit/config.local.toml")
"""Where a project says how heartbit looks, as `config.files` has it."""

HEADLESS = (
    *("headless", "print", "json", "output", "output_schema", "json_schema", "include_partial_messages"),
    *("verbose", "image"),
)
"""Values of flags of `run` that mean: without a screen."""


def first_frame() -> Launched | None:
    """Paint at once, where no word was said that could be wrong; None where plain lines may be wanted.

    Raises `NoScreen`.
    """
    return None if _may_be_plain(os.environ) else launch(os.environ)


def wanted(values: "Namespace") -> bool:
    """Whether what a person at a terminal asks of `run` is a matter for the screen."""
    unattended = any(getattr(values, name) not in (None, False, []) for name in HEADLESS)
    formats = values.output_format == "text" and values.input_format == "text"
    return formats and not unattended and "-" not in values.task


def main(values: "Namespace") -> int:
    """Show the screen until the person leaves; the exit code. `values.launched` is the first frame, if it stands."""
    launched: Launched | None = values.launched
    try:
        if launched is None and _may_be_plain(os.environ) and _is_plain(values):
            return _without(values)
        shown = launched or launch(os.environ, place=values.cwd or "", mode=_mode(values))
    except NoScreen as reason:
        return refused(reason)
    with shown:
        return _show(values, shown)


def refused(reason: NoScreen) -> int:
    """Say why there is no screen; the exit code."""
    sys.stderr.write(f"heartbit: {reason}\n")
    return USAGE


def _show(values: "Namespace", launched: Launched) -> int:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    run: Callable[..., int] = import_module("heartbit_tui.tui.start").run
    gc.freeze()  # and `tui.garbage` begins to look for some once all is loaded
    task = os.fsencode(" ".join(values.task)).decode("utf-8", "replace")
    return run(lambda: _options(values), launched, task, folder=os.path.abspath(values.cwd or "."))  # noqa: PTH100 - as above


def _options(values: "Namespace") -> "Options":
    """What the flags ask for. Raises `UsageError`."""
    from heartbit_tui.cli.options import options

    return options(values, surface="tui", on_ask="person")


def _without(values: "Namespace") -> int:
    """What the setting `ui.plain` makes of a screen: a conversation in lines, or the task done headless."""
    if values.task:
        return import_module("heartbit_tui.cli.run").main(values)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    gc.enable()
    values.plain = True
    return import_module("heartbit_tui.cli.chat").main(values)


def _mode(values: "Namespace") -> str:
    return "ask" if values.approve else values.permission_mode or ""


def _may_be_plain(environment: Mapping[str, str]) -> bool:
    """Whether a settings file so much as names `plain`; reading settings properly takes longer than painting."""
    root, config = environment.get("HEARTBIT_HOME", ""), environment.get("XDG_CONFIG_HOME", "")
    below = config if config.startswith("/") else f"{environment.get('HOME', '')}/.config"
    return any(map(_names_plain, (f"{root or f'{below}/heartbit'}/config.toml", *FILES)))


def _names_plain(file: str) -> bool:
    try:
        with open(file, "rb") as settings:  # noqa: PTH123 - pathlib takes as long as painting
            return b"plain" in settings.read()
    except OSError:
        return False


def _is_plain(values: "Namespace") -> bool:
    from heartbit_tui.cli.options import options
    from heartbit_tui.headless.endings import UsageError
    from heartbit_tui.kernel.errors import ConfigError
    from heartbit_tui.runtime.settings import configuration

    try:
        return configuration(options(values, surface="tui", on_ask="person")).boolean("ui.plain")
    except (UsageError, ConfigError):  # told in full by what opens the session
        return False
