"""Other coding agents: where they keep what a person set up, and what each piece of it is to heartbit.

`PEERS` has a reader for each. It looks at files and changes nothing; what is done with what it found is decided elsewhere.
"""

from heartbit_tui.peers.table import PEERS
from heartbit_tui.peers.types import Item, Kind, Looked, Peer

__all__ = ["PEERS", "Item", "Kind", "Looked", "Peer"]
