import json
import random

import pytest

from heartbit_tui.tui.renderers.partial import end, known

WHOLE = {
    "file_path": 'src/"a"\\b.py',
    "limit": 5,
    "old": "one\ntwo\té漢\U0001f600",
    "deep": {"file_path": "no"},
    "last": True,
}


def test_whole_arguments_are_known_but_for_what_is_nested() -> None:
    assert known(json.dumps(WHOLE)) == {
        "file_path": 'src/"a"\\b.py',
        "limit": "5",
        "old": "one\ntwo\té漢\U0001f600",
        "last": "true",
    }


@pytest.mark.parametrize("ascii_only", [True, False])
def test_at_each_point_what_is_known_begins_as_it_will_be(ascii_only: bool) -> None:
    text = json.dumps(WHOLE, ensure_ascii=ascii_only)
    for stop in range(len(text) + 1):
        for name, value in known(text[:stop]).items():
            whole = WHOLE[name]
            told = whole if isinstance(whole, str) else json.dumps(whole)
            assert told.startswith(value.rstrip("\ud83d")), (stop, name, value)


def test_any_text_is_read_as_something() -> None:
    chance = random.Random(5)
    for _ in range(2000):
        text = "".join(chance.choices('{}[]":,\\un0a \n\x1b', k=chance.randrange(40)))
        assert all(isinstance(value, str) for value in known(text).values())


def test_only_the_beginning_of_long_arguments_is_looked_at() -> None:
    assert known('{"file_path": "a.py", "content": "' + "x" * 10_000_000)["file_path"] == "a.py"


def test_the_end_of_what_is_written_is_text_with_lines() -> None:
    content = 'def f():\n\treturn "\\n é"\n'
    short, long = (json.dumps({"file_path": "a.py", "content": content * times})[:-2] for times in (1, 900))
    assert end(short) == content
    assert end(long).endswith(content * 20)
    assert [end(text) for text in ("", "{", '{"a', '{"a": ')] == [""] * 4
