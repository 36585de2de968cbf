"""The clipboard is read by whichever program is there; each test brings its own."""

import base64
from pathlib import Path

from heartbit_tui.kernel.messages import Image
from heartbit_tui.tui.draft.clipboard import EMPTY, MISSING, NO_DISPLAY, Nothing, SystemClipboard

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(40))
IMAGE = Image(media_type="image/png", data=base64.b64encode(PNG).decode())


def program(folder: Path, name: str, script: str) -> None:
    """A program that the clipboard will find in `folder`."""
    path = folder / name
    path.write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n")
    path.chmod(0o755)


def clipboard(folder: Path, variable: str = "", *, seconds: float = 20) -> SystemClipboard:
    environment = {"PATH": str(folder)} | ({variable: ":0"} if variable else {})
    return SystemClipboard(environment, seconds=seconds)


async def test_text_is_read_by_each_program(tmp_path: Path) -> None:
    for name, variable in (
        ("wl-paste", "WAYLAND_DISPLAY"),
        ("xclip", "DISPLAY"),
        ("xsel", "DISPLAY"),
        ("pbpaste", "X"),
    ):
        folder = tmp_path / name
        folder.mkdir()
        program(
            folder, name, 'case "$*" in *TARGETS*|*list-types*) echo text/plain;; *) printf "h\\303\\251llo";; esac'
        )
        assert await clipboard(folder, variable).read() == "héllo", name


async def test_an_image_is_preferred_to_its_name(tmp_path: Path) -> None:
    (tmp_path / "picture").write_bytes(PNG)
    script = f'case "$*" in *TARGETS*) echo image/png;; *image/png*) cat {tmp_path}/picture;; *) echo name.png;; esac'
    program(tmp_path, "xclip", script)
    assert await clipboard(tmp_path, "DISPLAY").read() == IMAGE


async def test_pngpaste_gives_images_where_pbpaste_gives_text(tmp_path: Path) -> None:
    (tmp_path / "picture").write_bytes(PNG)
    program(tmp_path, "pbpaste", "printf words")
    program(tmp_path, "pngpaste", "exit 1")
    assert await clipboard(tmp_path).read() == "words"
    program(tmp_path, "pngpaste", f"cat {tmp_path}/picture")
    assert await clipboard(tmp_path).read() == IMAGE


async def test_without_a_program_the_person_learns_what_to_install(tmp_path: Path) -> None:
    assert await clipboard(tmp_path, "DISPLAY").read() == Nothing(MISSING)


async def test_without_a_display_the_person_learns_how_to_paste(tmp_path: Path) -> None:
    program(tmp_path, "xclip", "printf never")
    assert await clipboard(tmp_path).read() == Nothing(NO_DISPLAY)


async def test_an_empty_clipboard_and_a_failing_program_give_nothing(tmp_path: Path) -> None:
    program(tmp_path, "xclip", "echo broken >&2; exit 1")
    assert await clipboard(tmp_path, "DISPLAY").read() == Nothing(EMPTY)


async def test_a_program_that_hangs_is_ended(tmp_path: Path) -> None:
    program(tmp_path, "xclip", "exec sleep 60")
    assert await clipboard(tmp_path, "DISPLAY", seconds=0.05).read() == Nothing(EMPTY)


async def test_an_image_that_is_none_is_refused_in_a_sentence(tmp_path: Path) -> None:
    program(tmp_path, "pngpaste", "printf nonsense")
    assert await clipboard(tmp_path).read() == Nothing(
        "The image in the clipboard is no PNG, JPEG, GIF or WebP picture."
    )
