"""What keys do to the draft, seen through a running application."""

from heartbit_tui.tui.draft.kind import Kind, kind_of
from heartbit_tui.tui.draft.messages import Changed, MenuKey, Submitted, WantsCompletion
from tests.tui.draft.stage import Entries, keyed, staged, typed

PASSED_ON = (
    *("escape", "ctrl+c", "ctrl+p", "ctrl+t", "ctrl+g", "ctrl+r", "ctrl+o", "ctrl+b", "ctrl+l", "ctrl+s", "ctrl+z"),
    *("shift+tab", "alt+up", "alt+down", "alt+s", "alt+e", "alt+p", "alt+t", "alt+m", "alt+1", "f1", "f6"),
    *("pageup", "pagedown"),
)


async def test_enter_sends_and_empties_the_draft() -> None:
    async with staged() as (stage, pilot):
        await typed(stage, pilot, "hello\n")
        assert stage.sent == [("hello", False)]
        assert stage.draft.text == ""


async def test_enter_sends_nothing_while_nothing_is_written() -> None:
    async with staged() as (stage, pilot):
        await typed(stage, pilot, "\n  \n")
        assert stage.sent == []


async def test_every_way_to_a_new_line_gives_one() -> None:
    async with staged() as (stage, pilot):
        for key in ("shift+enter", "ctrl+j", "alt+enter", "ctrl+enter"):
            await keyed(stage, pilot, "a", key)
        await typed(stage, pilot, "b\\\nc")
        assert stage.draft.text == "a\na\na\na\nb\nc"
        assert stage.sent == []


async def test_alt_enter_queues_while_a_run_is_active() -> None:
    async with staged() as (stage, pilot):
        stage.draft.running = True
        await keyed(stage, pilot, "a", "alt+enter")
        assert stage.sent == [("a", True)]


async def test_keys_that_do_not_edit_go_on_to_the_application() -> None:
    async with staged() as (stage, pilot):
        await typed(stage, pilot, "x")
        await keyed(stage, pilot, *PASSED_ON)
        assert stage.bubbled == list(PASSED_ON)
        assert stage.draft.text == "x"


async def test_some_keys_belong_to_the_application_while_the_draft_is_empty() -> None:
    async with staged() as (stage, pilot):
        await keyed(stage, pilot, "ctrl+d", "question_mark", "ctrl+home")
        assert stage.bubbled == ["ctrl+d", "question_mark", "ctrl+home"]
        await typed(stage, pilot, "ab")
        await keyed(stage, pilot, "home", "ctrl+d")
        assert stage.draft.text == "b"


async def test_tab_asks_for_a_completion_and_neither_sends_nor_leaves() -> None:
    async with staged() as (stage, pilot):
        await typed(stage, pilot, "see @src\t")
        assert [each.before for each in stage.heard(WantsCompletion) if isinstance(each, WantsCompletion)] == [
            "see @src"
        ]
        stage.draft.replace_before(4, "@src/app.py ")
        assert (stage.draft.text, stage.sent, stage.draft.has_focus) == ("see @src/app.py ", [], True)


async def test_an_open_menu_gets_its_keys() -> None:
    async with staged(history=Entries("old")) as (stage, pilot):
        await typed(stage, pilot, "/m")
        stage.draft.menu_open = True
        keys = ["up", "down", "tab", "enter", "escape"]
        await keyed(stage, pilot, *keys)
        assert [each.key for each in stage.heard(MenuKey) if isinstance(each, MenuKey)] == keys
        assert (stage.draft.text, stage.sent, stage.bubbled) == ("/m", [], [])


async def test_emacs_keys_edit_the_line() -> None:
    async with staged() as (stage, pilot):
        await typed(stage, pilot, "one two three")
        await keyed(stage, pilot, "ctrl+w", "ctrl+a", "X", "ctrl+e", "Y")
        assert stage.draft.text == "Xone two Y"
        await keyed(stage, pilot, "alt+b", "alt+b", "alt+d", "ctrl+y", "alt+y")
        assert stage.draft.text == "Xone three Y"
        await keyed(stage, pilot, "ctrl+u")
        assert stage.draft.text == " Y"


async def test_up_and_down_move_within_the_draft_and_keep_their_column() -> None:
    async with staged() as (stage, pilot):
        await typed(stage, pilot, "abcdef")
        await keyed(stage, pilot, "ctrl+j", "x", "ctrl+j")
        await typed(stage, pilot, "abcdef")
        await keyed(stage, pilot, "left", "up", "up")
        assert stage.draft.passage.cursor == 5
        await keyed(stage, pilot, "down", "down")
        assert stage.draft.passage.cursor == len("abcdef\nx\nabcde")


async def test_the_time_of_the_last_key_is_told_by_the_clock() -> None:
    async with staged() as (stage, pilot):
        stage.now = 41.0
        await keyed(stage, pilot, "a", "escape")
        assert stage.draft.last_key_at == 43.0


async def test_a_change_tells_what_the_draft_is_now() -> None:
    async with staged() as (stage, pilot):
        await typed(stage, pilot, "!!")
        changes = [(each.text, each.kind) for each in stage.heard(Changed) if isinstance(each, Changed)]
        assert changes == [("!", Kind.SHELL), ("!!", Kind.HIDDEN)]
        assert stage.draft.kind is Kind.HIDDEN
        assert Kind.HIDDEN.value in stage.screen_lines()[-3]


def test_the_beginning_says_what_a_draft_is() -> None:
    cases = {
        "": Kind.PROMPT,
        "hello": Kind.PROMPT,
        "/model": Kind.COMMAND,
        "/": Kind.COMMAND,
        "/model x": Kind.COMMAND,
        "/usr/bin/x is broken": Kind.PROMPT,
        "!ls": Kind.SHELL,
        "!!ls": Kind.HIDDEN,
        "# note": Kind.NOTE,
        "# title\n\ntext": Kind.PROMPT,
        " !ls": Kind.PROMPT,
        "@file": Kind.PROMPT,
    }
    assert {text: kind_of(text) for text in cases} == cases


async def test_a_refused_draft_comes_back_as_it_was() -> None:
    async with staged() as (stage, pilot):
        await typed(stage, pilot, "hello\n")
        submitted = stage.heard(Submitted)[0]
        assert isinstance(submitted, Submitted)
        stage.draft.restore(submitted.state)
        assert stage.draft.text == "hello"


async def test_the_stash_keeps_a_draft_and_gives_it_back() -> None:
    async with staged() as (stage, pilot):
        assert not stage.draft.stash()
        await typed(stage, pilot, "half")
        assert stage.draft.stash()
        assert stage.draft.text == ""
        assert stage.draft.stash()
        assert (stage.draft.text, stage.draft.passage.cursor) == ("half", 4)


async def test_what_was_there_comes_back_with_undo_after_another_text_was_set() -> None:
    async with staged() as (stage, pilot):
        await typed(stage, pilot, "mine")
        stage.draft.set_text("other")
        await keyed(stage, pilot, "ctrl+underscore")
        assert stage.draft.text == "mine"
        await keyed(stage, pilot, "alt+underscore")
        assert stage.draft.text == "other"
