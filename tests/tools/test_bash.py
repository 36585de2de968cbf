"""Scripts run as bash runs them, in a directory that is kept, within bounds."""

import asyncio
import os
import stat
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.protocols import Effects, Output, Tool, Touch
from heartbit_tui.tools.bash import Bash
from tests.sandbox.ground import sandboxed
from tests.tools.calls import Context


@pytest.fixture(params=["fresh", "spare", "sandboxed"])
async def bash(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bash]:
    root = tmp_path / "root"
    root.mkdir()
    spare, inside = request.param == "spare", sandboxed(root) if request.param == "sandboxed" else None
    async with Bash(root, tmp_path / "logs", os.environ, spare=spare, confinement=inside) as made:
        await run(made, ":")
        yield made


async def run(bash: Bash, command: str, **more: object) -> Output:
    return await bash.run({"command": command, **more}, Context())


AS_PLAIN_BASH = {
    "here-document": "cat <<'END'\n$HOME `x`\nEND",
    "comment at the end": "echo a # and no more",
    "newline at the end": "echo a\n",
    "semicolon at the end": "echo a;",
    "ampersand at the end": "true &",
    "background and foreground": "true & echo b; wait",
    "exit": "echo before; exit 42",
    "exit in a subshell": "(exit 7)",
    "syntax error alone": "if",
    "syntax error after a good line": "echo good\nif\necho never",
    "unknown command": "no-such-command-here",
    "quotes": "echo \"a 'b' \\\"c\\\"\" 'd \"e\"' $'f\\ng'",
    "several lines": "for i in 1 2 3; do\n  echo $i\ndone",
    "functions": "f() { return 3; }\nf",
    "arrays": "a=(1 2 3); echo ${#a[@]} ${a[-1]}",
    "errexit": "set -e\nfalse\necho never",
    "nounset": "set -u\necho $no_such_name\necho never",
    "pipefail": "set -o pipefail; false | true",
    "exit trap": "trap 'echo bye' EXIT; echo hi",
    "exit trap and exit": "trap 'echo bye $?' EXIT; exit 4",
    "exit trap that exits": "trap 'exit 9' EXIT; exit 4",
    "killed": "kill -KILL $$",
    "terminated": "kill -TERM $$; echo never",
    "exec": "exec echo replaced",
    "input is empty": "cat; read x; echo $?",
    "arguments": "echo $0 $# $*",
    "the script itself": 'echo "$BASH_EXECUTION_STRING"',
    "options": "echo $-; shopt -p expand_aliases",
    "return outside": "return 3; echo after",
    "alias": "alias x=echo; x hi",
    "process substitution": "diff <(echo a) <(echo a) && echo same",
    "file descriptors": "exec 3>&1 4>&2; echo three >&3; echo four >&4 2>&1",
    "previous directory": "cd -",
    "previous directory after cd": 'cd /; cd - >/dev/null; [ -n "$OLDPWD" ] && echo known',
    "empty here-string": "cat <<< ''",
    "unicode": "echo 'žluťoučký 🐎'",
    "arithmetic": "((0)); echo $?; ((1)) && echo $((2**10))",
    "last status": "false; echo $?; true",
    "line number": "echo $LINENO\necho $LINENO",
    "debug trap": "trap 'echo d' DEBUG; true",
    "only blanks": " \n\t\n",
    "only a comment": "# nothing",
    "closed output": "exec >&-; echo lost 2>/dev/null",
    "wait": "sleep 0.01 & wait; echo waited",
    "case": "case abc in a*) echo yes;; *) echo no;; esac",
    "history expansion": "echo 'a!b' \"c!d\"",
    "glob": "echo /et[c]",
    "brace": "echo {1..3}{a,b}",
    "big": "x='" + "y" * 100_000 + "'; echo ${#x}",
    "percent and backslash": "printf '%s\\n' '%d \\t'",
    "nul in output": "printf 'a\\0b' | tr '\\0' N",
}


@pytest.mark.parametrize("script", AS_PLAIN_BASH.values(), ids=AS_PLAIN_BASH)
async def test_a_script_does_what_bash_does(bash: Bash, script: str) -> None:
    plain = plain_bash(script, bash.directory)
    got = await run(bash, script)
    status = plain.returncode if plain.returncode >= 0 else 128 - plain.returncode
    text = plain.stdout.decode().rstrip("\n") or "(no output)"
    expected = Output(
        content=f"{text}\n\n(exit code: {status})",
        is_error=status != 0,
        details={
            "exit_code": status,
            "cwd": str(bash.directory),
            "log": "",
            "timed_out": False,
            "duration_ms": got.details["duration_ms"],
        },
    )
    assert (without_place(got.content), got.is_error, got.details) == (
        without_place(expected.content),
        expected.is_error,
        expected.details,
    )


def plain_bash(script: str, directory: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ("bash", "-c", script),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=directory,
        env={name: value for name, value in os.environ.items() if name != "OLDPWD"},
        check=False,
    )


def kept(log: Path) -> tuple[str, int, Path]:
    return log.read_text(), stat.S_IMODE(log.stat().st_mode), log.parent


def size(path: Path) -> int:
    return path.stat().st_size


def without_place(text: str) -> str:
    """Bash says `bash: -c: line 1:` where the tool's says `bash: eval: line 2:`, or neither."""
    for part in ("-c: ", "eval: ", *(f"line {number}: " for number in range(9))):
        text = text.replace(part, "")
    return text


async def test_a_script_of_a_megabyte_runs(bash: Bash) -> None:
    got = await run(bash, "cat <<'END' | wc -c\n" + "0123456789abcde\n" * 65_536 + "END")
    assert got.content == "1048576\n\n(exit code: 0)"


async def test_output_and_errors_keep_their_order(bash: Bash) -> None:
    script = "for i in $(seq 100); do echo out $i; echo err $i >&2; done"
    lines = (await run(bash, script)).content.splitlines()
    assert lines[:-2] == [f"{kind} {number}" for number in range(1, 101) for kind in ("out", "err")]


async def test_the_directory_is_kept_and_variables_are_not(bash: Bash) -> None:
    await run(bash, "mkdir -p \"it's a\"/$'new\\nline'; cd \"it's a\"; X=1; export Y=2")
    assert (await run(bash, "pwd; echo $X$Y")).content == f"{bash.directory}\n\n(exit code: 0)"
    assert bash.directory.name == "it's a"
    await run(bash, "cd $'new\\nline' && exit 3")
    assert bash.directory.name == "new\nline"
    await run(bash, "cd /usr; false")
    assert bash.directory == Path("/usr")


@pytest.mark.parametrize(
    "script",
    [
        "set -e; cd /usr; false; echo no",
        "set -u; cd /usr; echo $no_such",
        "set -x; cd /usr",
        "cd /usr; trap 'echo x' EXIT",
        "cd /usr; exec 210>&- 2>/dev/null; exit 1",
        "cd /usr; printf() { echo mine; }; exit() { echo mine; }",
        "f() { cd /usr; }; f; return 2>/dev/null",
        "cd /usr; kill -TERM $$",
        "cd /usr\nif",
    ],
)
async def test_the_directory_is_kept_however_a_script_ends(bash: Bash, script: str) -> None:
    got = await run(bash, script)
    assert got.details["cwd"] == "/usr"
    assert "mine" not in got.content


async def test_a_directory_in_a_subshell_or_in_the_output_is_none(bash: Bash) -> None:
    before = bash.directory
    await run(bash, "(cd /usr); bash -c 'cd /usr'; printf '/usr\\0'; printf '/usr\\0' >&2")
    assert bash.directory == before


async def test_a_logical_directory_stays_logical(bash: Bash) -> None:
    root = bash.directory
    await run(bash, "mkdir -p real/inner; ln -s real/inner link; cd link")
    assert bash.directory == root / "link"
    await run(bash, "cd ..")
    assert bash.directory == root


async def test_a_directory_that_is_gone_is_told_and_left(bash: Bash) -> None:
    root = bash.directory
    await run(bash, "mkdir sub; cd sub; rmdir ../sub")
    got = await run(bash, "pwd")
    assert got.content == (
        f"({root / 'sub'} can no longer be entered; this command ran in {root})\n\n{root}\n\n(exit code: 0)"
    )


async def test_a_root_that_is_gone_is_an_error_not_an_exception(tmp_path: Path) -> None:
    root = tmp_path / "root"
    got = await run(Bash(root, tmp_path, os.environ), "pwd")
    assert got.is_error
    assert got.content.startswith(f"bash could not be started in {root}: ")


async def test_calls_side_by_side_do_not_disturb_each_other(bash: Bash) -> None:
    start = bash.directory
    await run(bash, "mkdir a b c")
    scripts = [f"pwd; cd {name}; sleep 0.0{3 - at}; pwd" for at, name in enumerate("abc")]
    outputs = await asyncio.gather(*(run(bash, script) for script in [*scripts, "pwd"]))
    assert [output.content for output in outputs] == [
        *(f"{start}\n{start}/{name}\n\n(exit code: 0)" for name in "abc"),
        f"{start}\n\n(exit code: 0)",
    ]
    assert bash.directory == start / "c"


async def test_two_instances_have_two_directories(tmp_path: Path) -> None:
    one, two = (Bash(tmp_path, tmp_path, os.environ) for _ in range(2))
    await run(one, "cd /usr")
    assert (one.directory, two.directory) == (Path("/usr"), tmp_path)


@pytest.mark.security("S6")
async def test_the_environment_is_quiet_and_has_no_keys(tmp_path: Path) -> None:
    env = {**os.environ, "SECRET_KEY": "s3cret", "KEPT": "kept", "PAGER": "less", "FORCE_COLOR": "1"}
    got = await run(Bash(tmp_path, tmp_path, env, secrets=["SECRET_KEY"]), "env; git config --get-color x red")
    lines = set(got.content.splitlines())
    assert {"KEPT=kept", "PAGER=cat", "GIT_PAGER=cat", "GIT_TERMINAL_PROMPT=0", "TERM=dumb"} <= lines
    assert not [line for line in lines if "s3cret" in line or line.startswith(("SECRET_KEY", "FORCE_COLOR"))]


async def test_long_output_is_cut_in_the_middle_and_kept_in_a_file(bash: Bash, tmp_path: Path) -> None:
    got = await run(bash, "seq 20000")
    whole = "".join(f"{number}\n" for number in range(1, 20_001))
    log = Path(str(got.details["log"]))
    head, tail = whole[:14_000], whole[-14_000:]
    left_out = len(whole) - 28_000
    lines = whole.count("\n") - head.count("\n") - tail.count("\n")
    note = f"[{lines} lines, {left_out} bytes left out here; the whole output is in {log}]"
    assert got.content == f"{head}\n\n{note}\n\n{tail.rstrip()}\n\n(exit code: 0)"
    assert kept(log) == (whole, 0o600, tmp_path / "logs")


@pytest.mark.parametrize("shift", range(4))
async def test_characters_are_not_cut_apart(bash: Bash, shift: int) -> None:
    got = await run(bash, f"printf '%*s' {shift} ''; printf '🐎%.0s' $(seq 10000)")
    assert "\ufffd" not in got.content
    assert got.content.count("🐎") in range(6990, 7001)


async def test_output_just_within_the_bound_is_whole(bash: Bash) -> None:
    got = await run(bash, "head -c 30000 /dev/zero | tr '\\0' x")
    assert (got.content, got.details["log"]) == ("x" * 30_000 + "\n\n(exit code: 0)", "")


async def test_bytes_that_are_no_text_are_replaced(bash: Bash) -> None:
    got = await run(bash, "printf 'a\\xff\\x00b\\n'")
    assert got.content == "a\ufffd\ufffdb\n\n(exit code: 0)"


async def test_a_flood_is_told_in_few_words_and_kept_in_a_bounded_file(bash: Bash) -> None:
    context = Context()
    got = await bash.run({"command": "yes", "timeout": 700}, context)
    log = Path(str(got.details["log"]))
    assert got.content.endswith("(timed out after 700ms)")
    assert len(got.content) < 29_000
    assert size(log) <= 64 * 1024 * 1024
    assert len(context.events) <= 9
    assert max(len(getattr(event, "text", "")) for event in context.events) < 4_200


async def test_what_was_printed_before_a_timeout_is_kept(bash: Bash) -> None:
    got = await run(bash, "cd /usr; echo first; sleep 1000", timeout=1000)
    assert got == Output(
        content="first\n\n(timed out after 1000ms)",
        is_error=True,
        details={
            "exit_code": None,
            "cwd": str(bash.directory),
            "log": "",
            "timed_out": True,
            "duration_ms": got.details["duration_ms"],
        },
    )
    assert bash.directory != Path("/usr")


async def test_output_is_told_while_it_comes(bash: Bash) -> None:
    context = Context()
    call = asyncio.create_task(bash.run({"command": "mkfifo gate; echo one; cat gate; echo three"}, context))
    await context.progressed.wait()
    seen = context.progress
    (bash.directory / "gate").write_text("two\n")
    await call
    assert (seen, context.progress) == ("one\n", "one\ntwo\nthree\n")


async def test_a_quick_command_has_no_progress(bash: Bash) -> None:
    context = Context()
    await bash.run({"command": "echo one"}, context)
    assert context.events == []


async def test_the_tool_tells_what_it_would_do(tmp_path: Path) -> None:
    bash: Tool = Bash(tmp_path, tmp_path, os.environ)
    given: JsonObject = {"command": "rm -rf /"}
    assert bash.touches(given) == (Touch(kind="command", what="rm -rf /"),)
    assert (await bash.preview(given), bash.effects) == ("rm -rf /", Effects.EXECUTE)
    assert (bash.spec.name, sorted(bash.spec.input_schema["properties"])) == (
        "bash",
        ["command", "run_in_background", "timeout"],
    )
    assert bash.check(given) == ""
    assert bash.check({"command": "a\0b"}) == "bash cannot run a command with a NUL character in it."
    assert "`timeout`" in bash.check({"command": "a", "timeout": 0})
    assert bash.check({"command": "a", "timeout": 10_000_000}) == ""


def test_bash_is_imported_without_what_the_web_needs() -> None:
    script = "import sys, heartbit_tui.tools.bash; print({'httpx', 'httpcore', 'selectolax', 'markdownify'} & set(sys.modules))"
    assert subprocess.check_output((sys.executable, "-c", script), text=True) == "set()\n"


@pytest.mark.parametrize("spare", [False, True])
async def test_an_echo_is_quick(tmp_path: Path, *, spare: bool) -> None:
    def floor() -> float:
        begun = time.perf_counter()
        subprocess.run(("bash", "-c", "echo hi"), capture_output=True, check=True)
        return time.perf_counter() - begun

    async with Bash(tmp_path, tmp_path, os.environ, spare=spare) as bash:
        await run(bash, "echo hi")
        took: list[float] = []
        for _ in range(50):
            begun = time.perf_counter()
            await run(bash, "echo hi")
            took.append(time.perf_counter() - begun)
    plain = statistics.median(floor() for _ in range(20))
    median = statistics.median(took)
    print(f"echo: {median * 1000:.2f} ms {'with' if spare else 'without'} a spare shell; plain {plain * 1000:.2f} ms")
    assert median < 10 * plain
