"""Which events count after a person went back, and forward again."""

import random

from heartbit_tui.kernel.standing import Standing


def counted(standing: Standing, last: int) -> list[int]:
    return [seq for seq in range(1, last + 1) if standing.counts(seq)]


def test_going_back_to_before_a_rewind_brings_back_what_it_took_away() -> None:
    standing = Standing()
    standing.went_back(11, 5)
    assert counted(standing, 12) == [1, 2, 3, 4, 11, 12]
    standing.went_back(13, 11)
    assert counted(standing, 14) == [*range(1, 11), 13, 14]
    standing.went_back(15, 13)
    assert counted(standing, 15) == [1, 2, 3, 4, 11, 12, 15]


def test_what_counts_is_always_what_stood_right_before_the_event() -> None:
    same = 0
    for seed in range(500):
        numbers, standing = random.Random(seed), Standing()
        before: dict[int, list[int]] = {}
        now: list[int] = []
        for seq in range(1, 40):
            before[seq] = now
            if numbers.random() < 0.25:
                to = numbers.randrange(1, seq + 1)
                standing.went_back(seq, to)
                now = [*before[to], seq]
            else:
                now = [*now, seq]
        same += counted(standing, 39) == now
    assert same == 500
