"""Cases are read from TOML and JSON lines; what is wrong is told with file and line."""

import json
from pathlib import Path
from typing import Any

import pytest

from heartbit_tui.evals import EvalCase, ExpectedTool, cases
from heartbit_tui.evals.errors import CaseError
from heartbit_tui.kernel.messages import Text
from heartbit_tui.providers.script import Reply, call


def test_a_file_of_toml_holds_one_case_or_many(tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text('input = "Say hello."\noutput_contains = ["hello"]\n')
    (tmp_path / "two.toml").write_text(
        """
[[cases]]
name = "look"
input = "Look."
expected_tools = ["read", { name = "edit", order = 1 }]
seconds = 30
script = ["Done."]

[[cases]]
input = "Mend."
command = "make"
tree = { "a/b" = "x" }
"""
    )
    assert cases.load(tmp_path) == (
        EvalCase(name="one", input="Say hello.", output_contains=("hello",)),
        EvalCase(
            name="look",
            input="Look.",
            expected_tools=(ExpectedTool(name="read"), ExpectedTool(name="edit", order=1)),
            seconds=30.0,
            script=(Reply(blocks=(Text(text="Done."),)),),
        ),
        EvalCase(name="two-2", input="Mend.", command="make", tree={"a/b": "x"}),
    )


def test_a_file_of_json_lines_holds_a_case_a_line(tmp_path: Path) -> None:
    script = [{"blocks": [{"call": "read", "input": {"file_path": "a"}}]}]
    rows: list[dict[str, Any]] = [
        {"name": "a", "input": "x", "expected_tools": []},
        {"input": "y", "folder": "start", "script": script, "reference_output": ""},
    ]
    (tmp_path / "start").mkdir()
    file = tmp_path / "cases.jsonl"
    file.write_text("\n\n".join(json.dumps(row) for row in rows) + "\n")
    assert cases.load(file) == (
        EvalCase(name="a", input="x", expected_tools=()),
        EvalCase(
            name="cases-3",
            input="y",
            folder=tmp_path / "start",
            reference_output="",
            script=(Reply(blocks=(call("read", file_path="a"),)),),
        ),
    )


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ('input = "x"\n\nimput = "y"\n', 3, "`imput` is no key of a case"),
        ('name = "x"\n', 1, "`input` is missing"),
        ('[[cases]]\ninput = "x"\n\n[[cases]]\nname = "y"\n', 4, "`input` is missing"),
        (
            'input = "x"\nexpected_tools = [\n  "a",\n  { name = "b", order = -1 },\n]\n',
            4,
            "greater than or equal to 0",
        ),
        ('input = "x"\noutput_contains = "word"\n', 2, "output_contains: input should be a valid list"),
        ('input = "x"\n[files]\n"a" = "x"\n"../b" = "y"\n', 4, "leads out of the folder"),
        ('input = "x"\n[checks]\n"/etc/passwd" = "y"\n', 3, "leads out of the folder"),
        ('input = "x"\nfolder = "gone"\n', 2, "there is no folder"),
        ('input = "x"\nfolder = "../other"\n', 2, "has to lie beside it"),
        ('input = "x"\nfolder = "/etc"\n', 2, "has to lie beside it"),
        ('input = "x"\nscript = [{ blocks = [{ shout = "x" }] }]\n', 2, "A block needs one of text"),
        ('input = "x"\ncommand_seconds = 0\n', 2, "greater than 0"),
        ('note = "x"\n[[cases]]\ninput = "y"\n', 1, "beside [[cases]] nothing can stand"),
        ('cases = "x"\n', 1, "write [[cases]]"),
    ],
)
def test_what_is_wrong_in_toml_is_told_with_its_line(tmp_path: Path, text: str, line: int, told: str) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(text)
    with pytest.raises(CaseError) as caught:
        cases.load(tmp_path)
    assert str(caught.value).startswith(f"{file}:{line}: ")
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"input": "x"}\n{"input": 3}\n', ":2: input: input should be a valid string"),
        ('{"input": "x"}\n\n{"input"\n', ":3: this is not valid JSON"),
        ('["x"]\n', ":1: input should be a valid dictionary"),
    ],
)
def test_what_is_wrong_in_json_lines_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "bad.jsonl").write_text(text)
    with pytest.raises(CaseError) as caught:
        cases.load(tmp_path)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({}, "there are no cases"),
        ({"a.toml": b"input = "}, "not valid TOML"),
        ({"a.toml": b"\xff"}, "not UTF-8"),
        ({"a.jsonl": b'{"name": "x", "input": "y"}\n{"name": "x", "input": "z"}\n'}, "two cases are called “x”"),
    ],
)
def test_a_folder_without_usable_cases_is_told(tmp_path: Path, files: dict[str, bytes], told: str) -> None:
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    with pytest.raises(CaseError, match=told):
        cases.load(tmp_path)


def test_what_is_no_file_of_cases_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("")
    for path, told in ((tmp_path / "gone", "no such file"), (tmp_path / "a.py", "written as .toml or .jsonl")):
        with pytest.raises(CaseError, match=told):
            cases.load(path)


def test_cases_are_chosen_by_their_names() -> None:
    found = [EvalCase(name=name, input="x") for name in ("json-a", "json-b", "toml")]
    assert [case.name for case in cases.chosen(found, ["json-*"])] == ["json-a", "json-b"]
    assert [case.name for case in cases.chosen(found, ["toml", "*-b"])] == ["json-b", "toml"]
    assert cases.chosen(found, []) == tuple(found)
    with pytest.raises(CaseError, match="There are: json-a, json-b, toml"):
        cases.chosen(found, ["xml"])
