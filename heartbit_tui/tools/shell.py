"""One bash process that runs one script, and can be started before the script is known."""

import asyncio
import fcntl
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from heartbit_tui.tools.confinement import Arrangement, Keeper
from heartbit_tui.tools.processes import Family, kill, last_started, living, send

MARK = "HEARTBIT_CALL"
"""The variable by which every descendant of a shell can be recognised."""

_CHUNK = 65_536
_LAST_CHUNKS = 16
_FIRST_FD = 210
"""Scripts use small numbers for files of their own."""
_SURE_SECONDS = 1.0
"""In less time the system's process ids cannot go full circle."""
_LINGER = 0.1
_GRACE = 0.6
_PATIENCE = 1.0

# The script is evaluated as `bash -c` would evaluate its argument, BASH_EXECUTION_STRING included. The working
# directory is reported when the script runs off its end and when the shell exits earlier; only a script that sets
# an EXIT trap of its own and then leaves by `exit` reports nothing.
_REPORT = (
    "{{ builtin set +x; builtin trap - DEBUG; builtin printf '%s\\0' \"${{PWD-}}\" >&{report} || :; }} >/dev/null 2>&1"
)
_BOOT = "; ".join(
    (
        "{{ IFS= read -rd '' -u {script} REPLY && IFS= read -rd '' -u {script} BASH_EXECUTION_STRING; }} || exit 0",
        "exec {script}<&-",
        'builtin cd -- "$REPLY" || exit',
        "unset -v REPLY OLDPWD",
        "trap -- '" + _REPORT.replace("'", "'\\''") + "' EXIT",
        'eval "$BASH_EXECUTION_STRING"',
        '{{ builtin set -- "$?"; }} >/dev/null 2>&1',
        _REPORT,
        'builtin exit "$1"',
    )
)


class Shell:
    """A bash in a session of its own, waiting for a directory and a script.

    Its output and errors share one pipe, so that they stay in order; its input is empty. It ends by itself when
    the process that started it dies before giving it a script. Made and used inside one event loop; `finish` has to
    be awaited, whatever happened. With an `arrangement` it runs in that sandbox, or not at all.
    """

    def __init__(
        self, program: str, environment: Mapping[str, str], directory: Path, arrangement: Arrangement | None = None
    ) -> None:
        self.arrangement = arrangement
        mark = secrets.token_hex(8)
        with ExitStack() as failed, ExitStack() as inherited:
            (self._output, output), (self._report, report) = os.pipe(), _high_pipe()
            script, self._script = _high_pipe()
            for kept in (self._output, self._report, self._script):
                failed.callback(os.close, kept)
            for handed in (output, report, script):
                inherited.callback(os.close, handed)
            command: tuple[str, ...] = (program, "-c", _BOOT.format(script=script, report=report), "bash")
            passed = (script, report)
            self._keeper: Keeper | None = None
            tell = -1
            if arrangement is not None and arrangement.has_first:
                info, tell = _high_pipe()
                self._keeper = Keeper(info)
                failed.callback(self._keeper.close)
                inherited.callback(os.close, tell)
                passed = (script, report, tell)

            def launch(command: Sequence[str], more: Mapping[str, str]) -> subprocess.Popen[bytes]:
                return subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    env={**environment, **more, MARK: mark},
                    cwd=directory,
                    pass_fds=passed,
                    start_new_session=True,
                )

            self._process = arrangement.start(command, tell, launch) if arrangement else launch(command, {})
            failed.pop_all()
        pipes = frozenset(f"pipe:[{os.fstat(end).st_ino}]" for end in (self._output, self._report))
        self.family = Family(first=self._process.pid, mark=f"{MARK}={mark}".encode(), pipes=pipes)
        self._loop = asyncio.get_running_loop()
        self._ended = asyncio.Event()
        self._since = 0
        self._begun = 0.0
        self._receive: Callable[[bytes], None] = _ignore
        self._watch()

    @property
    def alive(self) -> bool:
        """Whether bash still runs."""
        return not self._ended.is_set()

    async def begin(self, directory: Path, script: str, receive: Callable[[bytes], None]) -> None:
        """Run the script in this directory; `receive` gets the output as it comes."""
        since = last_started()
        self._since = since if since >= self.family.first else 0
        self._begun = self._loop.time()
        self._receive = receive
        os.set_blocking(self._output, False)
        self._loop.add_reader(self._output, self._read)
        message = b"%b\0%b\0" % (os.fsencode(directory), script.encode("utf-8", "surrogatepass"))
        target, self._script = self._script, -1
        if len(message) <= _CHUNK:
            _write_all(target, message)
        else:
            await asyncio.to_thread(_write_all, target, message)

    def redirect(self, receive: Callable[[bytes], None]) -> None:
        """From now on `receive` gets the output."""
        self._receive = receive

    async def ended(self) -> None:
        """Wait until bash ends; what it started may still run."""
        await self._ended.wait()

    async def finish(self) -> int:
        """End what is left, politely at first, and return how many processes outlived bash.

        What is about to end by itself gets a moment to do so.
        """
        try:
            outlived = 0
            if self._ended.is_set():
                outlived = len(await self._left_after(_LINGER) - {self._keeper.pid() if self._keeper else 0})
            if outlived or self.alive:
                send(self.family, signal.SIGTERM)
                await self._left_after(_GRACE)
            return outlived
        finally:
            self._close()

    @property
    def status(self) -> int:
        """What bash ended with, after `finish`; 128 and the number of the signal where one ended it."""
        code = self._process.returncode
        return 128 - code if code < 0 else code

    @property
    def directory(self) -> Path | None:
        """Where the script ended, after `finish`, if it said so."""
        *whole, _ = self._said.split(b"\0")
        directory = Path(os.fsdecode(whole[-1])) if whole else Path()
        return directory if directory.is_absolute() else None

    def _watch(self) -> None:
        pidfd = _pidfd(self._process.pid)
        if pidfd < 0:
            waiting = self._loop.run_in_executor(None, self._process.wait)
            waiting.add_done_callback(lambda _: self._ended.set())
        else:
            self._loop.add_reader(pidfd, self._on_end, pidfd)
        self._pidfd = pidfd

    def _on_end(self, pidfd: int) -> None:
        self._loop.remove_reader(pidfd)
        self._ended.set()

    def _read(self) -> None:
        data = os.read(self._output, _CHUNK)
        if data:
            self._receive(data)
        else:
            self._loop.remove_reader(self._output)

    async def _left_after(self, seconds: float) -> frozenset[int]:
        deadline, pause = self._loop.time() + seconds, 0.002
        while (left := self._left()) and self._loop.time() < deadline:
            await asyncio.sleep(pause)
            pause = min(2 * pause, 0.05)
        return left

    def _left(self) -> frozenset[int]:
        if self._keeper is not None:
            return self._left_in_sandbox(self._keeper)
        quick = self._loop.time() - self._begun < _SURE_SECONDS
        others = living(self.family, since=self._since if quick else 0)
        return others | {self.family.first} if self.alive else others

    def _left_in_sandbox(self, keeper: Keeper) -> frozenset[int]:
        others = living(self.family) if keeper.lives(self.family) else frozenset[int]()
        return others | {self.family.first} if self.alive else others

    def _close(self) -> None:
        if self._left() or not (self._since or self._keeper):
            kill(self.family)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_PATIENCE)
        self._loop.remove_reader(self._output)
        self._drain()
        self._said = _rest(self._report)
        if self._pidfd >= 0:
            self._loop.remove_reader(self._pidfd)
        for end in (self._output, self._report, self._script, self._pidfd):
            if end >= 0:
                os.close(end)
        if self._keeper is not None:
            self._keeper.close()

    def _drain(self) -> None:
        with suppress(BlockingIOError):
            for _ in range(_LAST_CHUNKS):
                data = os.read(self._output, _CHUNK)
                if not data:
                    return
                self._receive(data)


def _ignore(data: bytes) -> None:
    """Where output goes before anybody asked for it."""


def _high_pipe() -> tuple[int, int]:
    """A pipe whose ends have numbers that scripts leave alone, as long as the system grants such numbers."""
    low = os.pipe()
    try:
        high = (
            fcntl.fcntl(low[0], fcntl.F_DUPFD_CLOEXEC, _FIRST_FD),
            fcntl.fcntl(low[1], fcntl.F_DUPFD_CLOEXEC, _FIRST_FD),
        )
    except OSError:
        return low
    os.close(low[0])
    os.close(low[1])
    return high


def _pidfd(pid: int) -> int:
    """A descriptor that becomes readable when the process ends; -1 where the system has none."""
    if sys.platform == "linux":
        with suppress(OSError):
            return os.pidfd_open(pid)
    return -1


def _write_all(target: int, data: bytes) -> None:
    view = memoryview(data)
    try:
        with suppress(BrokenPipeError):  # it ended before it heard of a script; its status and output say why
            while view:
                view = view[os.write(target, view) :]
    finally:
        os.close(target)


def _rest(source: int) -> bytes:
    os.set_blocking(source, False)
    with suppress(BlockingIOError):
        return os.read(source, _CHUNK)
    return b""
