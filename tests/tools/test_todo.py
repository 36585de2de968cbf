"""The list of things to do is replaced whole, shown as lines, and told to who watches."""

from itertools import product

from heartbit_tui.kernel.events import TodosChanged
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.todos import Priority, Status
from heartbit_tui.tools.todo import TodoList, TodoRead, TodoWrite
from tests.tools.calls import Context


def item(content: str, status: str = "pending", priority: str = "medium") -> JsonObject:
    return {"content": content, "status": status, "priority": priority}


async def read(todos: TodoList) -> str:
    return (await TodoRead(todos).run({}, Context())).content


async def test_what_is_written_is_read_and_told() -> None:
    todos, context = TodoList(), Context()
    items = [item("a", "completed", "critical"), item("b", "in_progress", "high"), item("c", priority="low"), item("d")]
    got = await TodoWrite(todos).run({"todos": items}, context)
    assert got.content == "The todo list has 4 items: 2 pending, 1 in_progress, 1 completed."
    assert context.events == [TodosChanged(todos=tuple(items))]
    assert await read(todos) == "1. [x] [CRITICAL] a\n2. [>] [HIGH] b\n3. [ ] [low] c\n4. [ ] d"


async def test_every_status_and_priority_has_its_mark() -> None:
    todos = TodoList()
    pairs = list(product(Status, Priority))
    await TodoWrite(todos).run({"todos": [item("x", status, priority) for status, priority in pairs]}, Context())
    icons = {"pending": " ", "in_progress": ">", "completed": "x", "cancelled": "-", "failed": "!", "blocked": "B"}
    tags = {"critical": "[CRITICAL] ", "high": "[HIGH] ", "medium": "", "low": "[low] "}
    assert (await read(todos)).splitlines() == [
        f"{number}. [{icons[status]}] {tags[priority]}x" for number, (status, priority) in enumerate(pairs, 1)
    ]


async def test_writing_replaces_the_whole_list() -> None:
    todos = TodoList()
    await TodoWrite(todos).run({"todos": [item("a"), item("b")]}, Context())
    await TodoWrite(todos).run({"todos": [item("c")]}, Context())
    assert await read(todos) == "1. [ ] c"
    assert (await TodoWrite(todos).run({"todos": []}, Context())).content == "The todo list is empty now."
    assert await read(todos) == "The todo list is empty."


def test_two_items_in_progress_are_refused() -> None:
    tool = TodoWrite(TodoList())
    items = [item("a", "in_progress"), item("b", "in_progress")]
    assert tool.check({"todos": items}) == "todowrite takes at most one item that is in_progress, not 2."
    assert tool.check({"todos": items[:1]}) == ""


def test_a_wrong_status_is_named() -> None:
    said = TodoWrite(TodoList()).check({"todos": [item("a", "done")]})
    assert "`todos.0.status`" in said
    assert "'in_progress'" in said


async def test_two_lists_are_two() -> None:
    one, two = TodoList(), TodoList()
    await TodoWrite(one).run({"todos": [item("a")]}, Context())
    assert await read(two) == "The todo list is empty."


def test_the_models_see_two_tools() -> None:
    todos = TodoList()
    assert [tool.spec.name for tool in (TodoWrite(todos), TodoRead(todos))] == ["todowrite", "todoread"]
