"""heartbit for programs: an agent made of options, a task done from start to end, a session spoken to, a tool made of a function.

Everything goes through the same runtime as the command `heartbit`: settings, permissions, sandbox, store. The names are
offered by `heartbit_tui` itself, which loads each when it is asked for.
"""
