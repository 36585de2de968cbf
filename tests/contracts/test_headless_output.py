"""What a headless run writes, where, and in which form."""

import json
from pathlib import Path

import pytest

from heartbit_tui import __version__
from heartbit_tui.providers.script import Reply, call
from tests.headless.machine import RESULT_KEYS, Machine, calls, kept, lines_of, says, service, usage
from tests.stopwatch import Stopwatch

INIT_KEYS = [
    "type",
    "subtype",
    "schema",
    "session_id",
    "cwd",
    "model",
    "provider",
    "permission_mode",
    "tools",
    "mcp_servers",
    "skills",
    "version",
]


def writes(path: str = "made.txt", content: str = "made\n") -> Reply:
    return calls(call("write", file_path=path, content=content))


@pytest.mark.parametrize(
    "words", [("run", "hi"), ("hi",), ("-p", "hi"), ("--headless", "run", "hi"), ("run", "--headless", "hi")]
)
async def test_text_has_the_answer_alone_on_stdout(machine: Machine, words: tuple[str, ...]) -> None:
    async with service(machine, says("Hello\nthere.", usage=usage(1200, 7))) as (_, known):
        done = await known.run(*words)
    assert (done.code, done.text) == (0, "Hello\nthere.\n")
    stats = done.err.splitlines()
    assert len(stats) == 1
    assert stats[0].startswith("tokens: 1200 in, 7 out · 0 tool calls · estimated cost $0.00")


async def test_an_unknown_price_is_told_as_unknown(machine: Machine) -> None:
    async with service(machine, says(), says()) as (_, known):
        text = await known.run("-p", "hi", "--model", "nobody-knows-1")
        stream = await known.stream("-p", "hi", "--model", "nobody-knows-1")
    assert "cost unknown" in text.err
    assert kept(stream)["total_cost_usd"] is None


async def test_progress_is_one_line_a_call_on_stderr(machine: Machine) -> None:
    replies = (writes(), calls(call("read", file_path="made.txt"), call("read", file_path="none.txt")), says("Done."))
    async with service(machine, *replies) as (_, known):
        done = await known.run("-p", "hi", "--permission-mode", "accept-edits")
    assert done.text == "Done.\n"
    *progress, stats = done.err.splitlines()
    assert sorted(progress) == sorted(["· write made.txt", "· read made.txt", "✗ read none.txt"])
    assert "3 tool calls" in stats


async def test_json_is_one_object_with_the_whole_result(machine: Machine) -> None:
    async with service(machine, says("Hello.", usage=usage(10, 5))) as (_, known):
        watch = Stopwatch()
        done = await known.run("-p", "hi", "--output-format", "json")
    (result,) = lines_of(done.out)
    assert tuple(result) == RESULT_KEYS
    unsteady = {"session_id", "duration_ms", "total_cost_usd"}
    assert {key: value for key, value in result.items() if key not in unsteady} == {
        "type": "result",
        "subtype": "success",
        "is_error": False,
        "exit_code": 0,
        "num_turns": 1,
        "usage": {
            "input_tokens": 10,
            "output_tokens": 5,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "reasoning_tokens": 0,
        },
        "cascade": None,
        "judged": None,
        "plan": None,
        "permission_denials": [],
        "changed_files": [],
        "result": "Hello.",
        "structured_output": None,
        "error": None,
    }
    assert 0 < result["duration_ms"] <= watch.seconds * 1000
    assert (done.code, done.err) == (0, "")


@pytest.mark.parametrize("flags", [("--json",), ("--output-format", "stream-json"), ("--output-format=stream-json",)])
async def test_a_stream_tells_init_messages_results_and_the_end(machine: Machine, flags: tuple[str, ...]) -> None:
    async with service(machine, writes(), says("Done.")) as (_, known):
        done = await known.run("-p", "hi", *flags, "--permission-mode", "accept-edits")
    result = kept(done)
    init, asked, answered, said, _ = done.lines
    assert list(init) == INIT_KEYS
    assert (init["cwd"], init["provider"]) == (str(machine.project), "anthropic")
    assert (init["permission_mode"], init["version"]) == ("accept-edits", __version__)
    assert {"bash", "read", "write", "edit"} <= set(init["tools"])
    assert [line["type"] for line in done.lines] == ["system", "assistant", "user", "assistant", "result"]
    (block,) = asked["message"]["content"]
    assert (block["type"], block["name"], block["input"]["file_path"]) == ("tool_use", "write", "made.txt")
    assert (asked["message"]["role"], asked["message"]["stop_reason"]) == ("assistant", "tool_use")
    (told,) = answered["message"]["content"]
    assert (told["type"], told["tool_use_id"], told["is_error"]) == ("tool_result", block["id"], False)
    assert said["message"]["content"] == [{"type": "text", "text": "Done."}]
    assert result["changed_files"] == [str(machine.project / "made.txt")]
    assert (result["num_turns"], result["result"]) == (2, "Done.")


async def test_pieces_come_only_when_they_are_asked_for_and_make_up_the_answer(machine: Machine) -> None:
    text = "A longer answer, cut into quite a few pieces on its way."
    async with service(machine, says(text), says(text)) as (_, known):
        with_pieces = await known.stream("-p", "hi", "--include-partial-messages")
        without = await known.stream("-p", "hi")
    pieces = [line["event"]["delta"] for line in with_pieces.lines if line["type"] == "stream_event"]
    assert {piece["type"] for piece in pieces} == {"text_delta"}
    assert "".join(piece["text"] for piece in pieces) == text
    assert [line["type"] for line in without.lines] == ["system", "assistant", "result"]
    assert kept(with_pieces)["result"] == kept(without)["result"] == text


async def test_verbose_tells_events_as_json_lines_on_stderr(machine: Machine) -> None:
    async with service(machine, says(), says()) as (_, known):
        stream = await known.stream("-p", "hi", "-v")
        text = await known.run("-v", "-p", "hi")
    told = [json.loads(line) for line in stream.err.splitlines()]
    names = [event["type"] for event in told]
    assert names[-1] == "run_completed"
    assert {"run_started", "turn_started", "assistant_message", "llm_response"} <= set(names)
    assert [event["seq"] for event in told] == sorted(event["seq"] for event in told)
    assert "text_delta" not in names
    *events, stats = text.err.splitlines()
    assert [json.loads(line)["type"] for line in events][-1] == "run_completed"
    assert (text.text, stats.startswith("tokens: ")) == ("Hello.\n", True)


async def test_the_answer_goes_to_a_file_in_one_piece_and_only_after_success(machine: Machine) -> None:
    file = machine.project / "answer.md"
    file.write_text("old")
    file.chmod(0o640)
    failing = machine.with_service("http://127.0.0.1:9").config("[provider.retry]\nmax_retries = 0\n")
    assert (await failing.run("-p", "hi", "-o", "answer.md")).code == 69
    assert file.read_text() == "old"
    async with service(machine, says("New.")) as (_, known):
        done = await known.run("-p", "hi", "-o", "answer.md")
    assert (done.code, file.read_text(), done.text) == (0, "New.\n", "New.\n")
    assert [path.name for path in machine.project.iterdir()] == ["answer.md"]
    assert file.stat().st_mode & 0o777 == 0o640


SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False}


@pytest.mark.parametrize("by_file", [True, False])
async def test_an_answer_in_a_wanted_shape_is_checked_and_repaired(machine: Machine, by_file: bool) -> None:
    file = machine.project / "schema.json"
    file.write_text(json.dumps(SCHEMA))
    flags = ("--output-schema", "schema.json") if by_file else ("--json-schema", json.dumps(SCHEMA))
    replies = (says("Three."), calls(call("__respond__", n="three")), calls(call("__respond__", n=3)))
    async with service(machine, *replies) as (_, known):
        done = await known.stream("-p", "how many?", *flags)
    result = kept(done)
    assert result["structured_output"] == {"n": 3}
    assert json.loads(result["result"]) == {"n": 3}


async def test_an_answer_that_never_gets_the_shape_is_an_error(machine: Machine) -> None:
    async with service(machine, calls(call("__respond__", n="three"), times=0)) as (_, known):
        done = await known.stream("-p", "how many?", "--json-schema", json.dumps(SCHEMA))
    result = kept(done)
    assert (done.code, result["subtype"], result["structured_output"]) == (1, "error_tool", None)


async def test_a_text_run_with_a_shape_prints_json(machine: Machine) -> None:
    async with service(machine, calls(call("__respond__", n=3))) as (_, known):
        done = await known.run("-p", "how many?", "--json-schema", json.dumps(SCHEMA))
    assert json.loads(done.text) == {"n": 3}


async def test_what_would_steer_a_terminal_is_made_visible_on_stderr(machine: Machine) -> None:
    async with service(machine, calls(call("read", file_path="\x1b[2Jx\u202ey")), says("\x1b[31mred")) as (_, known):
        done = await known.run("-p", "hi")
    assert "\x1b" not in done.err
    assert "\u202e" not in done.err
    assert done.text == "\x1b[31mred\n"


async def test_todos_retries_and_repaired_names_are_system_lines(machine: Machine) -> None:
    todo = {"content": "Look", "status": "in_progress", "priority": "high"}
    replies = (calls(call("todowrite", todos=[todo])), calls(call("raed", file_path="x")), says())
    async with service(machine, *replies) as (_, known):
        done = await known.stream("-p", "hi")
    kept(done)
    told = {line["subtype"]: line for line in done.lines if line["type"] == "system"}
    assert told["todo"]["todos"] == [todo]
    assert (told["name_repaired"]["asked"], told["name_repaired"]["tool_name"]) == ("raed", "read")


async def test_the_demo_needs_nothing_and_says_that_no_model_is_behind_it(machine: Machine, tmp_path: Path) -> None:
    quick = machine.having(HEARTBIT_DEMO_INSTANT="1")
    done = await quick.run("--headless", "--demo", "run")
    assert done.code == 0
    assert "no model is behind" in done.text
    stream = await quick.stream("--demo", "run", "--headless")
    assert kept(stream)["changed_files"] != []
    assert list(machine.project.iterdir()) == []
