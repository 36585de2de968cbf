"""The list is in the data file and in TODO.json, and neither loses what was changed in the other."""

import json
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis.strategies import dictionaries, sampled_from

from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.todos import Priority, Status
from heartbit_tui.schedules import schema
from heartbit_tui.schedules.todo import Entry, Todos
from heartbit_tui.schedules.todo.entries import order
from heartbit_tui.schedules.todo.listing import full, open_ones
from heartbit_tui.schedules.todo.merging import merged
from heartbit_tui.schedules.todo.store import Entries, Listed
from heartbit_tui.store.database import Database
from heartbit_tui.testing import FakeClock

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


@dataclass
class Workspace:
    """A workspace with its list, and a person who edits the file."""

    root: Path
    database: Database
    clock: FakeClock
    told: list[str] = field(default_factory=list[str])
    count: int = 0

    def todos(self) -> Todos:
        return Todos(self.database, self.root, self.clock, self.told.append, self._next)

    def _next(self) -> str:
        self.count += 1
        return f"id{self.count}"

    @property
    def file(self) -> Path:
        return self.root / "TODO.json"

    def written(self) -> list[JsonObject]:
        return json.loads(self.file.read_text())["entries"]

    def edit(self, number: int, **changes: object) -> None:
        whole = json.loads(self.file.read_text())
        whole["entries"][number] |= changes
        self.file.write_text(json.dumps(whole))


@asynccontextmanager
async def workspace(path: Path) -> AsyncGenerator[Workspace]:
    async with Database.open(path / "heartbit.db", schema.NAME, schema.STEPS) as database:
        root = path / "work"
        root.mkdir(exist_ok=True)
        yield Workspace(root, database, FakeClock(NOW))


def entry(name: str, title: str = "", **traits: object) -> Entry:
    plain = Entry(id=name, title=title or f"Title of {name}", created_at=NOW, updated_at=NOW, source="self")
    return replace(plain, **traits)


async def put(todos: Todos, *entries: Entry) -> None:
    await todos.change(lambda kept: kept.update({each.id: each for each in entries}))


async def test_the_list_is_written_out_as_the_seed_wrote_it(tmp_path: Path) -> None:
    async with workspace(tmp_path) as found:
        await put(found.todos(), entry("a", due_at=NOW, tags=("x",), priority=Priority.HIGH))
        await found.todos().review()
        await found.todos().listed()
        assert json.loads(found.file.read_text()) == {
            "entries": [
                {
                    "id": "a",
                    "title": "Title of a",
                    "status": "pending",
                    "priority": "high",
                    "created_at": "2026-05-04T09:00:00Z",
                    "updated_at": "2026-05-04T09:00:00Z",
                    "source": "self",
                    "due_at": "2026-05-04T09:00:00Z",
                    "tags": ["x"],
                    "attempt_count": 0,
                }
            ],
            "last_reviewed_at": "2026-05-04T09:00:00Z",
        }
        assert sorted(path.name for path in found.root.iterdir()) == ["TODO.json"]


async def test_nothing_to_do_makes_no_file(tmp_path: Path) -> None:
    async with workspace(tmp_path) as found:
        assert await found.todos().listed() == Listed(entries=())
        assert not found.file.exists()


async def test_a_file_of_the_seeds_is_taken_in_with_what_heartbit_does_not_know(tmp_path: Path) -> None:
    async with workspace(tmp_path) as found:
        known = {"id": "u-1", "title": "Renew", "status": "blocked", "created_at": "2026-05-01T09:00:00+02:00"}
        found.file.write_text(json.dumps({"entries": [{**known, "link": {"to": 1}}, {"title": "Call"}]}))
        first, second = (await found.todos().listed()).entries
        assert (first.status, first.created_at.isoformat(), dict(first.other)) == (
            Status.BLOCKED,
            "2026-05-01T07:00:00+00:00",
            {"link": {"to": 1}},
        )
        assert second == entry("id1", "Call", source="file")
        assert [each.get("link") for each in found.written()] == [{"to": 1}, None]


async def test_what_a_person_edits_and_what_heartbit_changes_meanwhile_both_count(tmp_path: Path) -> None:
    async with workspace(tmp_path) as found:
        todos = found.todos()
        await put(todos, entry("a"), entry("b"), entry("c"))
        found.edit(0, title="Edited", priority="low")
        whole = json.loads(found.file.read_text())
        whole["entries"] = [whole["entries"][0], whole["entries"][2], {"title": "New"}]
        found.file.write_text(json.dumps(whole))
        await found.clock.advance(60)

        def finish(entries: Entries) -> None:
            entries["a"] = replace(entries["a"], status=Status.COMPLETED)

        await todos.change(finish)
        told = [(each["id"], each["title"], each["priority"], each["status"]) for each in found.written()]
        assert told == [
            ("a", "Edited", "low", "completed"),
            ("c", "Title of c", "medium", "pending"),
            ("id1", "New", "medium", "pending"),
        ]
        assert found.written()[0]["updated_at"] == "2026-05-04T09:01:00Z"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "it is no JSON: "),
        ("[]", 'it has no list "entries"'),
        ('{"entries": [{"title": "a"}, 3]}', "entries[1] is no object"),
        ('{"entries": [{"id": "x"}]}', "entries[0].title is missing"),
        ('{"entries": [{"title": "a", "status": "done"}]}', "entries[0].status 'done' is none of pending, "),
        ('{"entries": [{"title": "a", "due_at": "soon"}]}', "entries[0].due_at: 'soon' is no time"),
        ('{"entries": [{"id": "a", "title": "a"}, {"id": "a", "title": "b"}]}', "entries[1].id 'a' stands there twice"),
        ('{"entries": [{"title": "\\ud800"}]}', "it is no JSON: "),
        ("[" * 100_000, "it is no JSON: "),
    ],
)
async def test_a_broken_file_is_told_once_left_as_it_is_and_loses_nothing(
    tmp_path: Path, text: str, problem: str
) -> None:
    async with workspace(tmp_path) as found:
        todos = found.todos()
        await put(todos, entry("a"))
        good = found.file.read_text()
        found.file.write_text(text)
        await put(todos, entry("b"))
        await put(todos, entry("c"))
        assert found.file.read_text() == text
        (told,) = found.told
        assert told.startswith(f"{found.file} is not read and not written until it is put right: {problem}")
        found.file.write_text(good)
        await todos.listed()
        assert [each["id"] for each in found.written()] == ["a", "b", "c"]


@pytest.mark.parametrize("text", [None, "", " \n"])
async def test_a_file_that_is_gone_or_empty_is_written_anew(tmp_path: Path, text: str | None) -> None:
    async with workspace(tmp_path) as found:
        await put(found.todos(), entry("a"))
        found.file.unlink()
        if text is not None:
            found.file.write_text(text)
        await found.todos().listed()
        assert [each["id"] for each in found.written()] == ["a"]


async def test_a_file_that_cannot_be_written_is_told_and_the_list_is_kept(tmp_path: Path) -> None:
    async with workspace(tmp_path) as found:
        found.file.mkdir()
        await put(found.todos(), entry("a"))
        assert [each.id for each in (await found.todos().listed()).entries] == ["a"]
        assert "TODO.json is not read and not written until it is put right: Is a directory." in found.told[0]


async def test_workspaces_have_lists_of_their_own(tmp_path: Path) -> None:
    async with workspace(tmp_path) as found:
        (tmp_path / "other").mkdir()
        other = Todos(found.database, tmp_path / "other", found.clock, found.told.append)
        await put(found.todos(), entry("a"))
        await put(other, entry("a", "Elsewhere"))
        assert [each.title for each in (await found.todos().listed()).entries] == ["Title of a"]


FIELDS = dictionaries(sampled_from(["title", "status", "due_at"]), sampled_from(["x", "y"]))
SIDES = dictionaries(sampled_from(["a", "b"]), FIELDS)


@given(SIDES, SIDES)
def test_where_one_side_changed_nothing_the_other_one_counts_whole(
    base: dict[str, JsonObject], side: dict[str, JsonObject]
) -> None:
    assert merged(base, side, base) == side
    assert merged(base, base, side) == side
    assert merged(base, side, side) == side


@given(SIDES, SIDES, SIDES)
def test_no_change_of_the_file_is_lost_and_no_entry_that_heartbit_changed(
    base: dict[str, JsonObject], ours: dict[str, JsonObject], theirs: dict[str, JsonObject]
) -> None:
    result = merged(base, ours, theirs)
    for name, body in theirs.items():
        before = base.get(name, {})
        changed = {key: value for key, value in body.items() if before.get(key) != value}
        if body != before:
            assert result[name].items() >= changed.items()
    assert all(name in result for name, body in ours.items() if body != base.get(name))


def test_what_is_overdue_comes_first_and_then_what_matters() -> None:
    late, soon = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 9, tzinfo=UTC)
    entries = [
        entry("done", status=Status.COMPLETED, priority=Priority.CRITICAL),
        entry("low", priority=Priority.LOW),
        entry("soon", due_at=soon),
        entry("plain"),
        entry("late", due_at=late, priority=Priority.LOW),
        entry("critical", priority=Priority.CRITICAL),
    ]
    assert [each.id for each in order(entries, NOW)] == ["late", "critical", "soon", "plain", "low", "done"]


def test_the_list_in_words() -> None:
    old = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)
    entries = (
        entry(
            "a", "Two\nlines", created_at=old, due_at=old, description="More.\nStill.", tags=("x", "y"), attempt_count=2
        ),
        entry("b", status=Status.BLOCKED, snoozed_until=datetime(2026, 5, 5, tzinfo=UTC)),
        entry("c", status=Status.COMPLETED),
        entry("d", status=Status.CANCELLED),
    )
    first = (
        "- [ ] [medium] Two lines (id: a, age: 3d, src: self, due: 2026-05-01 08:00 OVERDUE, attempts: 2, tags: x,y)"
    )
    assert full(Listed(entries=entries, reviewed=old), NOW).splitlines() == [
        first,
        "  More.",
        "  Still.",
        "- [B] [medium] Title of b (id: b, age: 0m, src: self, snoozed until: 2026-05-05 00:00)",
        "- [x] [medium] Title of c (id: c, age: 0m, src: self)",
        "- [-] [medium] Title of d (id: d, age: 0m, src: self)",
        "Last reviewed: 3d ago",
    ]
    assert open_ones(entries, NOW).splitlines() == [
        first,
        "  More.",
        "  Still.",
        "1 completed, 1 cancelled (todo_manage with the action list shows them)",
        "1 item snoozed",
    ]
    assert open_ones((), NOW) == "No actionable items."
    assert full(Listed(entries=()), NOW) == "No items in the todo list."


async def test_a_file_that_is_no_plain_one_is_told_of_and_waited_for_by_nobody(tmp_path: Path) -> None:
    async with workspace(tmp_path) as found:
        os.mkfifo(found.file)
        await put(found.todos(), entry("a"))
        assert [each.id for each in (await found.todos().listed()).entries] == ["a"]
        assert "TODO.json is not read and not written until it is put right: it is no plain file." in found.told[0]


async def test_a_link_stays_a_link_and_is_followed_within_its_folder_alone(tmp_path: Path) -> None:
    async with workspace(tmp_path) as found:
        (found.root / "lists").mkdir()
        found.file.symlink_to("lists/mine.json")
        await put(found.todos(), entry("a"))
        assert found.file.is_symlink()
        assert [each["id"] for each in json.loads((found.root / "lists/mine.json").read_text())["entries"]] == ["a"]
        found.file.unlink()
        (tmp_path / "elsewhere.json").write_text('{"entries": [{"id": "b", "title": "Theirs"}]}')
        found.file.symlink_to(tmp_path / "elsewhere.json")
        assert [each.id for each in (await found.todos().listed()).entries] == ["a"]
        assert "until it is put right: it is a link that leads out of its folder." in found.told[0]
        found.file.unlink()
        found.file.symlink_to("TODO.json")
        assert [each.id for each in (await found.todos().listed()).entries] == ["a"]
        assert len(found.told) == 2


async def test_what_is_withheld_is_left_alone_and_what_was_written_here_is_not(tmp_path: Path) -> None:
    async with workspace(tmp_path) as found:
        todos = Todos(found.database, found.root, found.clock, found.told.append, withheld=lambda: "Not trusted.")
        await put(todos, entry("a"))
        await put(todos, entry("b"))
        assert ([each["id"] for each in found.written()], found.told) == (["a", "b"], [])
        found.edit(0, title="Theirs")
        await put(todos, entry("c"))
        assert [each["id"] for each in found.written()] == ["a", "b"]
        assert [each.title for each in (await todos.listed()).entries] == ["Title of a", "Title of b", "Title of c"]
        assert found.told == ["Not trusted."]
        assert (await found.todos().listed()).entries[0].title == "Theirs"
