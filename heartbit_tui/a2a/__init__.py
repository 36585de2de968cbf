"""Agents that others run, over the Agent2Agent protocol (A2A).

`definitions` reads where agents are, `cards` decides from what an agent says of itself where it may be spoken to. A
`Roster` is all agents of one session: it gets their cards beside the session's work and makes `tools` of them. `link`
speaks with one agent through the official SDK, which nothing else here imports but what is below `serving`, and `folding` makes
text of what it says. `serving` is the other side: what others reach over A2A.
"""

from heartbit_tui.a2a.roster import Means, Roster
from heartbit_tui.a2a.types import AgentError, Definition, Fault, Peer, Status

__all__ = ("AgentError", "Definition", "Fault", "Means", "Peer", "Roster", "Status")
