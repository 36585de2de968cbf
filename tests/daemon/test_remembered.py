"""What is remembered and audited, over HTTP: theirs alone, searched, pinned and forgotten, and told by role."""

import asyncio
import os
import pwd
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from heartbit_tui.memory.meditation_drafts import Draft, Provenance
from heartbit_tui.memory.sqlite import STEPS, SqliteMemory
from heartbit_tui.memory.sqlite.drafts import SqliteDrafts
from heartbit_tui.memory.types import Confidentiality, Entry, EntryType, NewEntry, Reach, Scope
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.store import driver
from heartbit_tui.store.database import Database
from heartbit_tui.testing.clock import EPOCH
from heartbit_tui.testing.embeddings import EmbeddingServer
from tests.daemon.ground import Ground, calls, says
from tests.daemon.http import OPERATOR, SETTINGS, TOKEN, USERS, ended, served, submitted

PLAIN = "the-token-of-a-user-without-a-tenant"
NAMESAKE = pwd.getpwuid(os.getuid()).pw_name
"""What the system calls the person at this machine, and what a user of no tenant may be called too."""


def ready(tmp_path: Path, settings: str = "") -> Ground:
    ground = Ground(tmp_path)
    looks = [calls("glob", {"pattern": "*"}, when=f"look, {name}") for name in ("anna", "carl", "person")]
    ground.prepare([*looks, says("hello", times=0)], SETTINGS + settings)
    return ground


async def remembered(ground: Ground, *new: NewEntry) -> Sequence[Entry]:
    """Entries in the data file, as sessions would have kept them."""
    async with _memory(ground) as database:
        return await SqliteMemory(database, SystemClock()).store_many(new)


@asynccontextmanager
async def _memory(ground: Ground) -> AsyncGenerator[Database]:
    file = ground.home / ".local/share/heartbit/heartbit.db"
    file.parent.mkdir(parents=True, exist_ok=True)
    async with Database.open(file, "memory", STEPS, driver.with_vectors) as database:
        yield database


async def drafted(ground: Ground, *names: str) -> None:
    """Drafts of skills with these names in the data file, each of one memory, that wait for a word."""
    entries = await remembered(ground, *(NewEntry(content=f"how to {name}", scope=Scope()) for name in names))
    async with _memory(ground) as database:
        drafts = SqliteDrafts(database, SystemClock(), Reach())
        for each, name in zip(entries, names, strict=True):
            sources = (Provenance(id=each.id, content=each.content),)
            made = Draft(id=f"draft-{name}", made=EPOCH, name=name, description="How.", text="Tag it.", sources=sources)
            await drafts.add(made)


def of(user: str, tenant: str = "acme") -> Scope:
    return Scope(tenant=tenant, user=user)


async def test_everybody_finds_their_own_memories_and_no_others_whatever_their_role(tmp_path: Path) -> None:
    ground = ready(tmp_path)
    kept = await remembered(
        ground,
        NewEntry(id="a", content="tea without milk", scope=of("anna")),
        NewEntry(id="b", content="tea with milk", scope=of("ben")),
        NewEntry(id="t", content="tea of the tenant", scope=of("")),
        NewEntry(id="p", content="coffee", scope=Scope()),
    )
    async with served(ground) as daemon:
        for token, sees in ((USERS["anna"], {"a"}), (USERS["ben"], {"b"}), (USERS["carl"], set[str]()), (TOKEN, {"p"})):
            async with daemon.caller(token) as caller:
                assert {each["id"] for each in (await caller.get("/memory")).json()["entries"]} == sees
                for entry in kept:
                    status = 200 if entry.id in sees else 404
                    answers = [
                        await caller.get(f"/memory/{entry.id}"),
                        await caller.post(f"/memory/{entry.id}/pin", json={"pinned": True}),
                    ]
                    assert {each.status_code for each in answers} == {status}
                    if entry.id not in sees:
                        unknown = await caller.get("/memory/nobodys")
                        assert (answers[0].json(), unknown.json()) == ({"error": "memory not found"},) * 2
                        assert (await caller.delete(f"/memory/{entry.id}")).status_code == 404
        async with daemon.caller(USERS["anna"]) as anna:
            assert (await anna.delete("/memory/a")).status_code == 204
            assert (await anna.delete("/memory/a")).status_code == 404
            assert (await anna.get("/memory")).json() == {"entries": []}
        async with daemon.caller(USERS["ben"]) as ben:
            assert (await ben.get("/memory/b")).json()["content"] == "tea with milk"


async def test_memories_are_searched_narrowed_and_paged(tmp_path: Path) -> None:
    ground = ready(tmp_path)
    scope = of("anna")
    await remembered(
        ground,
        *(NewEntry(id=f"n{number}", content=f"note {number}", scope=scope, at=EPOCH) for number in range(5)),
        NewEntry(id="fact", content="a note on tea", scope=scope, type=EntryType.SEMANTIC, importance=10, at=EPOCH),
        NewEntry(id="held", content="a dog", scope=scope, pinned=True, category="pet", at=EPOCH),
    )

    async with served(ground) as daemon, daemon.caller(USERS["anna"]) as anna:

        async def found(**query: str) -> set[str]:
            return {each["id"] for each in (await anna.get("/memory", params=query)).json()["entries"]}

        assert await found(q="tea note") == {"fact"}
        assert await found(type="semantic") == {"fact"}
        assert await found(category="pet") == await found(pinned="true") == {"held"}
        assert await found(tier="core") == {"fact", "held"}
        assert await found(tier="peripheral") == {f"n{number}" for number in range(5)}
        for query in ({"limit": "2"}, {"limit": "2", "tier": "peripheral"}):
            seen, after = list[str](), ""
            while True:
                page = (await anna.get("/memory", params={**query, "after": after})).json()
                seen += [each["id"] for each in page["entries"]]
                if "next" not in page:
                    break
                after = page["next"]
            assert (len(seen), len(set(seen))) == ((7, 7) if len(query) == 1 else (5, 5))
        for query in ("type=x", "tier=x", "pinned=x", "limit=0", "after=nobody"):
            assert (await anna.get(f"/memory?{query}")).status_code == 400


async def test_a_question_is_answered_by_words_and_where_there_is_an_embedder_by_meaning_too(tmp_path: Path) -> None:
    def ranks(answer: dict[str, Any]) -> dict[str, tuple[int | None, int | None]]:
        return {each["id"]: (each["why"]["words"], each["why"]["meaning"]) for each in answer["entries"]}

    async with EmbeddingServer() as server:
        settings = f'[memory.embedding]\nprovider = "openai"\nmodel = "words"\nbase_url = "{server.url}"\n'
        ground = ready(tmp_path, settings)
        await remembered(
            ground,
            NewEntry(id="a", content="mend the automobile", scope=of("anna")),
            NewEntry(id="b", content="a dog in the garden", scope=of("anna"), type=EntryType.SEMANTIC),
            NewEntry(id="c", content="repair the car", scope=of("ben")),
        )
        async with served(ground) as daemon, daemon.caller(USERS["anna"]) as anna:
            async with asyncio.timeout(20):
                while (told := (await anna.get("/recall?q=repair+car&limit=1")).json())["notice"]:
                    pass
            assert (ranks(told), told["by"]) == ({"a": (None, 1)}, "words and meaning")
            assert (await anna.get("/recall?q=dog&type=episodic&tier=core")).json()["entries"] == []
            assert ranks((await anna.get("/recall?q=dog&type=semantic")).json()) == {"b": (1, 1)}
            for query in ("limit=101", "type=x", "tier=x", "pinned=x"):
                assert (await anna.get(f"/recall?{query}")).status_code == 400
    async with served(ready(tmp_path, settings)) as daemon, daemon.caller(USERS["anna"]) as anna:
        told = (await anna.get("/recall?q=garden+dog")).json()
        assert (ranks(told), told["by"], told["embedder"]) == ({"b": (1, None)}, "words", True)
        assert told["notice"].startswith("Searched by words alone:")
    async with served(ready(tmp_path)) as daemon, daemon.caller(USERS["anna"]) as anna:
        told = (await anna.get("/recall?q=garden+dog")).json()
        assert (ranks(told), told["by"], told["embedder"], told["notice"]) == ({"b": (1, None)}, "words", False, "")


async def test_what_is_restricted_is_told_only_where_that_is_asked_for(tmp_path: Path) -> None:
    ground = ready(tmp_path)
    hidden = NewEntry(id="s", content="a door code", scope=Scope(), confidentiality=Confidentiality.RESTRICTED)
    await remembered(ground, hidden)
    async with served(ground) as daemon, daemon.caller() as caller:
        (listed,) = (await caller.get("/memory")).json()["entries"]
        assert (listed["content"], listed["withheld"]) == ("", True)
        (recalled,) = (await caller.get("/recall?q=door+code")).json()["entries"]
        assert (recalled["content"], recalled["withheld"]) == ("", True)
        assert (await caller.get("/memory/s")).json()["content"] == ""
        assert (await caller.get("/memory/s?reveal=true")).json()["content"] == "a door code"


async def test_a_memory_is_pinned_and_let_go_of(tmp_path: Path) -> None:
    ground = ready(tmp_path)
    await remembered(ground, NewEntry(id="a", content="tea", scope=Scope()))
    async with served(ground) as daemon, daemon.caller() as caller:
        for pinned in (True, False):
            assert (await caller.post("/memory/a/pin", json={"pinned": pinned})).json()["pinned"] is pinned
            assert (await caller.get("/memory/a")).json()["pinned"] is pinned
        assert (await caller.post("/memory/a/pin", json={"pinned": "yes"})).status_code == 422


async def test_where_nothing_is_remembered_there_is_no_memory_to_look_at(tmp_path: Path) -> None:
    ground = ready(tmp_path, '\n[memory]\ntype = "none"\n')
    async with served(ground) as daemon, daemon.caller() as caller:
        for path in ("/memory", "/recall", "/memory/a", "/drafts"):
            answer = await caller.get(path)
            assert (answer.status_code, "nothing is remembered" in answer.json()["error"]) == (404, True)


async def test_a_draft_waits_for_the_word_of_whom_the_machine_belongs_to_and_is_decided_once(tmp_path: Path) -> None:
    ground = ready(tmp_path)
    await drafted(ground, "release", "tidy", "open")
    async with served(ground) as daemon, daemon.caller() as caller:
        async with daemon.caller(USERS["anna"]) as anna:
            assert (await anna.get("/drafts")).status_code == 403
            assert (await anna.post("/drafts/draft-release/accept")).status_code == 403
        waiting = (await caller.get("/drafts")).json()["drafts"]
        assert {each["name"] for each in waiting} == {"release", "tidy", "open"}
        accepted = (await caller.post("/drafts/draft-release/accept")).json()
        file = ground.home / ".config/heartbit/skills/release/SKILL.md"
        assert (accepted["state"], accepted["file"]) == ("accepted", str(file))
        assert file.read_text("utf-8") == accepted["skill"]
        assert (await caller.post("/drafts/draft-tidy/refuse")).json()["state"] == "refused"
        for name, what in (("release", "refuse"), ("tidy", "accept"), ("tidy", "refuse")):
            assert (await caller.post(f"/drafts/draft-{name}/{what}")).status_code == 409
        assert (await caller.post("/drafts/draft-/accept")).json() == {"error": "draft not found"}
        assert [each["name"] for each in (await caller.get("/drafts")).json()["drafts"]] == ["open"]


async def test_the_audit_is_shown_by_role_with_who_acts_for_whom(tmp_path: Path) -> None:
    ground = ready(tmp_path)
    async with served(ground) as daemon:
        sessions = dict[str, str]()
        for name, token in (("anna", USERS["anna"]), ("carl", USERS["carl"]), ("person", TOKEN)):
            async with daemon.caller(token) as caller:
                sessions[name] = (await ended(caller, await submitted(caller, f"look, {name}")))["session_id"]
        expected = {
            USERS["anna"]: {"anna"},
            USERS["ben"]: set[str](),
            USERS["carl"]: {"carl"},
            OPERATOR: {"anna"},
            TOKEN: {"anna", "carl", "person"},
        }
        for token, sees in expected.items():
            async with daemon.caller(token) as caller:
                rows = (await caller.get("/audit?limit=500")).json()["rows"]
                assert {row["session"] for row in rows} == {sessions[name] for name in sees}
                for name, session in sessions.items():
                    answer = await caller.get(f"/sessions/{session}/audit")
                    assert answer.status_code == (200 if name in sees else 404)
        async with daemon.caller(USERS["anna"]) as anna:
            (call,) = (await anna.get("/audit?tool=glob&decision=allow")).json()["rows"]
            assert (call["kind"], call["user"], call["tenant"]) == ("tool_call_started", "anna", "acme")
            assert call["delegation_chain"] == ["user:anna", "api", "heartbit"]
            assert (call["decided_by"], "pattern" in call["told"]["input"]) == ("mode", True)
            every, before = list[int](), 0
            while before is not None:
                page = (await anna.get(f"/audit?limit=3&before={before}")).json()
                every, before = [*every, *(row["id"] for row in page["rows"])], page.get("next")
            assert every == [row["id"] for row in (await anna.get("/audit?limit=500")).json()["rows"]]
            for query in ("decision=maybe", "limit=0", "before=x"):
                assert (await anna.get(f"/audit?{query}")).status_code == 400


async def test_a_user_called_as_the_person_at_this_machine_sees_nothing_of_the_audit_of_that_person(
    tmp_path: Path,
) -> None:
    ground = ready(tmp_path)
    ground.prepare(
        [says("hello", times=0)],
        f"""
        [daemon.auth]
        bearer_tokens = [
            {{ token = "{TOKEN}" }},
            {{ token = "{PLAIN}", user = "{NAMESAKE}" }},
            {{ token = "{OPERATOR}", roles = ["user"] }},
        ]
        """,
    )
    async with served(ground) as daemon:
        sessions = list[str]()
        for token in (TOKEN, PLAIN):
            async with daemon.caller(token) as caller:
                sessions.append((await ended(caller, await submitted(caller, "say hello")))["session_id"])
        for token, sees in ((PLAIN, sessions[1:]), (OPERATOR, sessions[:1]), (TOKEN, sessions)):
            async with daemon.caller(token) as caller:
                rows = (await caller.get("/audit?limit=500")).json()["rows"]
                assert {row["session"] for row in rows} == set(sees)
