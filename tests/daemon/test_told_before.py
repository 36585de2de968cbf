"""What a task is told of those before it in its story, and what it is not."""

from dataclasses import replace
from pathlib import Path

from heartbit_tui.kernel.events import UserMessage
from heartbit_tui.kernel.messages import Text
from heartbit_tui.tasks import Request
from tests.daemon.ground import Ground, Heard, daemon, says

FIRST = Request(task="find the valve", story_id="boiler", tenant_id="acme", user_id="anna")


async def begun_with(ground: Ground, *requests: Request) -> list[str]:
    """What each of these tasks began with behind its words, done one after the other."""
    texts: list[str] = []
    heard = Heard()
    async with daemon(ground, heard) as found:
        for request in requests:
            task_id = await found.service.submit(request)
            # It is told of the end once all that becomes of the task is kept.
            task = await heard.until(task_id, (await found.service.outcome(task_id)).state)
            log = (await found.store.load(task.session, only=(UserMessage,))).envelopes
            said = [each.event for each in log if isinstance(each.event, UserMessage) and each.event.origin == "prompt"]
            words = [part.text for part in said[-1].message.content if isinstance(part, Text)]
            assert words[0] == request.task
            texts.append("\n".join(words[1:]))
    return texts


async def test_a_task_is_told_what_came_of_the_others_of_its_story_as_data(tmp_path: Path) -> None:
    ground = Ground(tmp_path)
    ground.prepare([says("It is in the cellar.", when="find"), says("It leaks.", when="look"), says("Done.")])
    first, second, third = await begun_with(
        ground, FIRST, replace(FIRST, task="look at it"), replace(FIRST, task="mend it")
    )
    assert first == ""
    assert second.startswith("|||FENCE:")
    assert ("It is in the cellar." in second, "It leaks." in second) == (True, False)
    assert "source: results of earlier tasks of the same story" in second
    assert third.index("It is in the cellar.") < third.index("It leaks.")


async def test_no_story_is_anothers_beginning_users_or_tenants_and_none_is_no_story(tmp_path: Path) -> None:
    ground = Ground(tmp_path)
    ground.prepare([says("It is in the cellar.", times=0)])
    others = (
        replace(FIRST, story_id="boil"),
        replace(FIRST, story_id="boiler-2"),
        replace(FIRST, user_id="ben"),
        replace(FIRST, tenant_id="other"),
        replace(FIRST, story_id=""),
        replace(FIRST, story_id=""),
    )
    assert await begun_with(ground, FIRST, *others) == [""] * 7


async def test_nothing_is_told_of_what_strangers_could_have_written_failed_or_had_nothing_to_say(
    tmp_path: Path,
) -> None:
    ground = Ground(tmp_path)
    failing = {"fault": {"kind": "status", "status": 401}, "when": "break"}
    ground.prepare([failing, says("NOTHING", when="look"), says("It is in the cellar.", times=0)])
    mine = replace(FIRST, user_id="", tenant_id="")
    earlier = (
        replace(mine, source="sensor:mail", trust_level="unknown"),
        replace(mine, task="break"),
        replace(mine, task="look", silent="NOTHING"),
    )
    assert await begun_with(ground, *earlier, mine) == [""] * 4


async def test_a_task_that_goes_on_with_a_session_is_not_told_what_stands_in_it(tmp_path: Path) -> None:
    ground = Ground(tmp_path)
    ground.prepare([says("It is in the cellar.", times=0)])
    there = replace(FIRST, session="20260101-000000-boiler01")
    same, other = (await begun_with(ground, there, there, FIRST))[1:]
    assert (same, other.count("It is in the cellar.")) == ("", 2)


SHARED = "[daemon.institutional_memory]\nenabled = true\nrecall_limit = 1\n"


async def test_what_a_tenant_knows_is_not_told_again_where_the_story_or_the_session_has_it(tmp_path: Path) -> None:
    ground = Ground(tmp_path)
    valve = [says(f"The valve is in the {place}.", when=f"valve {place}") for place in ("cellar", "attic")]
    ground.prepare([*valve, says("Done.", times=0)], SHARED)
    cellar = replace(FIRST, task="look for the valve cellar", session="20260101-000000-boiler01")
    attic = replace(FIRST, task="look for the valve attic", story_id="")
    _, _, story, session = await begun_with(
        ground,
        cellar,
        attic,
        replace(FIRST, task="mend the valve of the cellar"),
        replace(cellar, task="mend the valve in the cellar", story_id=""),
    )
    assert story.count("The valve is in the cellar.") == 1
    assert story.count("The valve is in the attic.") == 1
    assert "The valve is in the cellar." not in session
