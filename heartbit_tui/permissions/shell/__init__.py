"""What a command line would really do: parsed, looked through, and judged; no I/O.

`look` finds every command and redirection of a line, `reading` says whether one of them only reads, and `fits`
whether a rule such as `bash(git log:*)` is about it. What is not understood is never allowed.
"""

from heartbit_tui.permissions.shell.judge import Reading, reading
from heartbit_tui.permissions.shell.matched import allows, hits
from heartbit_tui.permissions.shell.prefix import END, fits, learnable, named_by, prefix_of, proposed
from heartbit_tui.permissions.shell.seen import File, Seen, Simple, Word
from heartbit_tui.permissions.shell.walk import LONGEST, look
from heartbit_tui.permissions.shell.wrappers import base, readings

__all__ = [
    "END",
    "LONGEST",
    "File",
    "Reading",
    "Seen",
    "Simple",
    "Word",
    "allows",
    "base",
    "fits",
    "hits",
    "learnable",
    "look",
    "named_by",
    "prefix_of",
    "proposed",
    "reading",
    "readings",
]
