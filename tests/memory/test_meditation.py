"""The memory is put in order: doubles merged, skills drafted, and what a skill stands for let go; nothing else is touched."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.kernel.events import MemoryChanged, ModelCalled
from heartbit_tui.memory.meditation_drafts import DraftError
from heartbit_tui.memory.meditation_report import told
from heartbit_tui.memory.sqlite.drafts import SqliteDrafts
from heartbit_tui.memory.types import Confidentiality, Reach, Scope
from heartbit_tui.providers.faults import Status
from tests.memory.meditation_rig import ALL, RELEASES, SCOPE, SKILL, bench, core, fact, says
from tests.memory.rig import SCREEN

PORT = "The dev server of this project listens on port 4711 since the last release of the stack"
SAME = "The dev server of this project listens on port 4711 since the last release of the stack."
OTHER = "Nobody deploys on Fridays."


def unlike(number: int) -> str:
    """A text that is like no other one."""
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    return " ".join(digest[place : place + 5] for place in range(0, 60, 5))


async def test_of_doubles_the_stronger_stays_with_what_both_had_and_their_links(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        weak, strong, other = await on.store(
            fact(PORT, tags=("dev",), confidentiality=Confidentiality.INTERNAL),
            fact(SAME, importance=8, keywords=("port",)),
            fact(OTHER),
        )
        await on.memory.link(weak.id, other.id, ALL)
        await on.memory.get(weak.id, ALL, touch=True)
        report = await on.meditate()
        left = await on.entries()
    assert [(double.keeper.id, [each.id for each in double.gone]) for double in report.doubles] == [
        (strong.id, [weak.id])
    ]
    kept = left[SAME]
    assert set(left) == {SAME, OTHER}
    assert (kept.tags, kept.keywords, kept.importance, kept.access_count) == (("dev",), ("port",), 8, 1)
    assert (kept.confidentiality, kept.source_ids, kept.related_ids) == (
        Confidentiality.INTERNAL,
        (weak.id,),
        (other.id,),
    )
    assert left[OTHER].related_ids == (strong.id,)
    assert on.actions == ["merged", "meditated"]
    assert told(report) == "1 memory that another one says too was merged into it."


async def test_pinned_restricted_and_anothers_entries_are_no_doubles(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        await on.store(
            fact(PORT),
            fact(f"{SAME} ", pinned=True),
            fact(f"{SAME}!", confidentiality=Confidentiality.RESTRICTED),
            fact(f"{SAME}?", scope=replace(SCOPE, agent="other")),
            fact(f"{SAME},", scope=replace(SCOPE, project="/elsewhere")),
            fact(f"{SAME};", scope=Scope(tenant="t", agent="heartbit", project="/w")),
        )
        report = await on.meditate()
        assert len(await on.entries()) == 5
    assert (report.removed, on.actions) == (0, [])


async def test_doubles_of_another_session_are_doubles(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        await on.store(fact(PORT, scope=replace(SCOPE, session="a")), fact(SAME, scope=replace(SCOPE, session="b")))
        assert (await on.meditate()).removed == 1


async def test_many_doubles_become_one_and_are_counted_once(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        await on.store(*(fact(f"{PORT}{'.' * n}") for n in range(7)))
        report = await on.meditate()
        assert (report.removed, len(report.doubles), len(await on.entries())) == (6, 1, 1)


async def test_the_batch_moves_on_with_each_cycle_and_begins_anew_at_the_end(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        await on.store(*(fact(unlike(n)) for n in range(120)), fact(PORT), fact(SAME))
        looked = [(report.looked, report.removed) for report in [await on.meditate() for _ in range(4)]]
    assert looked == [(50, 0), (50, 0), (22, 1), (50, 0)]


async def test_a_dry_run_tells_and_changes_nothing(tmp_path: Path) -> None:
    async with bench(tmp_path, says(SKILL, times=0)) as on:
        await on.store(fact(PORT), fact(SAME), *map(core, RELEASES))
        before = await on.entries()
        one, two = await on.meditate(dry=True), await on.meditate(dry=True)
        assert await on.entries() == before
        assert (one, one.removed, len(one.clusters)) == (two, 1, 1)
        assert (on.told, on.provider.requests, await on.drafts.list()) == ([], [], ())
    assert told(one) == ("1 memory that another one says too would be merged into it. 1 skill would be drafted.")


async def test_core_memories_that_belong_together_become_a_draft_once(tmp_path: Path) -> None:
    async with bench(tmp_path, says(SKILL, cost_usd=0.02)) as on:
        stored = await on.store(*map(core, RELEASES), core(OTHER))
        report = await on.meditate()
        (draft,) = report.drafts
        assert {each.id for each in draft.sources} == {each.id for each in stored[:3]}
        assert (draft.name, draft.state, draft.cost_usd, draft.note) == ("release-notes", "waiting", 0.02, "")
        assert await on.drafts.list() == (draft,)
        assert (await on.meditate()).drafts == ()
    (called,) = (event for event in on.told if isinstance(event, ModelCalled))
    assert (called.purpose, called.cost_usd) == ("crystallisation", 0.02)
    (request,) = on.provider.requests
    assert RELEASES[0] in str(request.messages)
    assert (request.max_tokens, request.tools) == (4_096, ())
    assert on.actions == ["meditated"]


async def test_what_only_happened_or_is_pinned_becomes_no_skill_until_it_is_used(tmp_path: Path) -> None:
    async with bench(tmp_path, says(SKILL)) as on:
        stored = await on.store(*map(fact, RELEASES), *(core(text + " too", pinned=True) for text in RELEASES))
        assert (await on.meditate()).asked == 0
        for each in stored[:3]:
            for _ in range(15):
                await on.memory.get(each.id, ALL, touch=True)
        assert len((await on.meditate()).drafts) == 1


async def test_no_more_than_five_in_a_cycle_and_the_rest_with_the_next(tmp_path: Path) -> None:
    skills = [says(SKILL.replace("release-notes", f"skill-{n}")) for n in range(7)]
    async with bench(tmp_path, *skills) as on:
        for n in range(7):
            words = " ".join(f"w{n}x{m}" for m in range(8))
            await on.store(*(core(f"{words} {end}{n}") for end in ("one", "two", "three")))
        counts = [len((await on.meditate()).drafts) for _ in range(3)]
    assert counts == [5, 2, 0]


async def test_what_has_nothing_alike_in_front_keeps_nothing_behind_from_its_turn(tmp_path: Path) -> None:
    async with bench(tmp_path, says(SKILL)) as on:
        await on.store(*(core(f"alone{n} stands{n} here{n}") for n in range(60)), *map(core, RELEASES))
        assert len((await on.meditate()).drafts) == 1


async def test_what_the_model_got_wrong_is_put_off_longer_each_time(tmp_path: Path) -> None:
    async with bench(tmp_path, says("No table here.", times=2), says(SKILL)) as on:
        await on.store(*map(core, RELEASES))
        asked: list[int] = []
        for hours in (0, 1, 6, 6, 7):
            await on.clock.advance(hours * 3_600)
            asked.append((await on.meditate()).asked)
        assert asked == [1, 0, 1, 0, 1]
        assert len(await on.drafts.list()) == 1


async def test_a_model_that_fails_leaves_the_other_phases_done(tmp_path: Path) -> None:
    async with bench(tmp_path, *[says("", fault=Status(status=500))] * 4) as on:
        await on.store(fact(PORT), fact(SAME), *map(core, RELEASES))
        report = await on.meditate()
    assert (report.removed, report.drafts, len(report.troubles)) == (1, (), 1)
    assert report.troubles[0].startswith("Of 3 memories no skill was made: ")


async def test_a_phase_that_breaks_off_stops_no_other(tmp_path: Path) -> None:
    async with bench(tmp_path, says(SKILL)) as on:
        await on.store(*map(core, RELEASES))
        on.kept.due = broken  # pyright: ignore[reportAttributeAccessIssue] # the one phase that nothing else breaks
        report = await on.meditate()
    assert report.troubles == ("Letting go broke off: The disk is full.",)
    assert len(report.drafts) == 1


async def test_where_money_is_up_nobody_is_asked(tmp_path: Path) -> None:
    async with bench(tmp_path, says(SKILL, times=0)) as on:
        on.refusal = "No skill was made: 2.00 US dollars were spent today."
        await on.store(*map(core, RELEASES))
        report = await on.meditate()
    assert (report.troubles, on.provider.requests) == ((on.refusal,), [])


async def test_without_vectors_nothing_is_compared_and_that_is_told(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        await on.memory.store(fact(PORT))
        await on.memory.store(fact(SAME))
        report = await on.meditate()
    assert report.removed == 0
    assert "memory.embedding.provider" in report.troubles[0]


async def test_a_fence_around_the_answer_is_taken_off(tmp_path: Path) -> None:
    async with bench(tmp_path, says(f"```markdown\n{SKILL}```")) as on:
        await on.store(*map(core, RELEASES))
        assert [draft.name for draft in (await on.meditate()).drafts] == ["release-notes"]


async def test_no_secret_and_nobodys_data_reach_a_draft(tmp_path: Path) -> None:
    told_of = SKILL.replace("because it signs", "then write to jane.doe@example.com or +1 212 555 0143")
    async with bench(tmp_path, says(told_of)) as on:
        await on.store(*(core(f"{text} as jane.doe@example.com said") for text in RELEASES))
        (draft,) = (await on.meditate(same=0.99)).drafts
    assert "jane.doe" not in str(on.provider.requests[0].messages)
    assert SCREEN(f"{draft.name} {draft.description} {draft.text} {draft.sources}").found == ()
    assert "an e-mail address" in draft.note


async def test_a_memory_is_put_to_the_edge_a_week_after_its_skill_was_accepted_and_stays_there(tmp_path: Path) -> None:
    async with bench(tmp_path, says(SKILL)) as on:
        stored = await on.store(*map(core, RELEASES))
        (draft,) = (await on.meditate()).drafts
        await on.clock.advance(30 * 86_400)
        assert (await on.meditate()).demoted == ()
        await on.drafts.accept(draft.id, "/skills/release-notes/SKILL.md")
        await on.memory.pin(stored[0].id, ALL)
        await on.clock.advance(6 * 86_400)
        assert (await on.meditate()).demoted == ()
        await on.clock.advance(86_400)
        assert {each.id for each in (await on.meditate()).demoted} == {each.id for each in stored[1:]}
        for _ in range(20):
            await on.memory.get(stored[1].id, ALL, touch=True)
        assert (await on.meditate()).demoted == ()
        left = await on.entries()
        seen = await on.kept.seen([each.id for each in stored], ALL)
    assert [left[text].importance for text in RELEASES] == [5, 1, 1]
    assert [each.demoted for each in seen] == [False, True, True]


async def test_what_was_refused_is_neither_let_go_of_nor_drafted_again(tmp_path: Path) -> None:
    async with bench(tmp_path, says(SKILL)) as on:
        await on.store(*map(core, RELEASES))
        (draft,) = (await on.meditate()).drafts
        await on.drafts.refuse(draft.id)
        await on.clock.advance(60 * 86_400)
        report = await on.meditate()
    assert (report.demoted, report.asked) == ((), 0)


async def test_a_draft_is_decided_and_changed_by_whose_it_is_alone(tmp_path: Path) -> None:
    async with bench(tmp_path, says(SKILL)) as on:
        await on.store(*map(core, RELEASES))
        (draft,) = (await on.meditate()).drafts
        other = SqliteDrafts(on.database, on.clock, Reach(tenant="acme", user="ben"))
        for act in (other.refuse(draft.id), other.accept(draft.id, "/x"), other.edit(replace(draft, text="Theirs."))):
            with pytest.raises(DraftError):
                await act
        assert await on.drafts.find(draft.id) == draft


async def test_the_report_is_told_as_an_event(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        await on.store(fact(PORT), fact(SAME))
        report = await on.meditate()
    assert on.told[-1] == MemoryChanged(action="meditated", count=1, reason=told(report))


async def broken(*_: object) -> tuple[()]:
    raise StoreError("The disk is full.")


async def test_the_ttl_is_the_settings(tmp_path: Path) -> None:
    async with bench(tmp_path, says(SKILL)) as on:
        await on.store(*map(core, RELEASES))
        (draft,) = (await on.meditate()).drafts
        await on.drafts.accept(draft.id, "")
        await on.clock.advance(3_600)
        assert len((await on.meditate(ttl=timedelta(hours=1))).demoted) == 3
