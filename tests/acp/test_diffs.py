"""A unified diff gives back both sides of each hunk, as they stood in the files."""

from pathlib import Path

from hypothesis import given, settings, strategies as st

from heartbit_tui.acp.diffs import edits
from heartbit_tui.tools.diffs import unified
from tests.samples import samples

LINES = st.lists(
    st.sampled_from(["a", "b", "-- c", "++ d", "@@ -1,2 +3,4 @@", "\\ e", "", " f", "--- g", "+++ h"]), max_size=14
)
ENDS = st.sampled_from(["", "\n"])


def text(lines: list[str], end: str) -> str:
    return "\n".join(lines) + (end if lines else "")


@settings(max_examples=samples(400, 100), deadline=None)
@given(LINES, LINES, ENDS, ENDS)
def test_putting_the_new_side_where_the_old_one_stood_gives_the_new_file(
    old: list[str], new: list[str], one: str, other: str
) -> None:
    before, after = text(old, one), text(new, other)
    mended, at = "", 0
    for edit in edits(unified(before, after, "dir/name").text, "/project"):
        assert edit.path == "/project/dir/name"
        assert edit.old_text is not None
        start = before.index(edit.old_text, at) if edit.old_text else at
        mended += before[at:start] + edit.new_text
        at = start + len(edit.old_text)
    assert mended + before[at:] == after


def test_a_new_file_has_no_old_side_and_a_deleted_one_an_empty_new_one() -> None:
    (made,) = edits(unified(None, "a\n", "new").text, "/p")
    (gone,) = edits(unified("a\n", None, "old").text, "/p")
    assert (made.path, made.old_text, made.new_text) == ("/p/new", None, "a\n")
    assert (gone.path, gone.old_text, gone.new_text) == ("/p/old", "a\n", "")


def test_of_a_diff_that_was_cut_off_what_is_there_is_told_and_nothing_breaks() -> None:
    whole = unified("".join(f"{n}\n" for n in range(3_000)), "", "n")
    assert whole.bounded.endswith("more lines\n")
    for size in range(0, len(whole.bounded), 997):
        assert all(Path(each.path) == Path("/p/n") for each in edits(whole.bounded[:size], "/p"))
    assert edits("no diff at all", "/p") == []
