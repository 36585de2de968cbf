"""The demonstration, as the runtime opens it."""

from collections.abc import Generator
from contextlib import contextmanager

from heartbit_tui.demo import project, script
from heartbit_tui.demo.settings import command_for, is_instant, options_for_demo
from heartbit_tui.kernel.protocols import Clock, Provider
from heartbit_tui.providers.scripted import Scripted
from heartbit_tui.runtime.options import Options


@contextmanager
def place(options: Options) -> Generator[Options]:
    """The options of a demonstration in a throw-away project, which is gone afterwards."""
    with project.throw_away() as directory:
        yield options_for_demo(options, directory)


def model(options: Options, clock: Clock) -> Provider:
    """The script that plays the model's part."""
    replies = script.replies(command_for(options), instant=is_instant(options.environment))
    return Scripted(replies, clock=clock, model=script.MODEL)
