import random

import pytest

from heartbit_tui.tui.complete.mentions import Begun, Mention, begun, mentions, written


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("@", Begun(path="", start=0)),
        ("see @src/a", Begun(path="src/a", start=4)),
        ("(@a", Begun(path="a", start=1)),
        ("a\n@b", Begun(path="b", start=2)),
        ('see @"my fi', Begun(path="my fi", start=4)),
        ('see @"', Begun(path="", start=4)),
        ('see @"a\\"b', Begun(path='a"b', start=4)),
        ("me@host.org", None),
        ("@a b", None),
        ("@a:12", None),
        ("@a:12-", None),
        ("@a:", None),
        ('@"a b"', None),
        ("nothing", None),
        ("", None),
    ],
)
def test_a_mention_that_is_being_typed_is_seen(before: str, expected: Begun | None) -> None:
    assert begun(before) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fix @a.py, please", (Mention(path="a.py", start=4, end=9),)),
        ("@a.py:12-40", (Mention(path="a.py", start=0, end=11, first=12, last=40),)),
        ("@a.py:7.", (Mention(path="a.py", start=0, end=7, first=7, last=7),)),
        ("@a.py:9-3", (Mention(path="a.py", start=0, end=9, first=9, last=9),)),
        ('in @"a b.py":3-4 here', (Mention(path="a b.py", start=3, end=16, first=3, last=4),)),
        ("(@src/) and @b", (Mention(path="src/", start=1, end=6), Mention(path="b", start=12, end=14))),
        ("me@host.org or a@b", ()),
        ("@", ()),
        ("a @ b", ()),
    ],
)
def test_the_files_that_a_prompt_names_are_found(text: str, expected: tuple[Mention, ...]) -> None:
    assert mentions(text) == expected


def test_a_path_is_read_back_as_it_was_written_whatever_is_in_it() -> None:
    chance = random.Random(5)
    count = 0
    while count < 3000:
        path = "".join(chance.choices("ab/. -_:\"'\\\n\x1b\u202e@()é12", k=chance.randrange(1, 12)))
        text = f"look at {written(path)} now"
        assert [mention.path for mention in mentions(text)] == [path], text
        count += 1
    assert count == 3000
