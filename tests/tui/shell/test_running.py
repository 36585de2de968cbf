"""What a person runs from the draft is shown as it comes, kept within bounds, and never outlives its end."""

import asyncio
import os
import random
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from heartbit_tui.tui.shell.running import STOPPED, Console, Ran
from tests.samples import samples
from tests.tools.calls import running

SCRIPTS = (
    "sleep {word}",
    "sleep {word} & wait",
    "sleep {word} | cat",
    "(sleep {word} &) ; sleep {word}",
    "trap '' TERM INT HUP; sleep {word}",
    "yes & sleep {word}",
    "for i in 1 2 3 4 5; do sleep {word} & done; wait",
    "setsid sleep {word} & sleep {word}",
)
INTERRUPTS = samples(200, 60)


def console(directory: Path, environment: Mapping[str, str] | None = None) -> Console:
    return Console(directory, environment or {"PATH": os.environ["PATH"], "HOME": str(directory)})


async def run(where: Console, command: str, *, hidden: bool = False) -> tuple[Ran, str]:
    async with where.command(command, hidden=hidden) as child:
        pieces = [text async for text in child]
    return child.ran, "".join(pieces)


async def test_output_errors_and_the_exit_code_are_told(tmp_path: Path) -> None:
    ran, shown = await run(console(tmp_path), "echo one; echo two >&2; exit 3", hidden=True)
    assert ran == Ran(command="echo one; echo two >&2; exit 3", output="one\ntwo\n", code=3, hidden=True)
    assert shown == ran.output


async def test_output_comes_while_the_command_runs(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "go")
    async with console(tmp_path).command("echo first; read line < go; echo $line") as child:
        assert await anext(child) == "first\n"
        await asyncio.to_thread((tmp_path / "go").write_text, "second\n")
        assert await anext(child) == "second\n"
        with pytest.raises(StopAsyncIteration):
            await anext(child)
    assert child.ran == Ran(command=child.command, output="first\nsecond\n", code=0)


async def test_each_command_starts_in_the_same_folder_without_a_terminal_and_without_input(tmp_path: Path) -> None:
    where = console(tmp_path)
    await run(where, "mkdir inner; cd inner")
    script = "pwd; echo $TERM; read x || echo none; test -t 0 -o -t 1 || echo no terminal; (: > /dev/tty) 2>/dev/null || echo no tty"
    ran, _ = await run(where, script)
    assert ran.output == f"{tmp_path}\ndumb\nnone\nno terminal\nno tty\n"


async def test_a_long_output_keeps_its_beginning_and_its_end(tmp_path: Path) -> None:
    ran, shown = await run(console(tmp_path), "seq 1 200000")
    size = len("".join(f"{number}\n" for number in range(1, 200_001)))
    left_out = size - (16 << 10) - (64 << 10)
    assert f"\n[{left_out} bytes left out here]\n" in ran.output
    assert ran.output.startswith("1\n2\n3\n")
    assert ran.output.endswith("199999\n200000\n")
    assert len(ran.output) < 90_000
    assert shown.endswith("199999\n200000\n")


async def test_characters_that_come_in_pieces_are_whole(tmp_path: Path) -> None:
    script = r"printf 'a\342'; sleep 0.05; printf '\202\254b'; printf '\377c\342\202'"
    ran, shown = await run(console(tmp_path), script)
    assert (ran.output, shown) == ("a€b\ufffdc\ufffd", "a€b\ufffdc\ufffd")


async def test_what_was_written_over_is_not_kept(tmp_path: Path) -> None:
    ran, _ = await run(console(tmp_path), r"printf '10%%\r50%%\r100%%\n\033[31mred\033[0m\r\ndone\r'")
    assert ran.output == "100%\nred\ndone\r"


async def test_a_background_process_ends_with_its_command_and_is_told(tmp_path: Path) -> None:
    word = f"{random.randrange(10**6, 10**7)}.{os.getpid()}"
    ran, _ = await run(console(tmp_path), f"sleep {word} & echo started")
    assert ran.output == "started\n\n(1 background process was stopped)\n"
    assert running(word) == []


@pytest.mark.slow
async def test_two_hundred_interrupts_leave_no_process(tmp_path: Path) -> None:
    word = f"{random.randrange(10**6, 10**7)}.{os.getpid()}"
    chance = random.Random(11)
    where = console(tmp_path)

    async def interrupted(number: int) -> None:
        script = SCRIPTS[number % len(SCRIPTS)].replace("{word}", word)
        async with where.command(f"echo up; {script}") as child:
            for _ in range(chance.randrange(3)):
                await asyncio.sleep(0)
            if number % 3:
                assert (await anext(child)).startswith("up")
            child.stop()
            async for _ in child:
                pass
        assert (child.ran.code, child.ran.stopped) == (130, True)

    done = 0
    for start in range(0, INTERRUPTS, 20):
        await asyncio.gather(*(interrupted(number) for number in range(start, start + 20)))
        done += 20
    assert (done, running(word)) == (INTERRUPTS, [])


async def test_a_task_that_is_cancelled_ends_its_command(tmp_path: Path) -> None:
    word = f"{random.randrange(10**6, 10**7)}.{os.getpid()}"
    where = console(tmp_path)
    began = asyncio.Event()

    async def work() -> None:
        async with where.command(f"echo up; sleep {word}") as child:
            async for _ in child:
                began.set()

    task = asyncio.create_task(work())
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert running(word) == []


async def test_a_command_that_cannot_start_says_so(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    ran, shown = await run(console(gone, {"PATH": os.environ["PATH"]}), "echo hi")
    assert (ran.code, ran.output) == (127, shown)
    assert str(gone) in shown
    ran, shown = await run(console(tmp_path), "echo \0")
    assert (ran.code, shown) == (127, "A command cannot hold a NUL character.\n")


async def test_an_editor_is_not_started_and_its_person_told_where_it_can_be(tmp_path: Path) -> None:
    ran, shown = await run(console(tmp_path), "sudo FOO=1 /usr/bin/vim a.txt")
    assert (ran.code, shown) == (
        127,
        "vim needs a terminal of its own. Press Ctrl+Z for your shell, run it there, and come back with fg.\n",
    )


async def test_secrets_that_are_named_are_not_in_the_environment(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "KEY": "hush", "OTHER": "said"}
    where = Console(tmp_path, environment, secrets=("KEY",))
    assert (await run(where, "echo $KEY$OTHER"))[0].output == "said\n"


async def test_where_there_is_no_bash_sh_runs_the_command_and_ends_as_well() -> None:
    word = f"{random.randrange(10**6, 10**7)}.{os.getpid()}"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for program in ("sh", "sleep", "cat"):
            (folder / program).symlink_to(shutil.which(program) or "")
        where = Console(folder, {"PATH": name})
        assert await run(where, "echo $0; exit 4") == (
            Ran(command="echo $0; exit 4", output=f"{folder / 'sh'}\n", code=4),
            f"{folder / 'sh'}\n",
        )
        async with where.command(f"echo up; sleep {word} | cat") as child:
            assert await anext(child) == "up\n"
            child.stop()
            assert [text async for text in child] == []
        assert (child.ran.code, running(word)) == (130, [])
        await run(where, f"sleep {word} &")
        assert running(word) == []


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_one_that_is_stopped_before_it_begins_is_never_started(tmp_path: Path) -> None:
    child = console(tmp_path).command("echo x > made")
    child.stop()
    async with child:
        assert [text async for text in child] == []
    assert (child.ran.code, child.ran.stopped) == (STOPPED, True)
    assert names(tmp_path) == []
