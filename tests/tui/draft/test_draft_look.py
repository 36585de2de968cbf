"""What the draft looks like: it grows, scrolls, fits every screen, and rests when nothing happens."""

from rich.style import Style
from textual.geometry import Offset

from heartbit_tui.tui.draft.passage import Passage
from tests.tui.draft.stage import keyed, pasted, staged, typed


async def test_an_empty_draft_shows_its_placeholder_as_it_is_written() -> None:
    async with staged() as (stage, _):
        assert stage.screen_lines()[-3:] == [
            "╭─ ask ────────────────────────────────────────────────────╮",
            "│ ❯ Ask [b]anything[/b] [/x                                │",
            "╰──────────────────────────────────────────────────────────╯",
        ]


async def test_the_box_grows_with_its_text_and_then_scrolls() -> None:
    async with staged(size=(60, 40)) as (stage, pilot):
        heights: list[int] = []
        for _ in range(14):
            await keyed(stage, pilot, "x", "ctrl+j")
            heights.append(stage.draft.content_size.height)
        assert heights == [2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 10, 10, 10, 10]
        await keyed(stage, pilot, "ctrl+home")
        assert stage.screen_lines()[-11].startswith("│ ❯ x")
        assert stage.screen_lines()[-2].startswith("│ ↓ x")
        await keyed(stage, pilot, "ctrl+end")
        assert stage.screen_lines()[-11].startswith("│ ↑ x")
        assert stage.screen_lines()[-2].strip("│ ") == ""
        stage.draft.set_text("")
        await pilot.pause()
        assert stage.draft.content_size.height == 1


async def test_a_low_screen_keeps_a_third_for_the_draft() -> None:
    async with staged(size=(60, 15)) as (stage, pilot):
        await pasted(stage, pilot, "1\n2\n3\n4\n5")
        assert stage.draft.content_size.height == 5
        await keyed(stage, pilot, "ctrl+j")
        assert stage.draft.content_size.height == 5


async def test_tiny_screens_show_what_they_can() -> None:
    for size in ((20, 5), (10, 4), (5, 3), (80, 24)):
        async with staged(size=size) as (stage, pilot):
            await typed(stage, pilot, "wide 中文 and long words")
            await pasted(stage, pilot, "x\n" * 50)
            assert all(len(line) <= size[0] for line in stage.screen_lines())
            assert stage.draft.text == "wide 中文 and long words" + "x\n" * 50


async def test_the_terminals_cursor_stands_where_the_next_letter_goes() -> None:
    async with staged(size=(60, 20)) as (stage, pilot):
        assert stage.cursor_position == Offset(4, 18)
        await typed(stage, pilot, "ab中")
        assert stage.cursor_position == Offset(8, 18)
        await keyed(stage, pilot, "left")
        assert stage.cursor_position == Offset(6, 18)
        await keyed(stage, pilot, "ctrl+j", "x")
        assert stage.cursor_position == Offset(5, 18)
        await keyed(stage, pilot, "up")
        assert stage.cursor_position == Offset(5, 17)


async def test_a_screen_that_changes_its_size_keeps_text_and_cursor() -> None:
    async with staged(size=(60, 20)) as (stage, pilot):
        await typed(stage, pilot, "the quick brown fox jumps over the dog")
        await pilot.resize_terminal(24, 20)
        await pilot.pause()
        assert [line.strip("│ ") for line in stage.screen_lines()[-4:-1]] == [
            "❯ the quick brown",
            "fox jumps over",
            "the dog",
        ]
        assert stage.cursor_position == Offset(11, 18)


async def test_a_click_places_the_cursor_two_take_the_word_three_the_line() -> None:
    async with staged() as (stage, pilot):
        await typed(stage, pilot, "one two_three four")
        await pilot.click(stage.draft, offset=(9, 1))
        assert stage.draft.passage == Passage("one two_three four", 5)
        await pilot.click(stage.draft, offset=(20, 1), shift=True)
        assert stage.draft.passage.selected == "wo_three fo"
        await pilot.double_click(stage.draft, offset=(9, 1))
        assert stage.draft.passage.selected == "two_three"
        await pilot.triple_click(stage.draft, offset=(9, 1))
        assert stage.draft.passage.selected == "one two_three four"
        await typed(stage, pilot, "x")
        assert stage.draft.text == "x"


async def test_dragging_selects() -> None:
    async with staged() as (stage, pilot):
        await typed(stage, pilot, "one two")
        await pilot.mouse_down(stage.draft, offset=(4, 1))
        await pilot.hover(stage.draft, offset=(7, 1))
        await pilot.mouse_up(stage.draft, offset=(7, 1))
        assert stage.draft.passage.selected == "one"
        await keyed(stage, pilot, "backspace")
        assert stage.draft.text == " two"


async def test_words_in_the_border_are_never_markup() -> None:
    async with staged() as (stage, pilot):
        stage.draft.show_mode("[red]plan[/]", Style(color="#ff0000"))
        stage.draft.show_hint(("queued: 1 [x", Style(bold=True)), (" · ", Style()), ("\x1b[2J", Style()))
        await pilot.pause()
        assert "[red]plan[/]" in stage.screen_lines()[-3]
        assert "queued: 1 [x · ␛[2J" in stage.screen_lines()[-1]


async def test_no_timer_runs_while_nothing_happens() -> None:
    async with staged() as (stage, pilot):
        await typed(stage, pilot, "hello")
        assert list(stage.draft._timers) == []  # pyright: ignore[reportPrivateUsage] Textual lists timers nowhere else


async def test_without_the_focus_no_cursor_is_drawn() -> None:
    async with staged() as (stage, pilot):
        await typed(stage, pilot, "ab")
        assert any(part.style is not None and part.style.reverse for part in stage.draft.render_line(0))
        stage.set_focus(None)
        await pilot.pause()
        assert not any(part.style is not None and part.style.reverse for part in stage.draft.render_line(0))


async def test_a_large_text_that_is_written_out_stays_quick_to_edit() -> None:
    text = "a line of a log file that somebody wants to have explained\n" * 5_000
    async with staged() as (stage, pilot):
        stage.draft.set_text(text)
        await keyed(stage, pilot, "x", "up", "left")
        assert stage.draft.text == f"{text}x"
