import asyncio
from datetime import timedelta

from heartbit_tui.kernel.events import Delta, Envelope, Notice, TextDelta, TurnStarted
from heartbit_tui.kernel.ops import Close, Interrupt, Mode
from heartbit_tui.tui.view.client import READ_ONLY, Replay
from heartbit_tui.tui.view.player import LONGEST, Player, State
from tests.tui.view.streams import START, log


def spaced(*seconds: float) -> list[Envelope]:
    """Turns that begin so many seconds after each other."""
    at, found = START, list[Envelope]()
    for number, gap in enumerate(seconds, 1):
        at += timedelta(seconds=gap)
        event = TurnStarted(turn=number, max_turns=9)
        found.append(Envelope(seq=number, at=at, session="s", run="r", agent="a", event=event))
    return found


def seqs(envelopes: tuple[Envelope, ...]) -> list[int]:
    return [envelope.seq for envelope in envelopes]


def test_envelopes_come_when_they_are_due_and_long_pauses_are_cut() -> None:
    player = Player(spaced(0, 1, 0.5, 3_600, 1))
    told = [seqs(player.take(now)) for now in (10.0, 10.5, 11.0, 11.4, 11.5, 11.6)]
    assert told == [[1], [], [2], [], [3], []]
    assert player.wait is not None
    assert round(player.wait, 3) == LONGEST - 0.1
    assert seqs(player.take(14.5)) == [4, 5]
    assert player.wait is None


def test_speed_makes_the_same_time_shorter() -> None:
    player = Player(spaced(0, 2, 2), speed=1.0)
    player.take(0)
    player.faster(2)
    assert (player.state.speed, player.wait) == (4.0, 0.5)
    assert seqs(player.take(1.0)) == [2, 3]
    for _ in range(20):
        player.faster(-1)
    assert player.state.speed == 0.25
    for _ in range(20):
        player.faster(1)
    assert player.state.speed == 64.0


def test_a_pause_is_no_time_that_passes() -> None:
    player = Player(spaced(0, 1, 1))
    assert seqs(player.take(0)) == [1]
    player.play(False)
    assert (seqs(player.take(50)), player.wait) == ([], None)
    player.play()
    assert seqs(player.take(100)) == []
    assert seqs(player.take(101)) == [2]


def test_steps_go_over_pieces_and_jumps_go_anywhere() -> None:
    envelopes = log()
    player = Player(envelopes, playing=False)
    player.step()
    assert seqs(player.take(0)) == [1]
    for _ in range(3):
        player.step()
        player.take(0)
    player.step()
    last = player.take(0)
    assert isinstance(last[0].event, TextDelta)
    assert not isinstance(last[-1].event, Delta)
    assert player.before() == 4
    assert not player.jump(10_000)
    assert player.take(0)[-1] == envelopes[-1]
    assert player.jump(3)
    assert (seqs(tuple(player.shown)), seqs(player.take(0))) == ([1, 2, 3], [])
    assert player.jump(-5)
    assert player.state == State(at=0, of=len(envelopes), playing=False)


def test_nothing_is_lost_or_told_twice_whatever_is_done() -> None:
    envelopes = log()
    player = Player(envelopes[:5])
    told = [*player.take(0.0)]
    player.feed(envelopes[5:])
    for turn in range(200):
        (player.step, player.play, lambda: player.faster(1), lambda: player.feed(()))[turn % 4]()
        told += player.take(turn * 0.3)
    player.jump(len(envelopes))
    told += player.take(999)
    assert told == envelopes


async def test_a_replay_is_a_client_that_changes_nothing() -> None:
    player = Player(log())
    replay = Replay(player, lambda: 0.0)
    player.jump(len(log()))
    batches = replay.batches()
    told = await anext(batches)
    assert list(told) == log()
    assert (replay.about.session_id, replay.about.model, replay.mode) == ("s-1", "claude-sonnet-4-6", Mode.PLAN)
    assert round(replay.costs()[0].cost_usd, 2) == 0.12
    assert (replay.running, replay.history) == (False, ())
    replay.submit(Interrupt())
    (said,) = await anext(batches)
    assert said.event == Notice(level="info", text=READ_ONLY)
    replay.submit(Close())
    assert [batch async for batch in batches] == []


async def test_a_replay_that_stands_still_sets_no_timer_and_goes_on_when_told() -> None:
    now = [0.0]
    player = Player(spaced(0, 1), playing=False)
    replay = Replay(player, lambda: now[0])
    waiting = asyncio.ensure_future(anext(replay.batches()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not waiting.done()
    assert player.wait is None
    player.step()
    replay.touched()
    assert seqs(await waiting) == [1]
