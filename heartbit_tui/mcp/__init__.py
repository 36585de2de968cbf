"""Servers of tools that others wrote, over the Model Context Protocol.

`definitions` and `json_file` read where servers are defined, `approvals` and `keeping` what a person said of them and
what they offered last. A `Fleet` is all servers of one session: it starts what may start in the thread of an `Engine`,
where `supervising` keeps each connection and `link` makes it with the official SDK, which nothing else here imports. What
a model gets are `tools`, deferred behind the search of `search` where there are too many.
"""

from heartbit_tui.mcp.approvals import Approvals
from heartbit_tui.mcp.fleet import Fleet, Means
from heartbit_tui.mcp.keeping import Shelf
from heartbit_tui.mcp.types import Definition, Fault, Server, ServerError, Status

__all__ = ("Approvals", "Definition", "Fault", "Fleet", "Means", "Server", "ServerError", "Shelf", "Status")
