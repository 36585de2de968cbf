"""The error of a session file that is damaged, which says how to save what is in it."""

from heartbit_tui.kernel.errors import StoreError

REPAIR = "`heartbit sessions repair` saves what can be saved, and keeps the file as it is."


class DamagedError(StoreError):
    """The session file is damaged, and can be repaired."""
