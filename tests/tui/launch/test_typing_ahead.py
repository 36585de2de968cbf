"""Whatever is typed while the screen is still being imported arrives, once and in order."""

import random
import signal
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.samples import samples
from tests.tui.launch.desk import COLUMNS, ROWS, TAKEN_OVER, Desk
from tests.tui.launch.emulator import Emulator

LETTERS = "abcdefghijklmnopqrstuvwxyz"
TOGETHER = 3
SCHEDULES = samples(30, 9)


def schedule(seed: int, *, most: float = 0.6) -> list[tuple[float, str]]:
    """Letters at random times from 0 to `most` seconds, some of them in one piece."""
    dice = random.Random(seed)
    times = sorted(dice.choice((dice.uniform(0, most), 0.0)) for _ in LETTERS)
    return list(zip(times, LETTERS, strict=True))


def folder(tmp_path: Path, name: object) -> Path:
    made = tmp_path / str(name)
    made.mkdir()
    return made


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_every_letter_arrives_once_and_in_order_in_30_random_schedules(tmp_path: Path) -> None:
    drafts: list[list[list[str]]] = []
    for first in range(0, SCHEDULES, TOGETHER):
        with ExitStack() as stack:
            desks = [stack.enter_context(Desk(folder(tmp_path, seed))) for seed in range(first, first + TOGETHER)]
            for seed, desk in enumerate(desks, first):
                desk.typed(*schedule(seed))
            drafts += [desk.quit() for desk in desks]
    assert drafts == [[["draft", LETTERS]]] * SCHEDULES


def test_no_frame_lacks_the_box_or_takes_back_what_was_typed(tmp_path: Path) -> None:
    with Desk(tmp_path) as desk:
        desk.typed(*schedule(1, most=0.3))
        desk.until_listening()
        desk.keys("!")
        desk.until_shown(f"{LETTERS}!")
        seen = desk.seen
    assert seen.alternate == 1
    assert len(seen.frames) > 5
    assert {frame[ROWS - 4] for frame in seen.frames} == {f"╭─ ask {'─' * (COLUMNS - 8)}╮"}
    drafts = [frame[ROWS - 3].strip("│❯ ") for frame in seen.frames]
    shown = [draft for draft in drafts if draft != "What is to be done?"]
    assert shown == sorted(shown, key=len)
    assert all(f"{LETTERS}!".startswith(draft) for draft in shown)


def test_the_first_frame_of_the_application_is_the_painted_one(tmp_path: Path) -> None:
    with Desk(tmp_path) as desk:
        desk.until_painted()
        desk.until_listening()
        painted, taken_over = desk.raw.split(TAKEN_OVER)
    first = Emulator(COLUMNS, ROWS).feed(painted.decode()).lines
    frames = Emulator(COLUMNS, ROWS).feed("\x1b[?1049h" + taken_over.decode()).frames
    footer = first[-1]
    assert [[*frame[:-1], footer] for frame in frames] == [first] * len(frames)


@pytest.mark.parametrize("at", [0.0, 0.2, 0.5])
def test_enter_sends_once_and_what_follows_is_the_next_draft(tmp_path: Path, at: float) -> None:
    with Desk(tmp_path) as desk:
        desk.typed(*((at + 0.05 * place, key) for place, key in enumerate("fix it\rand")))
        assert desk.quit() == [["sent", "fix it"], ["draft", "and"]]


def test_enter_pressed_before_the_terminal_is_held_is_enter(tmp_path: Path) -> None:
    with Desk(tmp_path) as desk:
        desk.keys("now\r")
        desk.until_shown("sent now")
        assert desk.quit() == [["sent", "now"], ["draft", ""]]


@pytest.mark.parametrize("at", [0.0, 0.25])
def test_a_paste_with_line_ends_is_one_paste(tmp_path: Path, at: float) -> None:
    with Desk(tmp_path) as desk:
        desk.typed((at, "see \x1b[200~one\rtwo\x1b[31m\r\nthr"), (at + 0.05, "ee\x1b[20"), (at + 0.1, "1~."))
        told = desk.quit()
    assert told[0][0] == "pasted"
    assert told[1][0] == "draft"
    assert told[1][1].replace("\x1b[31m", "").startswith("see one\ntwo")
    assert [kind for kind, _ in told] == ["pasted", "draft"]


def test_wide_characters_and_halves_of_characters_are_whole(tmp_path: Path) -> None:
    text = "漢字 wörld 👩‍🚀 é"
    with Desk(tmp_path) as desk:
        desk.typed(*((0.005 * place, chr(byte)) for place, byte in enumerate(b"ok ")))
        for byte in text.encode():
            desk.bytes(bytes([byte]))
        desk.until_shown("漢字 wörld")
        assert desk.quit()[-1] == ["draft", f"ok {text}"]


def test_keys_that_edit_mean_the_same_as_later(tmp_path: Path) -> None:
    with Desk(tmp_path) as desk:
        desk.typed((0.0, "helo"), (0.05, "\x1b[D"), (0.1, "l"), (0.15, "\x05!"), (0.2, "\x1b\r"), (0.3, "x\x7fy"))
        assert desk.quit() == [["draft", "hello!\ny"]]


def test_the_size_may_change_before_the_application_is_there(tmp_path: Path) -> None:
    with Desk(tmp_path) as desk:
        desk.until_painted()
        desk.resize(20, 60)
        desk.signal(signal.SIGWINCH)
        desk.keys("abc")
        desk.until_listening()
        wide = Emulator(60, 20).feed(desk.raw.decode("utf-8", "ignore")).lines
        assert wide[16] == f"╭─ ask {'─' * 52}╮"
        assert "abc" in wide[17]
        assert desk.quit() == [["draft", "abc"]]
