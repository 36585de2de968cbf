from datetime import UTC, timedelta

import pytest

from heartbit_tui.kernel.events import ModelCalled, ModelEscalated, TurnStarted
from heartbit_tui.kernel.messages import Usage
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.lines.setting import cells
from heartbit_tui.tui.pane.source import Key
from heartbit_tui.tui.theme.ink import ink
from heartbit_tui.tui.theme.load import load
from heartbit_tui.tui.timeline.choose import Choice, choice
from heartbit_tui.tui.timeline.draw import narrow, wide
from heartbit_tui.tui.timeline.source import Rows
from tests.tui.timeline.story import START, Story

INK = ink(load("heartbit"))


def story() -> Story:
    told = Story().begin()
    told.turn()
    told.asks_for(("a", "read", {"file_path": "src/a.py"}), ("b", "grep", {"pattern": "漢字" * 40}))
    told.starts("a", "read")
    told.starts("b", "grep")
    told.ends("a", "read", 12, {"lines": 42})
    told.ends("b", "grep", 210)
    told.asks_for(("c", "edit", {"file_path": "[red]a[/red].py"}))
    told.approval("c", "edit", {"file_path": "[red]a[/red].py"}, 8_400)
    told.starts("c", "edit")
    told.ends("c", "edit", 25, {"added": 4, "removed": 1})
    told.asks_for(("d", "bash", {"command": "pytest -q\nrm x"}))
    told.starts("d", "bash", 300)
    told.ends("d", "bash", 2_100, {"exit_code": 1}, error=True)
    told.asks_for(("e", "grep", {"pattern": "x"}), agent="explorer")
    told.starts("e", "grep", agent="explorer")
    return told


def test_the_narrow_rows_say_what_matters() -> None:
    rows = story().timeline.rows()
    assert [narrow(row, Look(36, INK), None, UTC).text for row in rows] == [
        "14:02 model 1.2k → 340       1.8 s ✓",
        "14:02 read  src/a.py         12 ms ✓",
        "14:02 grep  │ 漢字漢字漢…   210 ms ✓",
        "14:02 edit  [red]a[/…  +4 -1 25 ms ✓",
        "14:02 bash  pytest…   exit 1 2.1 s ✗",
        "14:02  ▌explorer grep  x           ●",
    ]


def test_the_wide_rows_have_waits_figures_and_a_bar_to_one_scale() -> None:
    timeline = story().timeline
    lines = [wide(row, Look(110, INK), timeline.longest, None, UTC).text for row in timeline.rows()]
    assert "1.2k → 340  $0.01  claude-sonnet-4-6" in lines[0]
    assert "you 8.4 s +4 -1" in lines[3]
    assert "queued 300 ms exit 1" in lines[4]
    bars = [line.count("█") for line in lines]
    assert (bars[4], bars[0], bars[2]) == (16, 13, 1)
    assert "▏" in lines[1]


@pytest.mark.parametrize("width", [1, 2, 5, 8, 13, 20, 24, 36, 59, 60, 89, 90, 110, 200])
def test_no_row_is_wider_than_there_is_room(width: int) -> None:
    timeline = story().timeline
    for row in timeline.rows():
        for line in (narrow(row, Look(width, INK), START), wide(row, Look(width, INK), timeline.longest, START)):
            assert cells(line.text) <= width
            assert "\n" not in line.text


def test_a_call_that_goes_on_counts_its_time() -> None:
    row = story().timeline.rows()[-1]
    now = row.at + timedelta(seconds=75)
    assert "1 min 15 s" in wide(row, Look(110, INK), 1, now, UTC).text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Choice()),
        ("failed", Choice(state="failed")),
        (
            "tool:bash state:ok agent:main pytest -q",
            Choice(tool="bash", state="ok", agent="main", words=("pytest", "-q")),
        ),
        ("other:thing", Choice(words=("other:thing",))),
    ],
)
def test_words_become_a_choice(text: str, expected: Choice) -> None:
    assert choice(text) == expected


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ["model", "read", "grep", "edit", "bash", "grep"]),
        ("tool:grep", ["grep", "grep"]),
        ("agent:expl", ["grep"]),
        ("agent:main grep", ["grep"]),
        ("failed", ["bash"]),
        ("exit", ["bash"]),
        ("running", ["grep"]),
        ("nothing like it", []),
    ],
)
def test_a_source_walks_the_rows_that_pass_in_both_directions(text: str, names: list[str]) -> None:
    rows = Rows(story().timeline)
    rows.choice = choice(text)
    forwards: list[Key] = []
    backwards: list[Key] = []
    key = rows.first()
    while key is not None:
        forwards.append(key)
        key = rows.after(key)
    key = rows.last()
    while key is not None:
        backwards.append(key)
        key = rows.before(key)
    assert [row.name for row in map(rows.row, forwards) if row] == names
    assert backwards[::-1] == forwards


def test_a_choice_keeps_up_with_rows_that_come_and_change() -> None:
    told = Story(kept=100).begin()
    rows = Rows(told.timeline)
    rows.choice = choice("tool:bash failed")
    assert rows.first() is None
    for number in range(300):
        told.asks_for((f"c{number}", "bash", {}))
        told.starts(f"c{number}", "bash")
        if number and number % 2 == 0:
            assert rows.last() == (number - 1, 0)
        told.ends(f"c{number}", "bash", 1, error=number % 2 == 1)
    first, last = rows.first(), rows.last()
    assert first is not None
    assert first[0] >= told.timeline.first
    assert last == (299, 0)


def test_the_lines_of_a_row_are_made_once() -> None:
    told = story()
    rows, look = Rows(told.timeline), Look(36, INK)
    assert rows.lines((0, 0), look) is rows.lines((0, 0), look)
    before = rows.lines((5, 0), look)
    told.ends("e", "grep", 140)
    assert rows.lines((5, 0), look) != before
    assert rows.lines((99, 0), look) == ()


def test_a_row_that_is_opened_shows_its_call_in_full() -> None:
    rows = Rows(
        story().timeline,
        details=lambda call, look: [narrow(row, look, None, UTC) for row in [story().timeline.rows()[1]]],
    )
    look = Look(36, INK)
    rows.fold((1, 0))
    assert len(rows.lines((1, 0), look)) == 2
    rows.fold((1, 0))
    assert len(rows.lines((1, 0), look)) == 1


def test_a_turn_of_a_cascade_shows_its_models_and_what_it_saved() -> None:
    told, usage = Story().begin(), Usage(input_tokens=1200, output_tokens=340)
    told.tell(TurnStarted(turn=1, max_turns=9))
    told.tell(ModelEscalated(from_tier="small", to_tier="middle", reason="gate_rejected"))
    told.tell(ModelCalled(purpose="turn", model="middle", usage=usage, cost_usd=0.02, instead_usd=0.20), 1800)
    (row,) = told.timeline.rows()
    assert narrow(row, Look(40, INK), None, UTC).text.split() == ["14:02", "model", "middle", "↑1", "-$0.18", "●"]
    line = wide(row, Look(110, INK), 1, None, UTC).text
    assert "$0.02  small → middle" in line
    assert "↑1 about $0.18 saved" in line
