"""A person's own keys for what the draft does itself."""

import pytest

from heartbit_tui.tui.draft.keys import EDITING
from heartbit_tui.tui.draft.remapped import editing
from heartbit_tui.tui.keys.keymap import keymap
from heartbit_tui.tui.keys.overrides import parse
from tests.tui.draft.stage import keyed, staged, typed


def keys_of(text: str) -> dict[str, tuple[str, str]]:
    """What keys do in the draft with this keymap.toml, which has to be without fault."""
    live = keymap(overrides=parse(text, "keymap.toml"))
    assert live.faults == ()
    return dict(editing(live, keymap()))


def test_without_a_keymap_all_is_as_it_was() -> None:
    assert keys_of("") == EDITING


def test_enter_can_be_the_new_line_and_another_key_send() -> None:
    found = keys_of('[keys]\nsend = "ctrl+x"\nnewline = "enter"\n')
    assert (found["ctrl+x"], found["enter"], found["ctrl+j"]) == (("do", "send"), ("do", "newline"), EDITING["ctrl+j"])


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('queue = "alt+q"', "alt+enter"),
        ('palette = "ctrl+a"', "ctrl+a"),
        ('newline = "alt+v"', "shift+enter"),
        ('paste = "alt+i"', "ctrl+v"),
    ],
)
def test_a_key_that_was_taken_or_freed_edits_nothing(text: str, key: str) -> None:
    found = keys_of(f"[keys]\n{text}\n")
    assert key not in found
    assert {name: does for name, does in EDITING.items() if name != key}.items() <= found.items()


async def test_the_draft_follows_its_keys() -> None:
    async with staged() as (stage, pilot):
        stage.draft.keys = keys_of('[keys]\nsend = "ctrl+x"\nnewline = "enter"\n')  # type: ignore[assignment]
        await typed(stage, pilot, "a\nb")
        assert stage.sent == []
        await keyed(stage, pilot, "ctrl+x")
        assert stage.sent == [("a\nb", False)]
