"""A request is done once, however often it comes, and whatever became of whoever asked first."""

import asyncio

from heartbit_tui.daemon.once import Once


class Work:
    """Something that ends when it is let, and counts how often it was begun."""

    def __init__(self) -> None:
        self.begun = 0
        self.let = asyncio.Event()
        self.at_it = asyncio.Event()

    async def __call__(self) -> int:
        self.begun += 1
        self.at_it.set()
        await self.let.wait()
        return self.begun


async def test_what_was_given_up_by_who_asked_first_is_done_for_who_asks_again() -> None:
    once, work = Once(), Work()
    first, again = [asyncio.create_task(once.do(("key",), work)) for _ in range(2)]
    await work.at_it.wait()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    work.let.set()
    assert (first.cancelled(), await again, await once.do(("key",), work), work.begun) == (True, 2, 2, 2)


async def test_of_many_only_those_that_are_done_are_forgotten_the_oldest_first() -> None:
    once, works = Once(kept=2), [Work() for _ in range(4)]
    asked = [asyncio.create_task(once.do((str(number),), each)) for number, each in enumerate(works)]
    await asyncio.gather(*(each.at_it.wait() for each in works))
    assert [once.knows((str(number),)) for number in range(4)] == [True] * 4
    works[0].let.set()
    works[3].let.set()
    await asyncio.gather(asked[0], asked[3])
    await once.do(("another",), works[0])
    assert [once.knows((name,)) for name in ("0", "1", "2", "3", "another")] == [False, True, True, False, True]
    for each in asked[1:3]:
        each.cancel()
    await asyncio.gather(*asked[1:3], return_exceptions=True)
    assert [once.knows((str(number),)) for number in (1, 2)] == [False, False]
