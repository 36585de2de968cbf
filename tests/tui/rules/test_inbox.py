"""The inbox on the screen, on a data file alone: letters are read, put away, taken back; drafts are decided."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from heartbit_tui.runtime import beating
from heartbit_tui.store.inbox import Letter
from tests.tui.hostile.texts import BIDI, LINE_TRICKS, MARKUP, OSC, WIDE
from tests.tui.rules.letters import AT, drafted, file_of, put
from tests.tui.rules.stage import Stage, staged

BUILD = Letter(at=AT, kind="reply", source="heartbit", title="The build broke", text="The **build** broke at noon.")
TIDY = Letter(
    at=AT - timedelta(hours=1),
    kind="failure",
    source="cron:tidy",
    title="no disk",
    text="no disk",
    changed=("/p/a.txt",),
    cost_usd=0.25,
)
HOSTILE = (MARKUP[0], OSC[0], "\n".join((*MARKUP, *OSC, *LINE_TRICKS, *BIDI, *WIDE)))


async def kept(folder: Path) -> Sequence[tuple[str, bool, bool]]:
    """The title of each letter, whether it was read, whether it was done with."""
    async with beating.ledger(file_of(folder)) as ledger:
        return [(each.title, each.read, each.done) for each in await ledger.inbox.list(done=None)]


def text(stage: Stage) -> str:
    return "\n".join(stage.shown)


async def sees(stage: Stage, *words: str) -> None:
    await stage.until(lambda: all(word in text(stage) for word in words))


async def test_the_footer_tells_of_letters_that_came_while_nothing_else_happened(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        assert "inbox" not in stage.shown[-1]
        await put(tmp_path, BUILD, TIDY)
        stage.app.living.mail.soon()
        await stage.until(lambda: "inbox 2" in stage.shown[-1])


async def test_a_letter_is_read_put_away_and_taken_back(tmp_path: Path) -> None:
    await put(tmp_path, BUILD, TIDY)
    async with staged(tmp_path) as stage:
        await stage.press("alt+n")
        await sees(stage, "The build broke", "the pulse says", "schedule tidy failed", "$0.2500", "1 file changed")
        await stage.press("enter")
        await sees(stage, "The build broke at noon.", "letter 1", "d done")
        assert await kept(tmp_path) == [("The build broke", True, False), ("no disk", False, False)]
        await stage.press("d")
        await sees(stage, "Done with; it stands under Tab.", "d back")
        await stage.press("u", "d")
        await sees(stage, "It waits again.")
        await stage.press("escape")
        await sees(stage, "Inbox", "type to filter")
        await stage.press("ctrl+d")
        await stage.until(lambda: "The build broke" not in text(stage))
        await stage.press("tab")
        await sees(stage, "The build broke", "done with")
        await stage.press("escape")
        await stage.until(lambda: "inbox 1" in stage.shown[-1])
    assert await kept(tmp_path) == [("The build broke", True, True), ("no disk", False, False)]


async def test_a_click_opens_a_letter_and_a_number_one_that_was_done_with(tmp_path: Path) -> None:
    await put(tmp_path, BUILD, TIDY)
    async with staged(tmp_path) as stage:
        stage.app.act("inbox", "2")
        await sees(stage, "letter 2", "/p/a.txt", "no diff of it is kept")
        await stage.back()
        stage.app.act("inbox", "nonsense")
        await sees(stage, "is no number of a letter")
        await stage.cleared()
        stage.app.act("inbox")
        await sees(stage, "no disk")
        row = next(at for at, each in enumerate(stage.shown) if "no disk" in each)
        await stage.pilot.click(offset=(stage.shown[row].index("no disk"), row), times=2)
        await sees(stage, "letter 2")


async def test_what_a_letter_says_is_never_obeyed(tmp_path: Path) -> None:
    await put(tmp_path, *(Letter(at=AT, kind="reply", source=each, title=each, text=each) for each in HOSTILE))
    async with staged(tmp_path, size=(80, 24)) as stage:
        for number in range(1, len(HOSTILE) + 1):
            stage.app.act("inbox", str(number))
            await sees(stage, f"letter {number}")
            assert "\x1b]" not in text(stage)
            assert stage.app.is_running
            await stage.press("escape")


async def test_a_draft_is_accepted_where_its_letter_is_read(tmp_path: Path) -> None:
    await drafted(tmp_path, "greet")
    async with staged(tmp_path) as stage:
        await stage.press("alt+n")
        await sees(stage, "greet", "meditation drafted a skill")
        await stage.press("enter")
        await sees(stage, "the draft, waiting", "Say hello.", "y accept")
        await stage.press("y")
        await sees(stage, "Accepted: the skill stands in", "the draft, accepted")
    skill = tmp_path / "home" / ".config" / "heartbit" / "skills" / "greet" / "SKILL.md"
    assert "Say hello." in skill.read_text("utf-8")
    assert await kept(tmp_path) == [("greet", True, True)]


async def test_a_draft_that_is_refused_writes_nothing(tmp_path: Path) -> None:
    await drafted(tmp_path, "greet")
    async with staged(tmp_path) as stage:
        stage.app.act("inbox", "1")
        await sees(stage, "n refuse")
        await stage.press("n")
        await sees(stage, "Refused: its memories stay as they are.", "the draft, refused")
    assert not (tmp_path / "home" / ".config" / "heartbit" / "skills").exists()
