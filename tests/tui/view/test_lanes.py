"""Runs of many agents are stepped through by lane, and by what is looked for."""

from pathlib import Path

import pytest

from heartbit_tui.kernel.events import ToolCallCompleted, type_name
from heartbit_tui.tui.talk.story import Story
from heartbit_tui.tui.timeline.choose import Choice
from heartbit_tui.tui.transcript.blocks import Work
from heartbit_tui.tui.transcript.plain import plain
from heartbit_tui.tui.view.controls import lanes
from heartbit_tui.tui.view.player import Player
from heartbit_tui.tui.view.read import Reader
from heartbit_tui.tui.view.sift import Sieve, is_error, passes, rows, sieve
from tests.tui.view.streams import START, streamed
from tests.tui.view.team import team
from tests.tui.view.test_app import INK, Rig


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", Sieve()),
        ("agent:Reader tool:bash", Sieve(agent="reader", tool="bash")),
        ("errors kind:tool_call", Sieve(kind="tool_call", errors=True)),
        ("tester failed", Sieve(agent="tester", errors=True)),
    ],
)
def test_a_filter_is_said_in_a_few_words(text: str, wanted: Sieve) -> None:
    assert sieve(text) == wanted
    assert sieve(str(wanted)) == wanted


def stops(text: str) -> list[str]:
    found = (envelope for envelope in team() if passes(envelope, sieve(text)))
    return [f"{each.agent} {type_name(type(each.event))}" for each in found]


def test_what_passes_is_of_the_agent_the_tool_and_the_kind_and_went_wrong() -> None:
    assert stops("errors") == [
        "tester tool_call_completed",
        "tester run_failed",
        "tester sub_agent_completed",
    ]
    assert stops("tool:read") == ["reader tool_call_started", "reader tool_call_completed"]
    assert stops("agent:reader kind:run") == ["reader run_started", "reader run_completed"]
    assert stops("kind:text_delta") == []
    assert len(stops("")) == sum(not type_name(type(each.event)).endswith("delta") for each in team())


def test_the_rows_of_the_timeline_follow_the_same_filter() -> None:
    assert rows(sieve("agent:heart tool:bash"), "heartbit") == Choice(agent="main", tool="bash")
    assert rows(sieve("tester errors"), "heartbit") == Choice(agent="tester", state="failed")


def test_a_player_knows_its_agents_and_the_next_and_the_last_that_passes() -> None:
    player = Player(team(), playing=False)
    assert player.agents == ["heartbit", "reader", "tester"]
    wrong = player.ahead(lambda each: is_error(each.event))
    assert wrong is not None
    player.jump(wrong)
    player.take(0.0)
    assert player.last is not None
    assert isinstance(player.last.event, ToolCallCompleted)
    assert player.behind(lambda each: is_error(each.event)) is None
    assert player.behind(lambda each: each.agent == "reader") == wrong - 2
    player.jump(player.state.of)
    player.take(0.0)
    assert player.ahead(lambda _: True) is None


def test_the_row_of_lanes_marks_where_the_replay_is() -> None:
    envelopes = team()
    at = next(each for each in envelopes if each.agent == "tester" and is_error(each.event))
    line = lanes(["heartbit", "reader", "tester"], at, 78, INK)
    assert line.text.split() == ["heartbit", "reader", "❯tester", "tool_call_completed", "bash"]
    assert lanes(["a"], None, 10, INK).text == " a "
    assert all(len(lanes(["heartbit", "reader", "tester"], at, width, INK).text) <= width for width in range(1, 80))


def test_a_stream_of_many_agents_has_the_work_of_each_in_a_block_of_its_own() -> None:
    story = Story()
    story.take(Reader(START).feed(streamed(team())))
    works = [block for block in story.transcript.blocks if isinstance(block, Work)]
    assert [(work.agent, work.state, [plain(part).splitlines()[0] for part in work.parts]) for work in works] == [
        ("reader", "ok", ["I read the docs.", "read", "The docs are whole."]),
        ("tester", "failed", ["I test it.", "bash"]),
    ]


async def test_keys_jump_to_errors_and_agents_and_steps_follow_the_filter(tmp_path: Path) -> None:
    rig = Rig(tmp_path, team())
    async with rig.shown() as (_, pilot):

        async def at(*keys: str) -> str:
            await pilot.press(*keys)
            await pilot.pause()
            await pilot.pause()
            last = rig.player.last
            return f"{last.agent} {type_name(type(last.event))}" if last else ""

        assert await at("n") == "tester tool_call_completed"
        assert await at("n") == "tester run_failed"
        assert await at("N") == "tester tool_call_completed"
        assert await at("a") == "reader model_called"
        assert await at("A") == "tester tool_call_completed"
        assert await at("home", "slash", *"reader", "space", *"tool", "colon", *"re", "enter", "right") == (
            "reader tool_call_started"
        )
        assert await at("right") == "reader tool_call_completed"
        assert await at("right") == "reader tool_call_completed"
        assert await at("left") == "reader tool_call_started"
        assert await at("slash", "ctrl+u", "enter", "left") == "reader assistant_message"
        assert await at("home", "f", "right") == "tester tool_call_completed"
