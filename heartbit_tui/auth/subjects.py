"""The tokens of users whose tasks wait or work, in memory alone, so that they can be exchanged when a task gets that far."""

import threading
from collections import OrderedDict
from datetime import datetime

from heartbit_tui.auth.users import Hidden, Owner, UserContext
from heartbit_tui.kernel.protocols import Clock

MOST = 10_000
"""Users whose tokens are kept; of more, the one that was heard of longest ago goes first."""


class Subjects:
    """One token a user: of several the one that counts longest, until it ends.

    A token stays when a task has used it, because the next task of the same user needs it too, and it is never on the
    disk: after a restart a task finds none, and what would have been signed with it is not sent.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._kept = OrderedDict[Owner, tuple[Hidden, datetime | None]]()

    def keep(self, who: UserContext) -> None:
        """Keep what somebody proved themselves with, unless what is kept of them counts longer."""
        if not who.raw_token or who.ended(self._clock.now()):
            return
        with self._lock:
            held = self._kept.get(who.owner)
            if held is None or self._longer(who.expires, held[1]):
                self._kept[who.owner] = (who.raw_token, who.expires)
            self._kept.move_to_end(who.owner)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)

    def token(self, user: str, tenant: str) -> str:
        """The token of a user of a tenant; empty where there is none that counts."""
        owner = Owner(tenant=tenant, user=user)
        with self._lock:
            token, ends = self._kept.get(owner, (Hidden(), None))
            if ends is not None and self._clock.now() >= ends:
                del self._kept[owner]
                return ""
        return token.reveal()

    def drop(self, owner: Owner) -> None:
        """Forget the token of somebody who left."""
        with self._lock:
            self._kept.pop(owner, None)

    @staticmethod
    def _longer(ends: datetime | None, kept: datetime | None) -> bool:
        """Whether a token counts at least as long as the one that is kept; of two alike the newer stays."""
        return ends is None or (kept is not None and ends >= kept)
