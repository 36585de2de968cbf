"""What stands on stdin, read so that a pipe which nobody closes never holds a run up."""

import os
import select
import stat

from heartbit_tui.headless.endings import UsageError
from heartbit_tui.kernel.dataclass import dataclass

MOST_BYTES = 10_000_000
"""More than any model reads at once."""

ATTACH_SECONDS = 0.2
"""How long a pipe beside a prompt may take to say that it has something."""

PROMPT_SECONDS = 10.0
"""How long a pipe that should bring the prompt, without being told so by `-`, may stay silent."""

IDLE_SECONDS = 3.0
"""How long a pipe may pause before what came is taken for all there is."""

_CHUNK = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds to wait for the first byte, and between two; None waits for ever."""

    first: float | None
    idle: float | None


BESIDE_A_PROMPT = Patience(first=ATTACH_SECONDS, idle=IDLE_SECONDS)
IN_PLACE_OF_A_PROMPT = Patience(first=PROMPT_SECONDS, idle=PROMPT_SECONDS)
AS_ASKED = Patience(first=None, idle=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The text that came; not `whole` when its writer paused for too long and may have had more to say."""

    text: str = ""
    whole: bool = True


def is_terminal(descriptor: int = 0) -> bool:
    """Whether a person would have to type."""
    return os.isatty(descriptor)


def read(patience: Patience, descriptor: int = 0) -> Taken:
    """All that stands on a descriptor, as long as it does not make us wait longer than `patience`.

    A file is read whole. Bytes that are no UTF-8 are replaced. Raises `UsageError` for more than 10 MB.
    """
    try:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            patience = AS_ASKED
        data, whole = _read(descriptor, patience)
    except OSError as error:
        raise UsageError(f"stdin cannot be read: {error.strerror}.") from error
    return Taken(text=data.decode("utf-8", "replace").removeprefix("\ufeff"), whole=whole)


def attached(prompt: str, taken: Taken) -> str:
    """A prompt with what came beside it."""
    if not taken.text.strip():
        return prompt
    rest = "" if taken.whole else "\n[stdin was still open; this is what had come]"
    return f"{prompt}\n\n<stdin>\n{taken.text.rstrip()}{rest}\n</stdin>"


def _read(descriptor: int, patience: Patience) -> tuple[bytearray, bool]:
    data, wait = bytearray(), patience.first
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    while poll.poll(None if wait is None else wait * 1000):
        piece = os.read(descriptor, _CHUNK)
        if not piece:
            return data, True
        data += piece
        if len(data) > MOST_BYTES:
            raise UsageError("stdin holds more than 10 MB. Put it into a file and name that in the task.")
        wait = patience.idle
    return data, False
