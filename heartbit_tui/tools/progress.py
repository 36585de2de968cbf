"""A command's output while it runs, as few small events."""

import asyncio
import codecs

from heartbit_tui.kernel.events import PAYLOAD_BYTES, ToolProgress
from heartbit_tui.kernel.protocols import CallContext

INTERVAL = 0.1
"""Seconds between two events; a command that ends sooner shows its output with its result alone."""


class Progress:
    """Merges output into at most one `ToolProgress` an interval, each with the newest `PAYLOAD_BYTES` at most."""

    def __init__(self, context: CallContext, *, interval: float = INTERVAL) -> None:
        self._context = context
        self._interval = interval
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._pending = bytearray()
        self._skipped = 0
        self._timer: asyncio.TimerHandle | None = None
        self._shown = False

    def add(self, data: bytes) -> None:
        """Take the next piece."""
        self._pending += data
        excess = len(self._pending) - PAYLOAD_BYTES
        if excess > 0:
            self._skipped += excess
            del self._pending[:excess]
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._interval, self._show)

    def close(self) -> None:
        """Show what is left, where something was shown before."""
        if self._timer is not None:
            self._timer.cancel()
        if self._shown:
            self._show()

    def _show(self) -> None:
        self._timer = None
        note = f"\n[{self._skipped} bytes not shown]\n" if self._skipped else ""
        text = note + self._decoder.decode(bytes(self._pending)).replace("\0", "\ufffd")
        self._pending.clear()
        self._skipped = 0
        if text:
            self._shown = True
            self._context.emit(ToolProgress(tool_call_id=self._context.call_id, text=text))
