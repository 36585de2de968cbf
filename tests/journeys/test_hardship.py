"""A machine that is short of everything: each run ends with a clear word and the exit code that was promised."""

import asyncio
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from heartbit_tui.kernel.events import Delta, RunCompleted
from heartbit_tui.providers.script import Reply, call
from heartbit_tui.store.store import Store
from heartbit_tui.testing.clock import FakeClock
from heartbit_tui.testing.model_server import ModelServer
from tests.headless.machine import Done, Machine, bash, calls, ended, kept, lines_of, says, service

STORE = ".local/share/heartbit/heartbit.db"
YOLO = ("--permission-mode", "yolo")
LINE = "x" * 200 + "\n"


def limited(kind: int, most: int) -> Callable[[], None]:
    """What a child does before it becomes heartbit: live with this limit."""
    return lambda: resource.setrlimit(kind, (most, resource.getrlimit(kind)[1]))


def results(done: Done) -> dict[str, Any]:
    """The results in a stream by the ids of their calls."""
    blocks = [line["message"]["content"] for line in done.lines if line["type"] == "user"]
    return {block["tool_use_id"]: block for content in blocks for block in content}


def reads(count: int) -> tuple[Reply, ...]:
    return tuple(calls(call("read", file_path=f"big{number}.txt")) for number in range(count))


@pytest.mark.parametrize("size", [1_000, 60_000, 200_000, 300_000])
async def test_a_full_disk_ends_the_run_and_loses_nothing_that_was_told(machine: Machine, size: int) -> None:
    for number in range(20):
        (machine.project / f"big{number}.txt").write_text(LINE * 140)
    async with service(machine, *reads(20), says("Now it fits."), says("Now it fits.")) as (_, known):
        # Python 3.11 keeps as much of a compiled module as fits, and every process after it would stumble over that.
        writer = known.having(PYTHONDONTWRITEBYTECODE="1")
        full = await writer.stream("-p", "hi", preexec_fn=limited(resource.RLIMIT_FSIZE, size))
        result = kept(full)
        assert (result["subtype"], full.code, result["error"]["kind"]) == ("error_tool", 1, "store")
        assert "disk" in result["error"]["message"]
        if result["session_id"]:
            again = await known.stream("-p", "again", "-c")
            assert (kept(again)["result"], again.result["session_id"]) == ("Now it fits.", result["session_id"])
        else:
            assert kept(await known.stream("-p", "again"))["result"] == "Now it fits."


# A disk of two megabytes with something else on it, which is deleted after the first run.
SMALL_DISK = """
mount -t tmpfs -o size=2m none "$HOME"
head -c 1700000 /dev/zero > "$HOME/filler"
"$@" -p hi --json > first
echo $? > code
rm "$HOME/filler"
exec "$@" -p again -c --json
"""


@pytest.mark.security("L3")
async def test_a_disk_that_is_really_full_and_then_is_not(machine: Machine) -> None:
    for number in range(20):
        (machine.project / f"big{number}.txt").write_text(LINE * 140)
    async with service(machine, says("Now it fits.", when="again"), *reads(20)) as (_, known):
        heartbit = (sys.executable, "-m", "heartbit_tui")
        process = await asyncio.create_subprocess_exec(
            *(*with_own_mounts(), "sh", "-c", SMALL_DISK, "sh", *heartbit),
            env=known.variables,
            cwd=known.project,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        second = await ended(process)
    first = lines_of((machine.project / "first").read_bytes())
    assert (machine.project / "code").read_text() == "1\n"
    assert (first[-1]["subtype"], first[-1]["error"]["kind"]) == ("error_tool", "store")
    assert "The disk is full" in first[-1]["error"]["message"]
    assert (kept(second)["result"], second.result["session_id"]) == ("Now it fits.", first[-1]["session_id"])


def with_own_mounts() -> tuple[str, ...]:
    """How to start a process that may mount what nobody else sees."""
    command = ("unshare", "--mount", "--map-root-user")
    if shutil.which("unshare") is None or subprocess.run((*command, "true"), check=False).returncode:
        pytest.skip("no mounts of one's own can be had here, so no disk can be filled")
    return command


@pytest.mark.security("L3")
@pytest.mark.skipif(not Path("/sys/kernel").is_dir(), reason="no /sys to stand for a home that cannot be written")
async def test_a_home_that_cannot_be_written_is_told_and_needs_only_ephemeral(machine: Machine) -> None:
    async with service(machine, says("Hello.", times=0)) as (server, known):
        homeless = known.having(HOME="/sys")
        done = await homeless.stream("-p", "hi")
        assert (kept(done)["error"]["kind"], done.code) == ("store", 1)
        assert "/sys/" in done.result["error"]["message"]
        assert server.requests == []
        assert kept(await homeless.stream("-p", "hi", "--ephemeral"))["result"] == "Hello."


async def test_a_file_where_a_folder_should_be_is_told(machine: Machine) -> None:
    (machine.home / ".local").write_text("a file")
    async with service(machine, says("Hello.", times=0)) as (_, known):
        done = await known.stream("-p", "hi")
    assert done.code in (1, 52)
    assert str(machine.home / ".local") in kept(done)["error"]["message"]


@pytest.mark.security("L3")
async def test_without_a_home_the_folders_of_the_environment_are_used(machine: Machine) -> None:
    folders = {f"XDG_{kind}_HOME": str(machine.root / kind) for kind in ("CONFIG", "DATA", "STATE", "CACHE")}
    async with service(machine, says("Hello.", times=0)) as (_, known):
        homeless = {name: value for name, value in known.variables.items() if name != "HOME"}
        ephemeral = await known.stream("-p", "hi", "--ephemeral", env=homeless)
        stored = await known.stream("-p", "hi", env={**homeless, **folders})
    assert (kept(ephemeral)["result"], kept(stored)["result"]) == ("Hello.", "Hello.")
    assert (machine.root / "DATA/heartbit/heartbit.db").exists()


@pytest.mark.security("L3")
@pytest.mark.parametrize("most", [6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 20, 24, 32])
async def test_too_few_open_files_end_in_a_result(machine: Machine, most: int) -> None:
    async with service(machine, bash("echo one | cat; exec 9>/dev/null"), says("Done.")) as (_, known):
        done = await known.run(*("-p", "hi", "--json", *YOLO), preexec_fn=limited(resource.RLIMIT_NOFILE, most))
    if done.out:
        result = kept(done)
        assert done.code == 0 or "open" in result["error"]["message"]
    assert done.code in (0, 1, 52)
    assert done.code == 0 or done.err


@pytest.mark.parametrize(
    "content", [b"not a database, not at all" * 99, b"SQLite format 3\0" + b"\xff" * 9000], ids=["text", "torn"]
)
async def test_a_damaged_store_is_told_and_left_alone(machine: Machine, content: bytes) -> None:
    store = machine.home / STORE
    store.parent.mkdir(parents=True)
    store.write_bytes(content)
    async with service(machine, says()) as (server, known):
        done = await known.stream("-p", "hi")
    assert (kept(done)["error"]["kind"], done.code, server.requests) == ("store", 1, [])
    assert "damaged" in done.err
    assert store.read_bytes() == content


@pytest.mark.parametrize("text", ["not toml [[", "[[rules]]\nx = 1\n", "\0\1", "rules = 5\n"])
async def test_broken_learned_rules_end_the_run_and_are_left_as_they_are(machine: Machine, text: str) -> None:
    file = machine.home / ".config/heartbit/permissions.toml"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    async with service(machine, bash("echo hi"), says()) as (server, known):
        done = await known.stream("-p", "hi")
    assert (kept(done)["subtype"], done.code, server.requests) == ("error_config", 52, [])
    assert str(file) in done.result["error"]["message"]
    assert file.read_text() == text


async def test_four_at_once_in_one_folder_and_one_store_all_complete(machine: Machine) -> None:
    replies = [bash(f"echo {number} >> log.txt", when=f"task {number}.") for number in range(4)]
    async with service(machine, *replies, says("Done.", times=0)) as (_, known):
        runs = await asyncio.gather(*(known.stream("-p", f"task {number}.", *YOLO) for number in range(4)))
    assert [kept(done)["result"] for done in runs] == ["Done."] * 4
    assert sorted((machine.project / "log.txt").read_text().split()) == ["0", "1", "2", "3"]
    assert [await completed(machine, done.result["session_id"]) for done in runs] == [True] * 4


async def completed(machine: Machine, session_id: str) -> bool:
    """Whether the store holds this session whole, with its end."""
    async with Store.open(machine.home / STORE, FakeClock()) as store:
        log = await store.load(session_id)
    whole = [envelope for envelope in log.envelopes if not isinstance(envelope.event, Delta)]
    return not log.skipped and isinstance(whole[-1].event, RunCompleted)


async def test_a_session_that_is_open_elsewhere_is_refused_with_a_sentence(machine: Machine) -> None:
    go_on = asyncio.Event()
    replies = (says("Hello."), says("Slow.", wait=1.0), says("Then."))
    async with ModelServer(replies, sleep=lambda seconds: waits(go_on, seconds)) as server:
        known = machine.with_service(server)
        session = kept(await known.stream("-p", "hi"))["session_id"]
        first = await known.start("-p", "again", "--resume", session, "--json")
        await server.until(lambda seen: len(seen.requests) == 2)
        second = await known.stream("-p", "me too", "--resume", session)
        go_on.set()
        refused = kept(second)
        assert kept(await ended(first))["result"] == "Slow."
        assert (refused["subtype"], second.code, refused["error"]["kind"]) == ("error_tool", 1, "store")
        assert f"{session} is in use by process {first.pid}" in second.err
        assert kept(await known.stream("-p", "now", "--resume", session))["result"] == "Then."


async def test_huge_output_of_a_command_is_cut_and_memory_stays_small(machine: Machine) -> None:
    peak: list[int] = []
    async with service(machine, bash("yes 0123456789abcdef | head -c 50000000"), says("Long.")) as (server, known):
        process = await known.start("-p", "hi", "--json", *YOLO)
        await server.until(lambda seen: len(seen.requests) == 2)
        peak.append(peak_megabytes(process.pid))
        done = await ended(process)
    assert kept(done)["result"] == "Long."
    (told,) = results(done).values()
    assert len(told["content"]) < 40_000
    assert peak[0] < 200, f"{peak[0]} MB"
    logs = list((machine.home / ".local/state/heartbit/outputs").rglob("*"))
    assert [file.stat().st_size for file in logs if file.is_file()] == [50_000_000]


async def waits(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event in the place of so many seconds."""
    if seconds:
        await event.wait()


def peak_megabytes(pid: int) -> int:
    """The most memory that a process ever had; it may have just ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        pytest.skip("the system does not tell how much memory a process had")
    return next(int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM"))


async def test_bytes_that_are_no_text_come_out_as_lines_of_json(machine: Machine) -> None:
    noise = "head -c 20000 /dev/urandom; printf '\\0\\377\\xc3'; printf '\\xed\\xa0\\x80'"
    async with service(machine, bash(noise), says("Noise.")) as (_, known):
        done = await known.stream("-p", "hi", *YOLO, "-v")
    assert kept(done)["result"] == "Noise."
    assert len(results(done)) == 1


async def test_escape_sequences_and_markup_are_shown_and_never_obeyed(machine: Machine) -> None:
    name = "[bold red]a[/]\x1b[2J\x1b]0;title\x07.txt"
    replies = (
        calls(call("write", file_path=name, content="\x1b[31m")),
        bash("ls; printf '\\033[2J[link=x]'"),
        calls(call("read", file_path=name)),
        says("Done."),
    )
    async with service(machine, *replies) as (_, known):
        done = await known.run("-p", "hi", *YOLO)
    assert (done.code, done.text) == (0, "Done.\n")
    assert (machine.project / name).read_text() == "\x1b[31m"
    assert not set(done.err) & {"\x1b", "\x07"}
    assert "[bold red]a[/]" in done.err


async def test_a_prompt_of_a_megabyte_arrives_whole(machine: Machine) -> None:
    prompt = "".join(f"{number:07} é\n" for number in range(95_000))
    async with service(machine, says("Read.")) as (server, known):
        done = await known.stream("-p", "-", input=prompt.encode())
    assert kept(done)["result"] == "Read."
    assert len(prompt.encode()) > 1_000_000
    assert prompt.strip() in str(server.requests[0].body["messages"][0]["content"][0]["text"])


async def test_a_hundred_calls_in_one_turn_are_each_answered_once(machine: Machine) -> None:
    (machine.project / "a.txt").write_text("a\n")
    blocks = [call("read", id=f"r{number}", file_path="a.txt") for number in range(60)]
    blocks += [
        call("write", id=f"w{number}", file_path=f"made/{number}.txt", content=f"{number}\n") for number in range(30)
    ]
    blocks += [call("bash", id=f"b{number}", command=f"echo {number} >> log.txt") for number in range(10)]
    async with service(machine, calls(*blocks), says("All.")) as (_, known):
        done = await known.stream("-p", "hi", *YOLO)
    assert kept(done)["result"] == "All."
    told = results(done)
    assert set(told) == {block.id for block in blocks}
    assert sum(line["type"] == "user" for line in done.lines) == len(blocks) == 100
    assert not any(block["is_error"] for block in told.values())
    assert {file.name for file in (machine.project / "made").iterdir()} == {f"{number}.txt" for number in range(30)}
    assert sorted((machine.project / "log.txt").read_text().split()) == [str(number) for number in range(10)]


async def test_lines_on_stdout_are_whole_when_its_reader_is_slow(machine: Machine) -> None:
    (machine.project / "big.txt").write_text(LINE * 140)
    replies = [calls(call("read", file_path="big.txt", offset=number + 1)) for number in range(12)]
    async with service(machine, *replies, says("Done.")) as (_, known):
        process = await known.start("-p", "hi", "--json", limit=1024)
        assert process.stdout is not None
        pieces: list[bytes] = []
        while piece := await process.stdout.read(700):
            pieces.append(piece)
        await process.wait()
    assert lines_of(b"".join(pieces))[-1]["result"] == "Done."
