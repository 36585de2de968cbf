"""The memory in the one data file: rows, their words in FTS5, and their vectors in two sizes.

`SqliteMemory` is the memory; `STEPS` are its tables, for whoever opens the file.
"""

from heartbit_tui.memory.sqlite.memory import SqliteMemory
from heartbit_tui.memory.sqlite.migrations import STEPS

__all__ = ["STEPS", "SqliteMemory"]
