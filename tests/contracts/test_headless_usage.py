"""Odd input: each kind ends soon, with an exit code of its own and a sentence that says what to do."""

import os
from pathlib import Path

import pytest

from tests.headless.machine import Machine, kept, says, service

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-p", "hi", "--modle", "x"), "did you mean --model?"),
        (("-p", "hi", "--nonsense-of-its-own"), "there is no flag --nonsense-of-its-own"),
        (("-p", "hi", "--max-turns", "0"), "--max-turns"),
        (("-p", "hi", "--max-turns", "many"), "--max-turns"),
        (("-p", "hi", "--max-turns"), "--max-turns"),
        (("-p", "hi", "--max-cost", "-1"), "--max-cost"),
        (("-p", "hi", "--max-cost", "nan"), "--max-cost"),
        (("-p", "hi", "--timeout", "inf"), "--timeout"),
        (("-p", "hi", "--permission-mode", "brave"), "brave"),
        (("-p", "hi", "--permission-mode", "yolo", "--approve"), "--approve"),
        (("-p", "hi", "--on-ask", "person"), "person"),
        (("-p", "hi", "--effort", "huge"), "huge"),
        (("-p", "hi", "--cwd", "none"), "no such directory"),
        (("-p", "hi", "--cwd", "file"), "no directory"),
        (("-p", "hi", "--add-dir", "none"), "--add-dir none"),
        (("-p", "hi", "--image", "none.png"), "no such file"),
        (("-p", "hi", "--image", "file"), "no PNG"),
        (("-p", "hi", "--image", "."), "no such file"),
        (("-p", "hi", "--output-schema", "none.json"), "no such file"),
        (("-p", "hi", "--output-schema", "file"), "is not JSON"),
        (("-p", "hi", "--json-schema", "[1]"), "must be a JSON object"),
        (("-p", "hi", "--json-schema", "{}", "--output-schema", "file"), "leave one out"),
        (("-p", "hi", "-o", "none/answer"), "no directory"),
        (("-p", "hi", "-o", "."), "directory"),
        (("-p", "hi", "--fork"), "--fork needs"),
        (("-p", "hi", "-c", "--resume", "x"), "leave one out"),
        (("-p", "hi", "--resume", ""), "needs the id"),
        (("-p", ""), "There is no task"),
        (("run",), "There is no task"),
        (("run", ""), "There is no task"),
        ((), "There is no task"),
        (("sesions",), "did you mean `heartbit sessions`?"),
        (("hi", "--input-format", "stream-json"), "leave the task"),
        (("-p", "hi", "--output-format", "xml"), "xml"),
    ],
    ids=" ".join,
)
async def test_wrong_usage_ends_with_2_and_says_what_is_wrong(
    machine: Machine, words: tuple[str, ...], said: str
) -> None:
    (machine.project / "file").write_text("neither a picture nor JSON")
    done = await machine.run(*words)
    assert (done.code, done.out) == (2, b"")
    assert said in done.err
    stream = await machine.stream(*words)
    result = kept(stream)
    assert (stream.code, result["subtype"], result["error"]["kind"]) == (2, "error_config", "usage")
    assert said in result["error"]["message"]


async def test_a_schema_that_is_none_is_a_wrong_setting(machine: Machine) -> None:
    known = machine.with_service("http://127.0.0.1:9")
    done = await known.stream("-p", "hi", "--json-schema", '{"type": "nonsense"}')
    assert (kept(done)["subtype"], done.code) == ("error_config", 52)


async def test_a_rule_that_is_none_is_a_wrong_setting(machine: Machine) -> None:
    done = await machine.with_service("http://127.0.0.1:9").stream("-p", "hi", "--allow", "bash(")
    assert (kept(done)["subtype"], done.code) == ("error_config", 52)


async def test_an_argument_that_is_no_utf8_is_taken_as_well_as_it_can_be(machine: Machine) -> None:
    async with service(machine, says()) as (server, known):
        done = await known.stream("-p", b"caf\xe9 \xff")
    assert kept(done)["result"] == "Hello."
    assert "caf\ufffd \ufffd" in server.requests[0].raw.decode() or "caf\\ufffd" in server.requests[0].raw.decode()


async def test_a_directory_that_is_no_utf8_is_worked_in(machine: Machine) -> None:
    odd = Path(os.fsdecode(os.fsencode(machine.root) + b"/caf\xe9"))
    os.mkdir(odd)  # noqa: PTH102 - its name cannot be said in UTF-8
    async with service(machine, says()) as (_, known):
        done = await known.stream("-p", "hi", "--cwd", str(odd))
    assert kept(done)["result"] == "Hello."


async def test_a_current_directory_that_is_gone_is_told(machine: Machine) -> None:
    gone = machine.root / "gone"
    gone.mkdir()
    done = await machine.stream("-p", "hi", cwd=gone, preexec_fn=gone.rmdir)
    assert (kept(done)["subtype"], done.code) == ("error_config", 2)
    assert "current directory is gone" in done.err


async def test_pictures_are_shown_to_the_model(machine: Machine) -> None:
    (machine.project / "one.png").write_bytes(PNG)
    async with service(machine, says("A dot.")) as (server, known):
        done = await known.run("-p", "what is this?", "--image", "one.png", "--image", str(machine.project / "one.png"))
    assert done.text == "A dot.\n"
    blocks = [block for message in server.requests[0].body["messages"] for block in message["content"]]
    assert [block["source"]["media_type"] for block in blocks if block["type"] == "image"] == ["image/png"] * 2


async def test_words_of_ones_own_and_model_and_effort_reach_the_service(machine: Machine) -> None:
    async with service(machine, says()) as (server, known):
        done = await known.stream(
            "-p", "hi", "--model", "claude-opus-4-5", "--effort", "low", "--append-system-prompt", "Be brief, Ada."
        )
    assert done.lines[0]["model"] == "claude-opus-4-5"
    body = server.requests[0].body
    assert body["model"] == "claude-opus-4-5"
    assert "Be brief, Ada." in str(body["system"])
    assert "thinking" in body


@pytest.mark.parametrize("where", ["before", "after"])
async def test_flags_may_stand_before_and_after_the_command(machine: Machine, where: str) -> None:
    other = machine.root / "other"
    other.mkdir()
    (machine.root / "mine.toml").write_text('[provider]\nmodel = "claude-haiku-4-5"\n')
    flags = ("--cwd", str(other), "--config", str(machine.root / "mine.toml"), "--headless", "-v")
    words = (*flags, "run", "hi", "--json") if where == "before" else ("run", "hi", "--json", *flags)
    async with service(machine, says()) as (_, known):
        done = await known.run(*words)
    assert kept(done)["exit_code"] == 0
    assert (done.lines[0]["cwd"], done.lines[0]["model"]) == (str(other), "claude-haiku-4-5")
    assert '"run_completed"' in done.err


async def test_bare_leaves_the_users_settings_out(machine: Machine) -> None:
    machine.config('[provider]\nmodel = "claude-haiku-4-5"\n')
    async with service(machine, says(), says()) as (_, known):
        usual, bare = await known.stream("-p", "hi"), await known.stream("-p", "hi", "--bare")
    assert usual.lines[0]["model"] == "claude-haiku-4-5"
    assert bare.lines[0]["model"] != "claude-haiku-4-5"


async def test_without_a_place_to_write_only_an_ephemeral_run_works(machine: Machine) -> None:
    # Nothing can be made in /proc, not even by root.
    async with service(machine.having(HOME="/proc"), says(), says()) as (_, known):
        kept_nowhere = await known.stream("-p", "hi")
        ephemeral = await known.stream("-p", "hi", "--ephemeral")
    assert (kept(kept_nowhere)["subtype"], kept_nowhere.code) == ("error_tool", 1)
    assert kept_nowhere.result["error"]["kind"] == "store"
    assert kept(ephemeral)["result"] == "Hello."


async def test_a_log_is_written_where_the_environment_asks_for_one(machine: Machine) -> None:
    async with service(machine, says(), says()) as (_, known):
        await known.run("-p", "a secret task")
        assert not (machine.home / ".local/state/heartbit/heartbit.log").exists()
        await known.having(HEARTBIT_LOG="debug").run("-p", "a secret task")
    log = (machine.home / ".local/state/heartbit/heartbit.log").read_text()
    assert "run_completed" in log
    assert "a secret task" not in log
    assert "sk-test" not in log


async def test_what_an_untrusted_project_may_not_set_is_ignored_and_told(machine: Machine) -> None:
    (machine.project / "heartbit.toml").write_text('[provider]\nbase_url = "http://127.0.0.1:9"\n')
    async with service(machine, says(), says()) as (_, known):
        stream, text = await known.stream("-p", "hi"), await known.run("-p", "hi")
    assert kept(stream)["result"] == "Hello."
    (notice,) = [line for line in stream.lines if line.get("subtype") == "notice"]
    assert (notice["level"], "provider.base_url" in notice["text"]) == ("warning", True)
    assert text.err.startswith("warning: ")
    assert text.text == "Hello.\n"
