"""When an answer is read less often than it comes."""

from heartbit_tui.providers.exchange import FAST, STEADY, Flow


def reads(flow: Flow, count: int, *, events: int, every: float, start: float = 0.0) -> list[bool]:
    """What so many reads are taken for."""
    return [flow.is_fast(events, start + number * every) for number in range(count)]


def test_an_answer_is_fast_once_it_has_been_for_a_while_and_stays_so_when_it_is_read_less_often() -> None:
    flow = Flow()
    assert reads(flow, STEADY + 2, events=1, every=0.002) == [False] * STEADY + [True] * 2
    assert reads(flow, 5, events=5, every=0.010, start=STEADY * 0.002 + 0.012) == [True] * 5


def test_an_answer_at_the_speed_of_most_models_is_read_as_it_comes() -> None:
    assert not any(reads(Flow(), 500, events=1, every=1.01 / FAST))


def test_an_answer_that_comes_whole_never_waits() -> None:
    assert not any(reads(Flow(), STEADY - 1, events=400, every=0.0001))


def test_a_pause_ends_it() -> None:
    flow = Flow()
    reads(flow, 100, events=1, every=0.002)
    assert not flow.is_fast(1, 1.0)
