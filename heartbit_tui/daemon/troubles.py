"""What goes wrong with the pulse and its list, in the log at once and as letters: who reads no log learns of it too."""

import asyncio
import logging
from hashlib import sha256
from typing import Final

from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.schedules.pulse import SOURCE
from heartbit_tui.store.inbox import Inbox, Letter, title_of

LOG: Final = logging.getLogger("heartbit.daemon")


class Troubles:
    """Hears sentences; `run` writes them as letters, each one once a day at most."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._heard: asyncio.Queue[str] = asyncio.Queue()

    def tell(self, sentence: str) -> None:
        """Hear of what went wrong and goes on."""
        LOG.warning("%s", sentence)
        self._heard.put_nowait(sentence)

    async def run(self, inbox: Inbox) -> None:
        """Write letters, until cancelled."""
        while True:
            sentence = await self._heard.get()
            try:
                await inbox.put(self._letter(sentence))
            except StoreError as error:
                LOG.error("what went wrong with the pulse could not be put into the inbox: %s", error)

    def _letter(self, sentence: str) -> Letter:
        now = self.clock.now()
        digest = sha256(sentence.encode()).hexdigest()[:16]
        return Letter(
            at=now,
            kind="failure",
            source=SOURCE,
            title=title_of(sentence),
            text=sentence,
            key=f"{SOURCE}:{now:%Y-%m-%d}:{digest}",
        )
