"""Garbage is looked for a little at a time, and everywhere only once nothing happens."""

import gc
from collections.abc import Callable, Generator

import pytest

from heartbit_tui.testing.clock import FakeClock
from heartbit_tui.tui.garbage import QUIET, SELDOM, Garbage


class Knot:
    """Garbage that counting alone does not find."""

    alive = 0

    def __init__(self) -> None:
        self.itself = self
        Knot.alive += 1

    def __del__(self) -> None:
        Knot.alive -= 1


@pytest.fixture
def own_process() -> Generator[None]:
    """As the entry of the screen leaves it."""
    usual, frozen = gc.get_threshold(), gc.get_freeze_count()
    gc.disable()
    yield
    if not frozen:  # else all that the session has frozen would be gone through again and again
        gc.unfreeze()
    gc.set_threshold(*usual)
    gc.enable()


@pytest.mark.usefixtures("own_process")
async def test_all_is_looked_through_once_nothing_happens() -> None:
    clock, waiting = FakeClock(), list[tuple[float, Callable[[], None]]]()
    garbage = Garbage(lambda seconds, call: waiting.append((seconds, call)), clock.monotonic)
    garbage.begin()
    assert gc.get_threshold() == SELDOM
    assert gc.isenabled()
    Knot()
    garbage.touched()
    await clock.advance(1.5)
    garbage.touched()
    ((seconds, look),) = waiting
    await clock.advance(seconds - 1.5)
    look()
    assert Knot.alive == 1, "there was work half a second ago"
    seconds, look = waiting[1]
    assert seconds == pytest.approx(1.5)
    await clock.advance(seconds)
    look()
    assert Knot.alive == 0
    assert len(waiting) == 2, "and nothing wakes an idle screen"
    garbage.touched()
    assert waiting[2][0] == QUIET


async def test_another_process_is_left_alone() -> None:
    waiting, frozen, usual = list[object](), gc.get_freeze_count(), gc.get_threshold()
    garbage = Garbage(lambda seconds, call: waiting.append((seconds, call)), FakeClock().monotonic)
    garbage.begin()
    garbage.touched()
    assert (waiting, gc.get_freeze_count(), gc.get_threshold()) == ([], frozen, usual)
