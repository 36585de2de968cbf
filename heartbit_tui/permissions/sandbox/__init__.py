"""Where commands of the agent run: a place in which most files are read-only and the network is off.

What is writable, readable and hidden is a `Plan`, made anew for each command (`plan`). A mechanism of the system puts it
into force (`bubblewrap`, `landlock`); whether one works here is found out by trying it (`probe`).
"""

from heartbit_tui.permissions.sandbox.confinement import Confinement
from heartbit_tui.permissions.sandbox.plan import grounds
from heartbit_tui.permissions.sandbox.probe import Wanted, find
from heartbit_tui.permissions.sandbox.types import Absent, Active, Found, Grounds

__all__ = ["Absent", "Active", "Confinement", "Found", "Grounds", "Wanted", "find", "grounds"]
