"""`/inbox` and `/beats` of a conversation: of this machine, or of the daemon whose session it is. Loaded when asked for."""

from heartbit_tui.client import beats_done, beats_here, beats_there, letters_done, letters_here, letters_there
from heartbit_tui.client.attached import Attached
from heartbit_tui.client.types import Client
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.options import Options

NO_DEMO = "In a demonstration nothing is done by itself."


async def inbox(client: Client, options: Options, argument: str) -> str:
    """What comes of `/inbox ARGUMENT`. Raises `HeartbitError`, `OSError`."""
    clock = SystemClock()
    if isinstance(client, Attached):
        return await letters_done.told(letters_there.There(client.remote), argument, clock.now())
    if options.demo:
        raise HeartbitError(NO_DEMO)
    return await letters_done.told(letters_here.Here(options, clock), argument, clock.now())


async def beats(client: Client, options: Options, argument: str) -> str:
    """What comes of `/beats ARGUMENT`. Raises `HeartbitError`, `OSError`."""
    clock = SystemClock()
    if isinstance(client, Attached):
        return await beats_done.told(beats_there.There(client.remote), argument, clock.now())
    if options.demo:
        raise HeartbitError(NO_DEMO)
    return await beats_done.told(beats_here.Here(options, clock), argument, clock.now())
