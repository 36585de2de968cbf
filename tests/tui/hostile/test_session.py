"""Hostile texts as everything that a session tells, in the running application: they stay text."""

from collections.abc import Callable
from pathlib import Path

import pytest
from textual import events

from heartbit_tui.kernel.events import ApprovalDecision, QuestionAnswered, QuestionAsked, RunStarted
from tests.samples import samples, share
from tests.tui.hostile.around import approval, question, talk, trouble
from tests.tui.hostile.texts import FAR_TOO_LONG, MARKUP, SHORT, all_texts, mixtures
from tests.tui.hostile.watching import STALL, faults, watched
from tests.tui.rules.stage import staged

PARTS = samples(4, 1)
ONE_OF = 4
TOGETHER = 8
SHEET_KEYS = ("f", "a", "e", "t", "ctrl+e", "pagedown")


def part(texts: tuple[str, ...], number: int) -> list[tuple[int, str]]:
    return list(enumerate(share(texts, ONE_OF)))[number::PARTS]


def test_there_are_more_than_600_of_them() -> None:
    assert len(set(all_texts())) >= 600


@pytest.mark.security("T1")
@pytest.mark.slow
@pytest.mark.parametrize("number", range(PARTS))
async def test_told_by_a_session(tmp_path: Path, number: int, record_property: Callable[[str, object], None]) -> None:
    found: list[str] = []
    texts = part((*SHORT, *mixtures(100)), number)
    async with staged(tmp_path, size=(120, 400)) as stage:
        faults(stage, "")
        for at in range(0, len(texts), TOGETHER):
            some = texts[at : at + TOGETHER]
            for each, text in some:
                stage.client.tell(*talk(text, each))
            await stage.drawn()
            for each, text in some:
                stage.client.tell(*trouble(text, each))
            await stage.drawn()
            found += faults(stage, ascii([text for _, text in some]))
    assert found == []
    assert len(texts) >= 150
    record_property("cases", len(texts))


@pytest.mark.slow
async def test_they_hold_the_loop_for_no_longer_than_a_tenth_of_a_second(tmp_path: Path) -> None:
    found: list[str] = []
    texts = (*FAR_TOO_LONG, *SHORT[::30])
    async with staged(tmp_path, size=(120, 40)) as stage, watched() as holds:
        faults(stage, "")
        for each, text in enumerate(texts):
            await stage.told(*talk(text, each), *trouble(text, each))
            found += faults(stage, ascii(text[:60]))
    assert found == []
    assert len(texts) >= 50
    assert holds.worst < STALL, max(holds.all)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(PARTS))
async def test_asked_about_in_a_sheet(tmp_path: Path, number: int) -> None:
    found: list[str] = []
    texts = part((*SHORT, *FAR_TOO_LONG, *mixtures(40)), number)
    async with staged(tmp_path, size=(100, 40)) as stage, watched() as holds:
        await stage.told(RunStarted(task="x"))
        sheet = stage.app.living.sheet
        faults(stage, "")
        for each, text in texts:
            asked = approval(text, each)
            sheet.open(asked, text if each % 7 == 0 else "")
            await stage.settled()
            if each // PARTS % 5 == 0:
                sheet.takes(SHEET_KEYS[each % len(SHEET_KEYS)], None, 1e12 + each)
                await stage.settled()
            found += faults(stage, ascii(text[:80]))
            asking = QuestionAsked(id=f"q{each}", questions=(question(text), question(text)))
            sheet.open(asking)
            sheet.close(asked.id)
            if each // PARTS % 3 == 0:
                await stage.settled()
                found += faults(stage, ascii(text[:80]))
            sheet.close(asking.id)
        await stage.settled()
        assert sheet.waiting is None
    assert found == []
    assert len(texts) >= 150
    assert holds.worst < STALL, max(holds.all)


async def test_asked_about_by_a_session_and_settled(tmp_path: Path) -> None:
    found: list[str] = []
    async with staged(tmp_path) as stage:
        faults(stage, "")
        for each, text in list(enumerate(SHORT))[::60]:
            await stage.told(RunStarted(task=text), approval(text, each))
            await stage.until(lambda: stage.app.living.sheet.waiting is not None)
            found += faults(stage, ascii(text))
            await stage.told(
                ApprovalDecision(turn=1, approved=True, id=f"a{each}", tool_call_id=f"ac{each}", note=text)
            )
            await stage.told(QuestionAsked(id=f"q{each}", questions=(question(text),)))
            await stage.told(QuestionAnswered(id=f"q{each}", answers=((text,),)))
            await stage.until(lambda: stage.app.living.sheet.waiting is None)
            found += faults(stage, ascii(text))
    assert found == []


async def test_markup_is_shown_as_it_stands(tmp_path: Path) -> None:
    plain = [text for text in MARKUP if "\x1b" not in text and "]52" not in text]
    async with staged(tmp_path, size=(160, 400)) as stage:
        await stage.told(*(event for each, text in enumerate(plain) for event in trouble(f"<{text}>", 3 * each + 1)))
        shown = "\n".join(stage.shown)
        assert [text for text in plain if f"<{text}>" not in shown] == []
        assert len(plain) >= 40


async def test_markup_in_a_toast_is_shown_as_it_stands(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        for text in MARKUP[::3]:
            stage.app.tell(f"<{text[:40]}>")
            await stage.until(lambda wanted=f"<{text[:40]}>": wanted in "\n".join(stage.shown))
            await stage.cleared()


@pytest.mark.slow
async def test_in_a_toast(tmp_path: Path) -> None:
    found: list[str] = []
    texts = share(SHORT, ONE_OF)
    async with staged(tmp_path) as stage:
        faults(stage, "")
        for at in range(0, len(texts), 12):
            for text in texts[at : at + 12]:
                stage.app.tell(text, warning=True)
            await stage.settled()
            found += faults(stage, ascii(texts[at : at + 12]))
            await stage.cleared()
    assert found == []


@pytest.mark.slow
async def test_pasted_into_the_draft_and_typed(tmp_path: Path) -> None:
    found: list[str] = []
    async with staged(tmp_path, size=(100, 40)) as stage, watched() as holds:
        faults(stage, "")
        for each, text in enumerate((*share(SHORT[::2], ONE_OF), *FAR_TOO_LONG)):
            stage.app.draft.set_text("")
            stage.app.draft.post_message(events.Paste(text))
            if each % 5 == 0:
                stage.app.draft.set_text(text)
            await stage.settled()
            found += faults(stage, ascii(text[:80]))
            await stage.cleared()
    assert found == []
    assert holds.worst < STALL, max(holds.all)
