"""The agent's list of things to do: written whole, read back, shown to the person as it changes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from pydantic import Field

from heartbit_tui.kernel.events import TodosChanged
from heartbit_tui.kernel.protocols import CallContext, Effects, Output
from heartbit_tui.kernel.todos import Priority, Status
from heartbit_tui.tools.arguments import Arguments, TypedTool


class Todo(Arguments):
    """One thing to do."""

    content: str = Field(min_length=1, description="What is to be done, in a few words.")
    status: Status = Field(description="How far it is; at most one item is in_progress.")
    priority: Priority = Field(description="How much it matters.")


class Todos(Arguments):
    """The whole list."""

    todos: tuple[Todo, ...] = Field(description="All items, in order; they replace the list.")


class Nothing(Arguments):
    """No arguments."""


class TodoList:
    """The items of one agent, shared by the tool that writes them and the one that reads them."""

    def __init__(self) -> None:
        self._items: tuple[Todo, ...] = ()

    @property
    def items(self) -> tuple[Todo, ...]:
        """What is on the list, in order."""
        return self._items

    def replace(self, items: Sequence[Todo]) -> None:
        """Put these items in place of the old ones."""
        self._items = tuple(items)


class TodoWrite(TypedTool[Todos]):
    """Replaces the list."""

    name = "todowrite"
    effects = Effects.NONE
    arguments = Todos

    def __init__(self, todos: TodoList) -> None:
        self._todos = todos

    def objection(self, given: Todos) -> str:
        """Only one thing is done at a time."""
        active = sum(todo.status is Status.IN_PROGRESS for todo in given.todos)
        return f"todowrite takes at most one item that is in_progress, not {active}." if active > 1 else ""

    async def act(self, given: Todos, context: CallContext) -> Output:
        """Replace the list and tell who watches."""
        self._todos.replace(given.todos)
        context.emit(TodosChanged(todos=tuple(todo.model_dump(mode="json") for todo in given.todos)))
        return Output(content=_summary(given.todos), details={"todos": len(given.todos)})


class TodoRead(TypedTool[Nothing]):
    """Shows the list."""

    name = "todoread"
    effects = Effects.NONE
    arguments = Nothing

    def __init__(self, todos: TodoList) -> None:
        self._todos = todos

    async def act(self, given: Nothing, context: CallContext) -> Output:
        """The list as text."""
        return Output(content=shown(self._todos.items) or "The todo list is empty.")


def shown(todos: Sequence[Todo]) -> str:
    """Numbered lines with an icon for the status and a tag for the priority."""
    return "\n".join(
        " ".join(part for part in (f"{number}.", _ICON[todo.status], _TAG[todo.priority], todo.content) if part)
        for number, todo in enumerate(todos, 1)
    )


def _summary(todos: Sequence[Todo]) -> str:
    if not todos:
        return "The todo list is empty now."
    counts = Counter(todo.status.value for todo in todos)
    parts = ", ".join(f"{counts[status.value]} {status.value}" for status in Status if counts[status.value])
    return f"The todo list has {len(todos)} item{'s' if len(todos) > 1 else ''}: {parts}."


_ICON: Mapping[Status, str] = MappingProxyType(
    {
        Status.PENDING: "[ ]",
        Status.IN_PROGRESS: "[>]",
        Status.COMPLETED: "[x]",
        Status.CANCELLED: "[-]",
        Status.FAILED: "[!]",
        Status.BLOCKED: "[B]",
    }
)
_TAG: Mapping[Priority, str] = MappingProxyType(
    {Priority.CRITICAL: "[CRITICAL]", Priority.HIGH: "[HIGH]", Priority.MEDIUM: "", Priority.LOW: "[low]"}
)
