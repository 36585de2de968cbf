"""What is to be done while nobody looks: kept in the data file, written out to TODO.json, which people may edit."""

from heartbit_tui.schedules.todo.entries import Entry, TodoError
from heartbit_tui.schedules.todo.store import FILE, Todos
from heartbit_tui.schedules.todo.tool import TodoManage

__all__ = ["FILE", "Entry", "TodoError", "TodoManage", "Todos"]
