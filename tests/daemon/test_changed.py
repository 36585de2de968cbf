"""What a session and a task have changed, over HTTP: also by commands, page by page, by whose it is, and taken back."""

from pathlib import Path
from typing import Any

import pytest

from tests.daemon.ground import Ground, calls, says
from tests.daemon.http import OPERATOR, SETTINGS, USERS, ended, served, submitted

FIRST = calls(
    "bash", {"command": "printf 'one\\ntwo\\n' > a.txt; rm old.txt; printf '\\0\\377' > b.bin"}, when="make them"
)
THEN = calls("write", {"file_path": "c.txt", "content": "hello\n"}, when="write another", times=1)
HUGE = calls(
    "bash", {"command": "seq 100000 > long.txt; head -c 3000000 /dev/zero | tr '\\0' x > wide.txt"}, when="fill"
)
ODD = calls("bash", {"command": "printf x > $'\\377.txt'"}, when="name it oddly")
A, OLD = (
    ["--- /dev/null", "+++ b/a.txt", "@@ -0,0 +1,2 @@", "+one", "+two", ""],
    ["--- a/old.txt", "+++ /dev/null", "@@ -1,1 +0,0 @@", "-old", ""],
)


def ready(tmp_path: Path, settings: str = "") -> Ground:
    ground = Ground(tmp_path)
    ground.prepare([FIRST, THEN, HUGE, ODD, says("done", times=0)], SETTINGS + settings)
    (ground.project / "old.txt").write_text("old\n")
    return ground


def file(path: str, kind: str, diff: str = "", **more: Any) -> dict[str, Any]:
    return {"path": path, "kind": kind, "diff": diff, "why": "", "added": 0, "removed": 0, "restored": False, **more}


async def test_what_commands_and_tools_changed_is_told_for_the_task_and_for_the_session(tmp_path: Path) -> None:
    ground = ready(tmp_path)
    folder = str(ground.project)
    async with served(ground) as daemon, daemon.caller() as caller:
        one = await ended(caller, await submitted(caller, "make them"))
        session = one["session_id"]
        two = await ended(caller, await submitted(caller, "write another", session_id=session))
        first = [
            file("a.txt", "created", "\n".join(A), added=2),
            file(
                "b.bin",
                "created",
                "--- a/b.bin\n+++ b/b.bin\n(a file that is no text: 0 bytes before, 2 after)\n",
            ),
            file("old.txt", "deleted", "\n".join(OLD), removed=1),
        ]
        then = file("c.txt", "created", "--- /dev/null\n+++ b/c.txt\n@@ -0,0 +1,1 @@\n+hello\n", added=1)
        told = {"known": "all", "gone": 0, "folder": folder}
        assert (await caller.get(f"/tasks/{one['id']}/changes")).json() == {
            "files": first,
            "total": 3,
            "undo": {"session_id": session, "number": "1"},
            **told,
        }
        back = {"session_id": session, "number": "2"}
        assert (await caller.get(f"/tasks/{two['id']}/changes")).json() == {
            "files": [then],
            "total": 1,
            "undo": back,
            **told,
        }
        whole = (await caller.get(f"/sessions/{session}/changes")).json()
        assert whole["files"] == [*first[:2], then, first[2]]
        page = (await caller.get(f"/sessions/{session}/changes?limit=1&offset=2")).json()
        assert (page["files"], page["total"], page["next"]) == ([then], 4, 3)
        assert "next" not in (await caller.get(f"/sessions/{session}/changes?offset=2")).json()
        for query in ("limit=0", "limit=51", "offset=-1", "offset=x"):
            assert (await caller.get(f"/sessions/{session}/changes?{query}")).status_code == 400


async def test_what_was_changed_is_taken_back_as_it_was_shown_and_is_told_as_restored(tmp_path: Path) -> None:
    ground = ready(tmp_path)
    async with served(ground) as daemon, daemon.caller() as caller:
        task = await ended(caller, await submitted(caller, "make them"))
        back = (await caller.get(f"/tasks/{task['id']}/changes")).json()["undo"]
        place = f"/sessions/{back['session_id']}/commands"
        preview = (await caller.post(f"{place}/undo", json={"number": back["number"], "what": "files"})).json()
        assert {Path(each["path"]).name for each in preview["plan"]["steps"]} == {"a.txt", "b.bin", "old.txt"}
        done = await caller.post(f"{place}/carry-out", json={"intent": preview["intent"]["id"]})
        assert done.json() == {"changed": 3, "left": []}
        assert {each.name: each.read_text() for each in ground.project.iterdir()} == {"old.txt": "old\n"}
        told = (await caller.get(f"/tasks/{task['id']}/changes")).json()
        assert {each["path"]: each["restored"] for each in told["files"]} == {
            "a.txt": True,
            "b.bin": True,
            "old.txt": True,
        }
        assert (await caller.get(f"/sessions/{back['session_id']}/changes")).json()["files"] == []


async def test_what_others_changed_is_not_found_and_who_may_only_look_is_offered_no_way_back(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon, daemon.caller(USERS["anna"]) as anna:
        task = await ended(anna, await submitted(anna, "write another"))
        paths = (f"/tasks/{task['id']}/changes", f"/sessions/{task['session_id']}/changes")
        for path, what in zip(paths, ("task", "session"), strict=True):
            assert [each["path"] for each in (await anna.get(path)).json()["files"]] == ["c.txt"]
            assert "undo" in (await anna.get(path)).json()
            for name in ("ben", "carl"):
                async with daemon.caller(USERS[name]) as other:
                    answer = await other.get(path)
                    assert (answer.status_code, answer.json()) == (404, {"error": f"{what} not found"})
                    assert (await other.get(f"/{what}s/nobodys/changes")).json() == answer.json()
            async with daemon.caller(OPERATOR) as operator:
                seen = (await operator.get(path)).json()
                assert ([each["path"] for each in seen["files"]], "undo" in seen) == (["c.txt"], False)


async def test_a_file_whose_name_is_no_text_is_told_and_taken_back(tmp_path: Path) -> None:
    ground = ready(tmp_path)
    async with served(ground) as daemon, daemon.caller() as caller:
        task = await ended(caller, await submitted(caller, "name it oddly"))
        told = (await caller.get(f"/tasks/{task['id']}/changes")).json()
        assert [each["path"] for each in told["files"]] == ["\\udcff.txt"]
        place = f"/sessions/{told['undo']['session_id']}/commands"
        preview = (await caller.post(f"{place}/undo", json={"number": "1", "what": "files"})).json()
        assert (await caller.post(f"{place}/carry-out", json={"intent": preview["intent"]["id"]})).status_code == 200
        assert [each.name for each in ground.project.iterdir()] == ["old.txt"]


async def test_without_undo_it_is_what_the_tools_for_files_did(tmp_path: Path) -> None:
    async with served(ready(tmp_path, "\n[undo]\nenabled = false\n")) as daemon, daemon.caller() as caller:
        task = await ended(caller, await submitted(caller, "make them"))
        await ended(caller, await submitted(caller, "write another", session_id=task["session_id"]))
        told = (await caller.get(f"/sessions/{task['session_id']}/changes")).json()
        diff = "--- /dev/null\n+++ b/c.txt\n@@ -0,0 +1,1 @@\n+hello\n"
        assert (told["known"], told["files"]) == ("tools", [file("c.txt", "created", diff, added=1)])
        none = (await caller.get(f"/tasks/{task['id']}/changes")).json()
        assert (none["files"], none["total"], none["known"], "undo" in none) == ([], 0, "all", False)


@pytest.mark.timeout(60)
async def test_however_much_was_changed_the_answer_is_bounded(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon, daemon.caller() as caller:
        task = await ended(caller, await submitted(caller, "fill"))
        answer = await caller.get(f"/tasks/{task['id']}/changes")
        assert len(answer.content) < 100_000
        long, wide = answer.json()["files"]
        assert (long["path"], long["added"]) == ("long.txt", 100_000)
        assert long["diff"].endswith("… 99603 more lines\n")
        assert (wide["diff"], wide["why"]) == ("", "is too large to be compared")
