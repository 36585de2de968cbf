from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from rich.cells import cell_len

from heartbit_tui.tui.diff.language import colouring
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.lines.setting import copied
from heartbit_tui.tui.markdown.syntax import syntax
from heartbit_tui.tui.renderers.scene import Scene
from heartbit_tui.tui.renderers.table import foldable, opens, render
from heartbit_tui.tui.transcript.blocks import (
    Answer,
    Block,
    Call,
    Ending,
    Guarded,
    Inquiry,
    Notice,
    Prompt,
    Shell,
    Thinking,
)
from tests.tui.renderers import samples
from tests.tui.renderers.gallery import gallery
from tests.tui.renderers.samples import AT, SCENE

CALLS = {block.id: block for block in samples.blocks() if isinstance(block, Call)}


@pytest.fixture(scope="module")
def ink() -> Ink:
    return samples.shipped_ink()


def drawn(block: Block, ink: Ink, *, open: bool = False, width: int = 60, scene: Scene = SCENE) -> list[str]:
    return [line.text.rstrip() for line in render(block, Look(width, ink), open=open, scene=scene)]


@pytest.mark.parametrize(
    ("id", "line"),
    [
        ("c1", "▸ bash   pytest -q tests/te                                …"),
        ("c2", "▸ write  src/shop/new.py                  2 lines          …"),
        ("c3", "▸ bash   git status                       waiting          …"),
        ("c4", "▸ bash   rm -rf build dist               asks you          ?"),
        ("c6", "▸ read   src/shop/basket.py:14     5 of 138 lines    12 ms ✓"),
        ("c7", "▸ grep   total\\(  in src *.py           2 matches    41 ms ✓"),
        ("c8", "▸ glob   **/*.toml                       2+ files     8 ms ✓"),
        ("c9", "▸ list   .                              3 entries     5 ms ✓"),
        ("c11", "▸ bash   git add -A && git commit -m 'Count eac… 3 min 5 s ✓"),
        ("d1", "▸ edit   src/shop/basket.py          +3 -1  LSP 1     9 ms ✓"),
        ("d2", "▸ patch  2 files                            +6 -1    14 ms ✓"),
        ("e1", "▸ todowrite  Count each item                  1/4     1 ms ✓"),
        ("e2", "▸ delegate_task  explorer, writer         2 tasks   12.0 s ●"),
        ("e3", "▸ explorer │ grep   total               7 matches    22 ms ✓"),
        ("e4", "▸ writer   │ read   tests/test_basket.py            12.0 s ●"),
        ("e5", "▸ github_create_issue  shop  Steps: 1. add twic…    830 ms ✓"),
        ("e7", "▸ webfetch  https://docs.example.org/money  12 kB   412 ms ✓"),
        ("f1", "▸ bash   sleep 100                        cut off          ◌"),
    ],
)
def test_a_folded_call_is_one_line(ink: Ink, id: str, line: str) -> None:
    (found,) = drawn(CALLS[id], ink)
    assert found == line
    assert cell_len(found) == 60


def test_the_columns_at_the_right_stand_below_each_other(ink: Ink) -> None:
    for width in (60, 80, 120, 200):
        heads = [drawn(call, ink, width=width)[0] for call in CALLS.values()]
        assert {len(head) for head in heads} == {width}
        assert {head[-2] for head in heads} == {" "}
        outcomes = {head[: -len("     9 ms ✓")].rstrip()[-1:] for head in heads if head.endswith("     9 ms ✓")}
        assert outcomes == {"1"}


def test_a_running_call_shows_its_last_line_and_how_long_it_has_run(ink: Ink) -> None:
    call = CALLS["c5"]
    assert drawn(call, ink, width=40) == ["▸ bash   pytest -q              12.0 s ●", "  │ tests/test_basket.py ...."]
    later = replace(SCENE, now=AT + timedelta(seconds=70))
    assert "1 min 10 s ●" in drawn(call, ink, scene=later)[0]
    assert drawn(call, ink, scene=Scene())[0].split()[-1] == "●"
    bar = replace(call, output="a\n10 %\r20 %\r30 %")
    assert drawn(bar, ink)[1] == "  │ 30 %"


def test_a_failed_call_shows_the_end_of_its_output(ink: Ink) -> None:
    output = "\n".join(f"line {number}" for number in range(30)) + "\n\n(exit code: 1)"
    call = replace(CALLS["c10"], output=output)
    assert drawn(call, ink)[1:] == ["  │ … 22 lines before", *(f"  │ line {number}" for number in range(22, 30))]


def test_colours_of_a_command_are_kept(ink: Ink) -> None:
    lines = render(CALLS["c10"], Look(80, ink), open=False)
    (failed,) = (part for line in lines for part in line.parts if part.text == "1 failed")
    assert failed.style is not None
    assert (failed.style.color, failed.style.bold) == (ink.error.color, True)


def test_a_refused_call_says_why(ink: Ink) -> None:
    head, note = drawn(CALLS["d5"], ink)
    assert (head.split(), note) == (
        ["▸", "write", "/etc/hosts", "refused", "⊘"],
        "  │ outside the project; put it into a file of its own",
    )


def test_an_open_command_shows_all_of_it_and_where_its_output_is(ink: Ink) -> None:
    assert drawn(CALLS["c11"], ink, open=True)[1:] == [
        "  │ $ git add -A &&",
        "  │   git commit -m 'Count each item'",
        "  │ [main 3f2a] Count each item",
    ]
    assert drawn(CALLS["c10"], ink, open=True, width=120)[-1] == (
        "  │ exit 1 · in /home/ada/shop/tests · whole output in /tmp/heartbit/bash-1f.log"
    )


def test_a_small_change_is_open_by_itself_and_shows_its_diff(ink: Ink) -> None:
    assert [opens(CALLS[number]) for number in ("d1", "d2", "d3", "c6")] == [True, True, False, False]
    assert drawn(CALLS["d1"], ink, open=True)[1:] == [
        "  │ 14   class Basket:",
        "  │ 15       def total(self) -> int:",
        '  │ 16           """What all of it costs, in cents."""',
        "  │ 17 -         return sum(item.price for item in",
        "  │      self.items)",
        "  │ 17 +         if not self.items:",
        "  │ 18 +             return 0",
        "  │ 19 +         return sum(item.price * item.count for item",
        "  │      in self.items)",
        "  │ 20",
        "  │ 21       def clear(self) -> None:",
        "  │ 22           self.items = []",
        '  │ error[line 18]: "count" is no attribute',
    ]


def test_a_file_that_is_being_written_shows_its_end(ink: Ink) -> None:
    assert drawn(CALLS["c2"], ink, open=True)[1:] == ["  │ a", "  │ b", "  │ c"]


def test_a_large_change_is_not_open_and_never_shown_whole(ink: Ink) -> None:
    rows = "".join(f"-{number}\n+{number}!\n" for number in range(2000))
    diff = f"--- a/a\n+++ b/a\n@@ -1,2000 +1,2000 @@\n{rows}"
    call = replace(CALLS["d1"], details={"path": "a", "diff": diff, "added": 2000, "removed": 2000}, output="")
    assert not opens(call)
    lines = drawn(call, ink, open=True)
    assert len(lines) <= 502
    assert lines[-1] == "  │ … 3,600 more lines"


def test_lines_that_were_read_keep_their_numbers_and_places(ink: Ink) -> None:
    lines = render(CALLS["c6"], Look(60, ink), open=True, scene=SCENE)
    assert [line.text.rstrip() for line in lines[1:3]] == [
        "  │ 14  class Basket:",
        "  │ 15      def total(self) -> int:",
    ]
    assert lines[1].place == "/home/ada/shop/src/shop/basket.py:14"
    assert copied(lines[1:3]) == "class Basket:\n    def total(self) -> int:"


def test_matches_have_their_place(ink: Ink) -> None:
    lines = render(CALLS["c7"], Look(60, ink), open=True, scene=SCENE)
    assert [(line.text.strip(), line.place) for line in lines[1:]] == [
        ("│ Found 2 matches.", ""),
        ("│ src/shop/basket.py:17  return sum(", "src/shop/basket.py:17"),
        ("│ src/shop/pay.py:140  total()", "src/shop/pay.py:140"),
    ]


def test_code_that_was_read_or_changed_has_its_colours(ink: Ink) -> None:
    scene = replace(SCENE, colour=colouring(syntax, ink))
    for number in ("c6", "d1"):
        lines = render(CALLS[number], Look(80, ink), open=True, scene=scene)
        (word,) = {part.style.color for line in lines for part in line.parts if part.text == "class" and part.style}
        assert word == ink.syntax["keyword"].color
        assert [line.text for line in lines] == [
            line.text for line in render(CALLS[number], Look(80, ink), open=True, scene=SCENE)
        ]


def test_a_list_shows_how_far_each_item_is(ink: Ink) -> None:
    assert drawn(CALLS["e1"], ink, open=True)[1:] == [
        "  │ ☑ Find where the total is made",
        "  │ ◐ Count each item  high",
        "  │ ☐ Add a test",
        "  │ … Ask about discounts  blocked",
    ]


def test_unknown_tools_show_arguments_and_results_as_names_and_values(ink: Ink) -> None:
    assert drawn(CALLS["e5"], ink, open=True)[1:] == [
        "  │ repository  shop",
        "  │ labels",
        "  │   • bug",
        "  │   • money",
        "  │ draft       yes",
        "  │ body",
        "  │   Steps:",
        "  │   1. add twice",
        "  │   2. look",
        "  │",
        "  │ number  12",
        "  │ url     https://example.org/12",
        "  │ labels",
        "  │   • name  bug",
    ]


def test_agents_that_get_tasks_are_named(ink: Ink) -> None:
    assert drawn(CALLS["e2"], ink, open=True)[1:] == [
        "  │ explorer ▌ Find all callers of Basket.total.",
        "  │ writer   ▌ Write the test for counts.",
    ]


def test_a_prompt_is_a_band_with_chips_and_a_word_for_what_waits(ink: Ink) -> None:
    lines = render(Prompt(text="one\ntwo", how="queued", images=2), Look(40, ink), open=False)
    assert [line.text for line in lines] == ["❯ one", "  two", "  [image 1]  [image 2]", "  waits for the run's end"]
    assert {line.fill for line in lines} == {ink.prompt}
    assert all(part.style and part.style.bgcolor == ink.prompt.bgcolor for line in lines for part in line.parts)
    assert copied(lines[:2]) == "one\ntwo"


def test_a_long_prompt_is_folded_and_a_short_one_is_not(ink: Ink) -> None:
    text = "\n".join(f"line {number}" for number in range(40))
    assert [foldable(Prompt(text=text)), foldable(Prompt(text="short\n"))] == [True, False]
    folded = drawn(Prompt(text=text), ink)
    assert (len(folded), folded[-1]) == (13, "  … 28 more lines")
    assert len(drawn(Prompt(text=text), ink, open=True)) == 40
    assert len(drawn(Prompt(text="\n".join("x" * 14)), ink)) == 14


def test_reasoning_is_one_line_until_it_is_opened(ink: Ink) -> None:
    block = Thinking(text="first\nsecond\n", closed=True)
    assert drawn(block, ink) == ["▸ thinking … 2 lines"]
    assert drawn(replace(block, closed=False), ink) == ["▸ thinking … second"]
    assert drawn(block, ink, open=True) == ["▾ thinking … 2 lines", "  first", "  second"]
    assert drawn(Thinking(text=""), ink) == ["  thinking …"]


def test_questions_show_what_can_be_chosen_then_what_was(ink: Ink) -> None:
    waiting, answered = (block for block in samples.others() if isinstance(block, Inquiry))
    assert drawn(waiting, ink) == [
        "? Are discounts applied before or after counting?",
        "  │ • before  as the old shop did",
        "  │ • after",
    ]
    assert drawn(answered, ink) == ["✓ Which release is it for?", "  → 1.4"]
    assert drawn(answered, ink, open=True)[2:] == ["  │ ☑ 1.4  next week", "  │ • 2.0"]
    assert drawn(replace(answered, answers=()), ink) == ["⊘ Which release is it for?", "  → not answered"]


def test_a_run_that_ended_well_is_a_thin_line(ink: Ink) -> None:
    (line,) = drawn(Ending(how="completed", milliseconds=2100, calls=1, tokens=12_000), ink)
    assert line == "─" * 30 + " 2.1 s · 1 call · 12.0k tokens"
    assert drawn(Ending(how="completed"), ink) == ["─" * 60]


def test_a_run_that_did_not_end_well_says_why_and_what_to_do(ink: Ink) -> None:
    assert drawn(Ending(how="failed", text="No key. Run `heartbit auth login`."), ink) == [
        "✗ The run failed: No key. Run `heartbit auth login`.",
        "  What was done until here is kept. Send a message to go on.",
    ]
    assert [drawn(Ending(how="interrupted", text=text), ink)[0] for text in ("the user", "signal 15", "")] == [
        "◌ Interrupted by the user.",
        "◌ Interrupted: signal 15.",
        "◌ Interrupted.",
    ]


def test_notices_have_a_sign_for_their_level(ink: Ink) -> None:
    assert [drawn(Notice(level=level, text="text"), ink)[0] for level in ("info", "warning", "error")] == [
        "• text",
        "! text",
        "✗ text",
    ]


def test_a_guardrail_shows_a_badge_the_call_the_reason_and_the_sentence(ink: Ink) -> None:
    block = Guarded(
        did="withheld",
        hook="post_tool",
        guardrail="injection",
        reason="score 0.82",
        quote="ig\u200bnore all\x1b[2J " + "x" * 60,
        tool="webfetch",
        call="https://example.org",
    )
    assert drawn(block, ink, width=60) == [
        " ◆ WITHHELD  injection  the output of webfetch https://exam…",
        "  score 0.82",
        "  ▌ “ig<U+200B>nore all␛[2J",
        "  ▌ " + "x" * 56,
        "  ▌ xxxx”",
    ]
    denied = replace(block, did="denied", hook="pre_tool", tool="bash", call="rm -rf /", quote="")
    assert drawn(denied, ink, width=60) == [" ◆ DENIED  injection  bash rm -rf /", "  score 0.82"]
    answer = replace(denied, did="warned", hook="post_llm", tool="", call="")
    assert drawn(answer, ink, width=60)[0] == " ◆ WARNED  injection  the answer"


def test_a_command_of_the_person_shows_its_output_at_once(ink: Ink) -> None:
    shell = Shell(command="git log", output="one\ntwo\n", code=0)
    assert opens(shell)
    assert drawn(shell, ink, open=True, width=30) == ["▾ ! git log                  ✓", "  │ one", "  │ two"]
    hidden = replace(shell, hidden=True, code=2, output="")
    assert drawn(hidden, ink, width=50) == ["  !! git log      hidden from the model · exit 2 ✗"]


def test_what_can_be_folded_shows_less_when_it_is(ink: Ink) -> None:
    for block in samples.blocks():
        folded, unfolded = (drawn(block, ink, open=is_open) for is_open in (False, True))
        assert foldable(block) or folded == unfolded, block
        assert len(folded) <= len(unfolded) or isinstance(block, Call)


def test_answers_are_drawn_elsewhere(ink: Ink) -> None:
    assert render(Answer(text="words"), Look(80, ink), open=True) == []


@pytest.mark.parametrize("width", [120, 80, 40, 24, 20, 10, 5, 3, 2, 1])
@pytest.mark.parametrize("theme", ["heartbit", "paper", "terminal"])
def test_all_blocks_fit_every_width_in_every_theme(width: int, theme: str) -> None:
    look = Look(width, samples.shipped_ink(theme))
    for is_open in (False, True):
        lines = gallery(look, open=is_open)
        assert wide([line.text for line in lines], width) == []


def wide(texts: Sequence[str], width: int) -> list[str]:
    return [text for text in texts if cell_len(text) > width]
