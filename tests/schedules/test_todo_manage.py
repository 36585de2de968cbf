"""A model keeps the list of what is to be done, and is told what it has to do otherwise."""

import json
from pathlib import Path

import pytest

from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.protocols import Touch
from heartbit_tui.schedules.todo import TodoManage
from heartbit_tui.testing import FakeCallContext
from tests.schedules.test_todo_store import Workspace, entry, put, workspace


async def call(found: Workspace, **given: object) -> str:
    tool = TodoManage(found.todos(), found.clock)
    if objection := tool.check(given):
        return objection
    return (await tool.run(given, FakeCallContext())).content


async def test_an_entry_is_added_changed_snoozed_listed_and_removed(tmp_path: Path) -> None:
    async with workspace(tmp_path) as found:
        said = [
            await call(found, action="add", title=" Renew ", due_at="2026-05-06", tags=["x"], priority="high"),
            await call(
                found, action="update", id="id1", status="blocked", due_at=None, snoozed_until="2026-05-04T12:00:00Z"
            ),
            await call(found, action="list"),
            await call(found, action="snooze", id="id1", hours=1.5),
            await call(found, action="update", id="id1", snoozed_until=None, result="None yet."),
        ]
        assert said == [
            "Added todo entry id1",
            "Updated todo entry id1",
            "- [B] [high] Renew (id: id1, age: 0m, src: self, tags: x, snoozed until: 2026-05-04 12:00)",
            "Snoozed todo entry id1 until 2026-05-04 10:30 UTC",
            "Updated todo entry id1",
        ]
        (only,) = found.written()
        assert {name: only.get(name) for name in ("title", "status", "due_at", "snoozed_until", "result")} == {
            "title": "Renew",
            "status": "blocked",
            "due_at": None,
            "snoozed_until": None,
            "result": "None yet.",
        }
        assert await call(found, action="remove", id="id1") == "Removed todo entry id1"
        assert await call(found, action="list") == "No items in the todo list."


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"action": "erase"}, "`action`: input should be 'add', 'update', 'remove', 'snooze' or 'list'"),
        ({"action": "add"}, "todo_manage needs `title` for the action add."),
        ({"action": "add", "title": "  "}, "todo_manage needs `title` for the action add."),
        ({"action": "snooze"}, "todo_manage needs `id` for the action snooze."),
        ({"action": "snooze", "id": "a", "hours": 0}, "takes `hours` above 0 and up to 8784, not 0."),
        ({"action": "snooze", "id": "a", "hours": float("nan")}, "takes `hours` above 0 and up to 8784, not nan."),
        ({"action": "update", "id": "a"}, "todo_manage has nothing to update: give one of description, due_at, "),
        ({"action": "update", "id": "a", "status": "done"}, "`status`: input should be 'pending', "),
        (
            {"action": "update", "id": "a", "due_at": "soon"},
            "'soon' is no time: write one such as 2026-05-04T09:00:00Z",
        ),
        ({"action": "update", "id": "b", "title": "x"}, "There is no todo entry 'b'; the action list shows the ids."),
        ({"action": "list", "idd": "b"}, "`idd` is not an argument"),
    ],
)
async def test_what_cannot_be_done_is_told_and_changes_nothing(tmp_path: Path, given: JsonObject, said: str) -> None:
    async with workspace(tmp_path) as found:
        await put(found.todos(), entry("a"))
        before = found.file.read_text()
        assert said in await call(found, **given)
        assert found.file.read_text() == before


async def test_a_call_touches_the_file_that_it_writes(tmp_path: Path) -> None:
    async with workspace(tmp_path) as found:
        tool = TodoManage(found.todos(), found.clock)
        assert tool.touches({"action": "add", "title": "x"}) == (Touch(kind="write", what=str(found.file)),)
        assert tool.touches({"action": "list"}) == (Touch(kind="read", what=str(found.file)),)


def test_the_schema_has_all_that_the_seeds_had() -> None:
    properties = json.loads(json.dumps(dict(TodoManage.arguments.model_json_schema())))["properties"]
    assert sorted(properties) == [
        "action",
        "description",
        "due_at",
        "hours",
        "id",
        "priority",
        "result",
        "snoozed_until",
        "source",
        "status",
        "tags",
        "title",
    ]
