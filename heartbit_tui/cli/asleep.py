"""Says that what waits for its time waits for a daemon too, where none runs."""

import sys
from pathlib import Path

from heartbit_tui.client.beats import NO_DAEMON
from heartbit_tui.store.locks import daemon_lives


def tell_where_none_runs(data_file: Path) -> None:
    """Tell it on stderr, where no daemon works on this data file."""
    if not daemon_lives(data_file):
        sys.stdout.flush()  # at a terminal it stands below what it is about
        sys.stderr.write(f"{NO_DAEMON}\n")
