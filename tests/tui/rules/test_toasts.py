"""A notification that is over by the time it is put on a screen."""

from pathlib import Path

from textual.notifications import Notification

from heartbit_tui.tui.toasts import LEAST, Lasting
from tests.tui.rules.stage import staged


class Fading(Notification):
    """Is over the second time that somebody looks."""

    looked = 0

    @property
    def time_left(self) -> float:
        Fading.looked += 1
        return LEAST / 2 if Fading.looked <= 4 else -LEAST


async def test_one_that_is_about_to_go_holds_nothing_up(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        Fading.looked = 0
        stage.app._notifications.add(Fading("it was there"))  # pyright: ignore[reportPrivateUsage] - no public way gives one that fades
        stage.app.tell("and this stays")
        await stage.until(lambda: any("and this stays" in row for row in stage.shown))
        assert not any("it was there" in row for row in stage.shown)


def test_only_what_lasts_is_shown() -> None:
    kept = Lasting()
    for timeout in (5, LEAST / 2):
        kept.add(Notification(f"{timeout} s", timeout=timeout))
    assert [each.message for each in kept] == ["5 s"]
    assert len(kept) == 2
