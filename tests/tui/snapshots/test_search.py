from collections.abc import Sequence
from datetime import timedelta

from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.store.damage import DamagedError
from heartbit_tui.tui.screens.search import Hit, Others, search
from heartbit_tui.tui.screens.when import ago
from tests.tui.snapshots.conftest import Open
from tests.tui.snapshots.stage import NOW
from tests.tui.snapshots.test_screens import LIVE, leave, said, show

ELSEWHERE = tuple(
    Hit(
        text=text,
        who=who,
        when=ago(NOW - timedelta(hours=hours), NOW),
        word="test",
        session="s",
        place=place,
    )
    for text, who, hours, place in (
        (
            "FAIL: test_gap_over_midnight (tests.test_pulse.Gaps)",
            "result",
            3,
            "Why a gap at midnight? · ~/pulse · 3z9x",
        ),
        ("command: python3 -m unittest [red]-q[/] tests", "call", 3, "Why a gap at midnight? · ~/pulse · 3z9x"),
        ("日本語 in the test of the side panel", "you", 400, "日本語 · and 2 copies · ~/proj · d00d"),
    )
)


async def here(words: str) -> Sequence[Hit]:
    return [Hit(text=f"The {words} passes now.", who="heartbit", place="this conversation")]


async def elsewhere(words: str, everywhere: bool) -> Others:
    return Others(hits=ELSEWHERE if everywhere else ELSEWHERE[:1], waiting=1_200 if everywhere else 0)


async def nowhere(words: str, everywhere: bool) -> Others:
    raise StoreError("The session file is damaged.")


async def test_hits_in_all_sessions(opened: Open) -> None:
    async with opened() as stage:
        await said(stage)
        await show(stage, search(here, LIVE, stage.app.ink, "test", elsewhere=elsewhere))
        await stage.until("FAIL", "this conversation")
        await stage.shot("search-all")
        await stage.press("tab")
        await stage.until("this folder")
        await stage.shot("search-folder")
        await leave(stage)
        await show(stage, search(here, LIVE, stage.app.ink, "test", elsewhere=nowhere))
        await stage.until("cannot be read")
        await stage.shot("search-unreadable")


async def test_a_damaged_file_of_sessions(opened: Open) -> None:
    async with opened() as stage:
        talk = stage.app.talk
        talk.stage, talk.fault = "failed", DamagedError("The session file is damaged (file is not a database).")
        talk.tell(str(talk.fault), level="error")
        stage.app.living.bridge.changed(talk)
        await stage.until("Enter sends /repair")
        await stage.shot("damaged")
