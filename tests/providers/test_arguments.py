"""Arguments as models write them: never a crash, never a guess."""

import json
from random import Random

import pytest

from heartbit_tui.kernel.messages import ToolCall
from heartbit_tui.providers.arguments import read_call

WHOLE = [
    {},
    {"a": 1},
    {"path": "a.py", "lines": [1, 2, 3], "deep": {"b": {"c": None}}},
    {"text": 'quotes " and \\ and \n and é😀\u2028'},
    {"": "", " ": " ", "a": True, "n": -1.5e-7, "big": 12345678901234567890},
]
WRONG = [
    "{",
    "}",
    "[",
    "]",
    "{]",
    "{}{}",
    "{} x",
    "x {}",
    "[]",
    "[1]",
    '""',
    '"{}"',
    "1",
    "-1",
    "1.5",
    "true",
    "false",
    "NaN",
    "Infinity",
    "-Infinity",
    '{"a": NaN}',
    '{"a": Infinity}',
    '{"a": -Infinity}',
    "{'a': 1}",
    "{a: 1}",
    '{"a": 1,}',
    '{"a" 1}',
    '{"a": 1 "b": 2}',
    '{"a": undefined}',
    '{"a": 01}',
    '{"a": 1.}',
    '{"a": .5}',
    '{"a": +1}',
    '{"a": 0x10}',
    '{"a": "\\x41"}',
    '{"a": "\\u12"}',
    '{"a": "\\ud800"}',
    '{"a": "\\udc00\\ud800"}',
    '{"a": "tab\there"}',
    '{"a": "line\nhere"}',
    '{"a": "nul\0"}',
    '{"a": tru}',
    '{"a": nul}',
    "// c\n{}",
    "/**/{}",
    '{"a": 1} // c',
    "```json\n{}\n```",
    "<tool>{}</tool>",
    '{"a": "b}',
    '{"a: 1}',
    '{"a": [1, 2}',
    '{"a": {"b": 1}',
    '{"a": 1e}',
    '{"a": 1e+}',
    '{"a": --1}',
    '{"a": 1 2}',
    '{,"a": 1}',
    '{"a"}',
    '{"a":}',
    "{:1}",
    "{1: 2}",
    "\ufeff{}",
    '{"a": "\\"}',
    '{"a": "\\',
    '{"a": "\\u',
    "[" * 100_000,
    '{"a":' * 100_000,
    '{"a": ' + "9" * 5000 + "}",
]


@pytest.mark.parametrize("arguments", WHOLE)
def test_a_json_object_is_what_the_tool_gets(arguments: dict[str, object]) -> None:
    for text in (
        json.dumps(arguments),
        json.dumps(arguments, ensure_ascii=False),
        f" \n{json.dumps(arguments, indent=2)}\n",
    ):
        for cut in (True, False):
            if arguments or text.strip() == "{}":
                assert read_call("c", "t", text, cut=cut) == ToolCall(id="c", name="t", input=arguments)


@pytest.mark.parametrize("text", WRONG, ids=lambda text: repr(str(text)[:20]))
def test_what_is_no_object_is_never_run_and_says_why(text: str) -> None:
    made = read_call("c", "write", text, cut=False)
    assert (made.id, made.name, made.input) == ("c", "write", {})
    assert "write" in made.fault
    assert "was not run" in made.fault
    assert len(made.fault) < 300
    made.fault.encode()


def test_torn_and_damaged_objects_are_refused_or_equal() -> None:
    random, cases = Random(5), len(WRONG) + len(WHOLE)
    for arguments in WHOLE[1:]:
        whole = json.dumps(arguments)
        for length in range(1, len(whole)):
            assert read_call("c", "t", whole[:length], cut=False).fault, whole[:length]
            assert "cut off" in read_call("c", "t", whole[:length], cut=True).fault
            cases += 1
        for _ in range(20):
            place = random.randrange(len(whole))
            damaged = whole[:place] + random.choice('{}[]",:\\x0\n') + whole[place + 1 :]
            made = read_call("c", "t", damaged, cut=False)
            assert made.fault or json.loads(damaged) == made.input
            cases += 1
    assert cases >= 318


def test_nothing_at_all_means_no_arguments_unless_it_was_cut_off() -> None:
    for text in ("", " ", "\n", "null"):
        assert read_call("c", "t", text, cut=False) == ToolCall(id="c", name="t")
    assert "cut off" in read_call("c", "t", "", cut=True).fault
