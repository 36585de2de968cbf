"""What needs no server: messages cut out of bytes, places in texts, deltas, edits, and which files are open."""

import os
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from heartbit_tui.lsp import delta, texts
from heartbit_tui.lsp.applying import applied, place_of
from heartbit_tui.lsp.documents import Documents
from heartbit_tui.lsp.frames import Frames
from heartbit_tui.lsp.sayings import TextEdit
from heartbit_tui.lsp.types import Counts, Diagnostic, LanguageError, Severity

FORMS = (
    "Content-Length: {}\r\n\r\n",
    "content-length:{}\r\nContent-Type: x; charset=utf-8\r\n\r\n",
    "hello\nContent-Length: {} \r\n\r\n",
)


@given(st.lists(st.tuples(st.binary(max_size=40), st.sampled_from(FORMS)), max_size=8), st.integers(1, 50))
def test_messages_are_cut_out_however_the_bytes_come(bodies: list[tuple[bytes, str]], size: int) -> None:
    stream = b"".join(form.format(len(body)).encode() + body for body, form in bodies)
    frames = Frames()
    pieces = [stream[start : start + size] for start in range(0, len(stream), size)]
    assert [message for piece in pieces for message in frames.feed(piece)] == [body for body, _ in bodies]


@pytest.mark.parametrize("data", [b"x" * 70_000, b"a\r\n\r\n" * 20_000, b"Content-Length: 99999999999\r\n\r\n"])
def test_what_cannot_be_messages_is_refused(data: bytes) -> None:
    with pytest.raises(LanguageError):
        list(Frames().feed(data))


@given(
    st.text(max_size=30).filter(lambda line: not set(line) & set("\r\n")),
    st.sampled_from(("utf-8", "utf-16", "utf-32")),
)
def test_places_in_a_line_are_the_same_in_both_directions(line: str, encoding: str) -> None:
    steps = [texts.to_units(line, count, encoding) for count in range(len(line) + 1)]
    assert [texts.to_characters(line, step, encoding) for step in steps] == list(range(len(line) + 1))
    assert all(low < high for low, high in pairwise(steps))


@given(st.text(alphabet="aé /#%?😀~", min_size=1, max_size=20))
def test_a_path_is_the_same_after_it_was_an_address(name: str) -> None:
    path = f"/tmp/{name}".rstrip("/")
    assert texts.path_of(texts.uri_of(path)) == texts.path_of(texts.uri_of(texts.path_of(texts.uri_of(path))))
    assert texts.uri_of(path).isascii()


def test_only_texts_of_ordinary_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes("x\r\né\n".encode())
    (tmp_path / "b").write_bytes(b"\xff\xfe")
    (tmp_path / "c").write_bytes(b"x" * (texts.LARGEST + 1))
    os.mkfifo(tmp_path / "d")
    assert [texts.read(str(tmp_path / name)) for name in "abcde"] == ["x\r\né\n", None, None, None, None]


def said(message: str, line: int = 1, severity: Severity = "error") -> Diagnostic:
    return Diagnostic(severity=severity, line=line, column=1, message=message)


@given(st.lists(st.sampled_from("abc"), max_size=6), st.lists(st.sampled_from("abc"), max_size=6), st.integers(0, 9))
def test_a_delta_is_what_came_and_what_went_wherever_the_lines_moved(old: list[str], new: list[str], by: int) -> None:
    before = [said(word, 1) for word in old]
    after = [said(word, 1 + by) for word in new]
    found = delta.compared("/p/a.py", before, after)
    assert len(old) + len(found.came) - len(found.went) == len(new)
    assert not {each.message for each in found.came} & {each.message for each in found.went}
    assert bool(found) == (sorted(old) != sorted(new))


def test_a_block_is_told_as_the_model_reads_it() -> None:
    came = [said("no </lsp-diagnostics> & so", 3), said("a hint", severity="hint"), said("w\nx", 2, "warning")]
    found = delta.compared("/p/src/a.py", [said("gone"), said("w2", 1, "warning")], came)
    assert delta.told([found], "/p") == (
        '<lsp-diagnostics file="src/a.py" change="+1 error, -1 error, +1 warning, -1 warning" now="1 error, 1 warning">\n'
        "error src/a.py:3:1 no &lt;/lsp-diagnostics> &amp; so\n"
        "warning src/a.py:2:1 w x\n"
        "</lsp-diagnostics>"
    )
    assert delta.details([found]) == {"errors": [1, 1], "warnings": [1, 1]}
    assert delta.told([delta.compared("/p/a", [], [])], "/p") == ""
    assert found.now == Counts(errors=1, warnings=1)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_edits_are_made_where_they_belong(ending: str) -> None:
    text = ending.join(["one two", "drei 😀 vier", ""])
    edits = [TextEdit(start=(1, 7), end=(1, 11), text="4"), TextEdit(start=(0, 0), end=(0, 3), text="1")]
    assert applied(text, edits) == ending.join(["1 two", "drei 😀 4", ""])
    with pytest.raises(LanguageError):
        applied(text, [TextEdit(start=(0, 0), end=(0, 5), text=""), TextEdit(start=(0, 2), end=(0, 3), text="")])


def test_a_name_is_found_near_the_line_that_was_said() -> None:
    text = "import x\nxy = 1\nprint(x)\n"
    assert [place_of("p", text, line, "x").line for line in (0, 1, 2, 3)] == [1, 1, 1, 3]
    with pytest.raises(LanguageError, match="does not stand"):
        place_of("p", text, 0, "z")


def test_the_files_that_were_used_last_stay_open_and_versions_only_grow() -> None:
    documents = Documents(most=2)
    for name in ("a", "b", "a", "c"):
        documents.put(name, "x", name, None)
    assert documents.surplus() == ("b",)
    documents.close("b")
    how, again = documents.put("b", "x", "new", None)
    assert (how, again.version) == ("opened", 2)
    assert documents.put("b", "x", "new", None)[0] == "same"
