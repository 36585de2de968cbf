"""stdin: the task, something beside it, or nothing; an open pipe never holds a run up."""

import asyncio
import os

import pytest

from heartbit_tui.testing.model_server import ModelServer
from tests.headless.machine import Machine, bash, ended, kept, says, service, told


def sent(server: ModelServer) -> str:
    """The last words that the model was sent."""
    content = server.requests[-1].body["messages"][-1]["content"]
    return content if isinstance(content, str) else "\n".join(block.get("text", "") for block in content)


async def test_an_open_pipe_beside_a_task_is_not_waited_for(machine: Machine) -> None:
    read, write = os.pipe()
    try:
        async with service(machine, says()) as (server, known):
            done = await known.run("-p", "hi", stdin=read)
    finally:
        os.close(read)
        os.close(write)
    assert (done.code, done.text) == (0, "Hello.\n")
    assert done.seconds < 9  # one that is waited for is given up after ten
    assert "<stdin>" not in sent(server)


@pytest.mark.slow
async def test_an_open_pipe_in_place_of_a_task_is_given_up(machine: Machine) -> None:
    read, write = os.pipe()
    try:
        done = await machine.stream("run", stdin=read)
    finally:
        os.close(read)
        os.close(write)
    result = kept(done)
    assert (result["subtype"], done.code) == ("error_config", 2)
    assert result["duration_ms"] > 9_000
    assert done.seconds < 25


async def test_what_is_piped_beside_a_task_is_attached(machine: Machine) -> None:
    async with service(machine, says()) as (server, known):
        done = await known.run("-p", "review", input=b"diff --git a b\n")
    assert done.code == 0
    assert "review\n\n<stdin>\ndiff --git a b\n</stdin>" in sent(server)


async def test_a_pipe_that_stays_open_after_its_data_is_attached_with_a_note(machine: Machine) -> None:
    read, write = os.pipe()
    os.write(write, b"so far\n")
    try:
        async with service(machine, says()) as (server, known):
            done = await known.run("-p", "review", stdin=read)
    finally:
        os.close(read)
        os.close(write)
    assert done.code == 0
    assert "so far\n[stdin was still open" in sent(server)
    assert "still open" in done.err


async def test_a_file_beside_a_task_is_attached(machine: Machine) -> None:
    (machine.project / "notes").write_bytes(b"from a \xff file\n")
    async with service(machine, says()) as (server, known):
        with (machine.project / "notes").open("rb") as file:
            await known.run("-p", "review", stdin=file)
    assert "<stdin>\nfrom a \ufffd file\n</stdin>" in sent(server)


@pytest.mark.parametrize("words", [("-",), ("run", "-"), ("-p",), ("run",), ("-p", "-"), ("--headless",)])
async def test_stdin_is_the_task_where_none_is_given(machine: Machine, words: tuple[str, ...]) -> None:
    async with service(machine, says()) as (server, known):
        done = await known.run(*words, input=b"do this\n")
    assert (done.code, done.text) == (0, "Hello.\n")
    assert sent(server).startswith("do this\n")


async def test_a_dash_beside_a_task_waits_for_the_end_of_stdin(machine: Machine) -> None:
    async with service(machine, says()) as (server, known):
        process = await known.start("-p", "review", "-", stdin=asyncio.subprocess.PIPE)
        assert process.stdin is not None
        process.stdin.write(b"late")
        await process.stdin.drain()
        done = await ended(process, input=b"r")
    assert done.code == 0
    assert "<stdin>\nlater\n</stdin>" in sent(server)


@pytest.mark.parametrize("nothing", [b"", b" \n\t\n"])
async def test_no_task_is_wrong_usage(machine: Machine, nothing: bytes) -> None:
    done = await machine.stream("run", input=nothing)
    assert (kept(done)["subtype"], done.code) == ("error_config", 2)
    assert "There is no task" in done.err


async def test_a_closed_stdin_is_no_stdin(machine: Machine) -> None:
    async with service(machine, says()) as (_, known):
        done = await known.run("-p", "hi", stdin=None, preexec_fn=lambda: os.close(0))
    assert (done.code, done.text) == (0, "Hello.\n")


async def test_more_than_a_model_can_read_is_refused_at_once(machine: Machine) -> None:
    file = machine.project / "big"
    with file.open("wb") as big:
        big.truncate(10_000_001)
    with file.open("rb") as stdin:
        done = await machine.stream("-p", "review", stdin=stdin)
    assert (kept(done)["subtype"], done.code) == ("error_config", 2)
    assert "10 MB" in done.err


async def test_a_pipe_from_a_real_program_is_attached(machine: Machine) -> None:
    async with service(machine, says()) as (server, known):
        done = await known.shell("(echo one; seq 2 20000) | heartbit -p review")
    assert done.code == 0
    assert "<stdin>\none\n2\n3\n" in sent(server)


async def test_tasks_come_as_lines_and_run_in_order(machine: Machine) -> None:
    lines = (
        b'{"type":"user","message":{"role":"user","content":"one"}}\n'
        b"\n"
        b'{"type":"user","message":{"role":"user","content":[{"type":"text","text":"two"}]}}'
    )
    async with service(machine, says("First."), says("Second.")) as (server, known):
        done = await known.stream("--input-format", "stream-json", input=lines)
    result = kept(done)
    assert (result["result"], result["num_turns"]) == ("Second.", 2)
    ends = [line for line in done.lines if line.get("subtype") == "run_ended"]
    assert [(end["run_subtype"], end["result"]) for end in ends] == [("success", "First."), ("success", "Second.")]
    assert "two" in sent(server)


async def test_a_line_can_interrupt_the_run_and_the_next_task_runs(machine: Machine) -> None:
    async with service(machine, bash("echo up; exec sleep 100"), says("Second.")) as (_, known):
        process = await known.start(
            "--input-format", "stream-json", "--json", "-v", "--permission-mode", "yolo", stdin=asyncio.subprocess.PIPE
        )
        assert process.stdin is not None
        process.stdin.write(b'{"type":"user","message":{"role":"user","content":"one"}}\n')
        await told(process.stderr, b'"tool_call_started"')
        process.stdin.write(b'{"type":"interrupt"}\n')
        await told(process.stderr, b'"run_interrupted"')
        done = await ended(process, input=b'{"type":"user","message":{"role":"user","content":"two"}}\n')
    result = kept(done)
    assert (done.code, result["result"]) == (0, "Second.")
    ends = [line["run_subtype"] for line in done.lines if line.get("subtype") == "run_ended"]
    assert ends == ["interrupted", "success"]


async def test_only_an_interrupt_ends_with_130(machine: Machine) -> None:
    async with service(machine, bash("exec sleep 100"), says()) as (_, known):
        process = await known.start(
            "--input-format", "stream-json", "--json", "-v", "--permission-mode", "yolo", stdin=asyncio.subprocess.PIPE
        )
        assert process.stdin is not None
        process.stdin.write(b'{"type":"user","message":{"role":"user","content":"one"}}\n')
        await told(process.stderr, b'"tool_call_started"')
        done = await ended(process, input=b'{"type":"interrupt"}\n')
    assert (kept(done)["subtype"], done.code) == ("interrupted", 130)


@pytest.mark.parametrize("line", [b"hello\n", b"[]\n", b'{"type":"nonsense"}\n', b'{"type":"user"}\n', b"\xff\n"])
async def test_a_line_that_is_not_understood_ends_the_run_with_wrong_usage(machine: Machine, line: bytes) -> None:
    async with service(machine, says()) as (_, known):
        done = await known.stream("--input-format", "stream-json", input=line)
    assert (kept(done)["subtype"], done.code) == ("error_config", 2)


async def test_no_lines_at_all_are_no_success(machine: Machine) -> None:
    async with service(machine) as (_, known):
        done = await known.stream("--input-format", "stream-json", input=b"")
    assert (kept(done)["subtype"], done.code, done.result["num_turns"]) == ("error_config", 2, 0)
