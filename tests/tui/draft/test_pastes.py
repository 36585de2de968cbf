"""What is pasted: marked or as keys, text, images and hostile things."""

import asyncio
import random
from pathlib import Path

from textual import events

from heartbit_tui.kernel.messages import Image
from heartbit_tui.tui.draft.burst import Burst
from heartbit_tui.tui.draft.clipboard import Copy, Nothing
from heartbit_tui.tui.draft.images import Unfit, image_of, may_be_paths, paths, read
from heartbit_tui.tui.draft.messages import Pasted, Submitted, Told
from tests.tui.draft.stage import keyed, pasted, staged, typed

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
LARGE = "\n".join(f"line {number}" for number in range(42))
PIECES = (
    *(
        "\x1b[2J",
        "\x1b]0;title\x07",
        "\x1b]52;c;aGk=\x07",
        "\x1bP1;2q\x1b\\",
        "\x1b[31m",
        "\x9b31m",
        "\x00",
        "\x07",
        "\x7f",
    ),
    *(
        "\r",
        "\r\n",
        "\n",
        "\t",
        "\u2028",
        "\u202e",
        "\u2066",
        "\u200b",
        "\ufeff",
        "\ud800",
        "\udfff",
        "\U0010fe00",
        "\U0010fffd",
    ),
    *(
        "中文",
        "😀",
        "👩‍👧‍👦",
        "e\u0301\u0302\u0303",
        "🇩🇪🇩",
        "\u0301",
        "\u200d",
        "[bold]",
        "[/]",
        "[@click=app.quit]",
        "]",
        "\\",
        " ",
    ),
    *(
        "a" * 90,
        "/quit",
        "!rm -rf ~",
        "x" * 900,
        "\n" * 7,
        "\u0e33",
        "ﷺ",
        "\u1100\u1161",
        "𒐫",
        "\x1b",
        "\x1b\x1b",
        "\x85",
    ),
)


async def test_a_large_paste_is_a_chip_and_its_text_is_sent() -> None:
    async with staged() as (stage, pilot):
        await typed(stage, pilot, "see ")
        await pasted(stage, pilot, LARGE)
        assert any("see [Pasted text #1 +42 lines]" in line for line in stage.screen_lines())
        assert stage.heard(Pasted) == [Pasted(len(LARGE), "[Pasted text #1 +42 lines]")]
        await keyed(stage, pilot, "left", "right", "enter")
        assert stage.sent == [(f"see {LARGE}", False)]


async def test_the_cursor_jumps_over_a_chip_and_backspace_takes_it_whole() -> None:
    async with staged() as (stage, pilot):
        await pasted(stage, pilot, LARGE)
        await typed(stage, pilot, "x")
        await keyed(stage, pilot, "left", "left", "y")
        assert stage.draft.text == f"y{LARGE}x"
        await keyed(stage, pilot, "end", "left", "backspace")
        assert stage.draft.text == "yx"


async def test_a_marked_paste_never_sends() -> None:
    async with staged() as (stage, pilot):
        await pasted(stage, pilot, "rm -rf x\n")
        assert (stage.sent, stage.draft.text) == ([], "rm -rf x\n")


async def test_hundreds_of_hostile_pastes_leave_harmless_text_and_a_screen() -> None:
    chance = random.Random(7)
    count = 0
    async with staged(size=(40, 16)) as (stage, pilot):
        for _ in range(600):
            stage.draft.set_text("") if chance.random() < 0.3 else None
            text = "".join(chance.choice(PIECES) for _ in range(chance.randrange(1, 12)))
            await stage.draft._on_paste(events.Paste(text))  # pyright: ignore[reportPrivateUsage] 600 pauses would take a minute
            held = stage.draft.text
            assert not any((each < " " and each not in "\n\t") or "\x7f" <= each <= "\x9f" for each in held)
            held.encode()
            rows = [stage.draft.render_line(y) for y in range(stage.draft.content_size.height)]
            assert all(row.cell_length == stage.draft.content_size.width for row in rows)
            count += 1
        await pilot.pause()
        assert stage.is_running
    assert count == 600


async def test_what_was_left_out_of_a_paste_is_told() -> None:
    async with staged() as (stage, pilot):
        await pasted(stage, pilot, "a\x1b[31mb\x07c")
        assert stage.draft.text == "abc"
        told = [each.text for each in stage.heard(Told) if isinstance(each, Told)]
        assert told == ["2 control characters were left out of what was pasted."]


async def test_a_paste_that_comes_as_keys_does_not_send() -> None:
    async with staged() as (stage, pilot):
        await typed(stage, pilot, "see: ")
        stage.now += 1
        await typed(stage, pilot, "def f():\n\treturn 1\n", gap=0.001)
        assert (stage.sent, stage.draft.text) == ([], "see: def f():\n\treturn 1\n")


async def test_a_large_paste_that_comes_as_keys_becomes_a_chip() -> None:
    async with staged() as (stage, pilot):
        stage.now += 1
        await typed(stage, pilot, LARGE, gap=0.001)
        assert stage.draft.text == LARGE
        await pilot.pause()
        assert any("[Pasted text #1 +42 lines]" in line for line in stage.screen_lines())
        assert stage.sent == []


async def test_enter_after_fast_keys_sends_when_nothing_follows() -> None:
    async with staged() as (stage, pilot):
        stage.now += 1
        await typed(stage, pilot, "hello\n", gap=0.001)
        await asyncio.wait_for(stage.submitted.wait(), 10)
        assert stage.sent == [("hello", False)]


def test_typing_is_never_taken_for_a_paste() -> None:
    burst, now = Burst(), 0.0
    for letter in "a person types\n" * 20:
        now += 0.031
        assert burst.take(now, letter) == "usual"


def test_rolling_over_two_keys_and_enter_is_typing() -> None:
    burst = Burst()
    assert [burst.take(at, text) for at, text in ((1.0, "o"), (1.005, "k"), (1.01, "\n"))] == ["usual"] * 3


def test_a_paste_ends_after_a_pause() -> None:
    burst = Burst()
    for number, letter in enumerate("abcd"):
        burst.take(1 + number / 1000, letter)
    assert burst.take(1.004, "\n") == "held"
    assert burst.take(1.005, "e") == "began"
    assert burst.take(1.1, "\n") == "more"
    assert burst.take(1.3, "\n") == "over"
    assert burst.end() == "\ne\n"


def test_paths_are_read_as_terminals_write_them(tmp_path: Path) -> None:
    picture = tmp_path / "my picture.png"
    picture.write_bytes(PNG)
    other = tmp_path / "b.PNG"
    other.write_bytes(PNG)
    ways = [str(picture), f"'{picture}'", f'"{picture}" ', str(picture).replace(" ", "\\ ")]
    ways.append("file://" + str(picture).replace(" ", "%20"))
    for way in ways:
        assert may_be_paths(way)
        assert len(read(way)) == 1, way
    assert len(read(f"'{picture}' {other}")) == 2


def test_a_text_about_pictures_is_a_text(tmp_path: Path) -> None:
    for text in ("see a.png", "a.png", str(tmp_path / "gone.png"), "it's a.png", "/x\0.png", "'" * 9 + ".png"):
        assert read(text) == (), text
    assert paths("it's") == ()
    assert not may_be_paths("hello")
    assert not may_be_paths("/" + "x" * 9000 + ".png")


def test_what_cannot_be_sent_as_a_picture_says_why(tmp_path: Path) -> None:
    fake = tmp_path / "fake.png"
    fake.write_bytes(b"GIF is not what I am")
    huge = tmp_path / "huge.png"
    huge.write_bytes(PNG + bytes(3_900_000))
    said: list[str] = []
    for path in (fake, huge):
        try:
            read(str(path))
        except Unfit as unfit:
            said.append(str(unfit))
    assert said == [
        "fake.png is no PNG, JPEG, GIF or WebP picture.",
        "huge.png is larger than 3900000 bytes. Shrink it first.",
    ]


def test_pictures_are_told_by_their_first_bytes() -> None:
    kinds = {PNG: "image/png", b"\xff\xd8\xff\xe0": "image/jpeg", b"GIF89a": "image/gif", b"RIFF1234WEBP": "image/webp"}
    assert {data: image_of(data).media_type for data in kinds} == kinds


async def test_a_dragged_picture_becomes_a_chip_and_is_sent(tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    picture.write_bytes(PNG)
    async with staged() as (stage, pilot):
        await typed(stage, pilot, "what is ")
        await pasted(stage, pilot, str(picture))
        await stage.rest()
        await keyed(stage, pilot, "enter")
        submitted = stage.heard(Submitted)[0]
        assert isinstance(submitted, Submitted)
        assert (submitted.text, submitted.images) == ("what is [Image #1]", (image_of(PNG),))


class Given:
    """A clipboard that holds what it was given."""

    def __init__(self, copy: Copy) -> None:
        self._copy = copy

    async def read(self) -> Copy:
        return self._copy


async def test_ctrl_v_pastes_what_the_clipboard_holds() -> None:
    image = Image(media_type="image/png", data="aGk=")
    for copy, text in (("words", "words"), (LARGE, LARGE), (image, "[Image #1]")):
        async with staged(clipboard=Given(copy)) as (stage, pilot):
            await keyed(stage, pilot, "ctrl+v")
            await stage.rest()
            assert stage.draft.text == text


async def test_an_empty_clipboard_says_so() -> None:
    async with staged(clipboard=Given(Nothing("There is nothing."))) as (stage, pilot):
        await keyed(stage, pilot, "ctrl+v")
        await stage.rest()
        await pilot.pause()
        assert [each.text for each in stage.heard(Told) if isinstance(each, Told)] == ["There is nothing."]


async def test_an_image_comes_back_from_the_editor_as_a_chip() -> None:
    image = Image(media_type="image/png", data="aGk=")
    async with staged(clipboard=Given(image)) as (stage, pilot):
        await keyed(stage, pilot, "ctrl+v")
        await stage.rest()
        await pasted(stage, pilot, LARGE)
        text = stage.draft.text_for_editor()
        assert text == f"[Image #1]{LARGE}"
        stage.draft.set_text(f"look: {text}")
        await keyed(stage, pilot, "enter")
        submitted = stage.heard(Submitted)[0]
        assert isinstance(submitted, Submitted)
        assert (submitted.text, len(submitted.images)) == (f"look: {text}", 1)
