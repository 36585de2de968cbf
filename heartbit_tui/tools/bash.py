"""Runs bash commands, one fresh shell each, and remembers the directory between them."""

import asyncio
import os
import shutil
from collections.abc import Collection, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Self

from pydantic import Field

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.protocols import CallContext, Effects, Output, Touch
from heartbit_tui.tools.arguments import Arguments, TypedTool
from heartbit_tui.tools.capture import Capture
from heartbit_tui.tools.confinement import Arrangement, Confinement, Outside, noted, watched
from heartbit_tui.tools.environment import for_commands
from heartbit_tui.tools.job import Handed, Job, first_of
from heartbit_tui.tools.jobs import Jobs
from heartbit_tui.tools.progress import Progress
from heartbit_tui.tools.shell import Shell
from heartbit_tui.tools.warden import Warden

DEFAULT_TIMEOUT_MS = 120_000
MAX_TIMEOUT_MS = 600_000
REMEMBERED = "(This ran outside of the sandbox, as the person allowed for this session.)"
ALLOWED = (
    "(This failed in the sandbox, because {refused}. The person allowed it once outside; this is how it went there, from its "
    "beginning.)"
)
KEPT_IN = (
    "(This ran in a sandbox ({name}): {refused}. Running it outside was not allowed, by a person or because nobody could be "
    "asked. Do not look for a way around that.)"
)
REFUSED = "(This ran in a sandbox ({name}): {refused}. Only the person can change that, in the settings under sandbox.)"


LEFT = (
    "The command still runs: the person let it go on in the background, as {id}. You are told when it has ended; until then "
    "go on with what does not need it. bash_output looks at what it writes or waits for it, kill_shell stops it. All of "
    "its output: {log}"
)
BEGUN = (
    "It runs in the background as {id}. You are told when it has ended. bash_output looks at what it writes or waits for "
    "it, kill_shell stops it. All of its output: {log}"
)


class Command(Arguments):
    """What to run, and for how long at most."""

    command: str = Field(min_length=1, description="The bash script to run; it may have several lines.")
    timeout: int = Field(
        default=DEFAULT_TIMEOUT_MS,
        gt=0,
        description="Milliseconds after which it is stopped; more than 600000 counts as 600000.",
    )
    run_in_background: bool = Field(
        default=False,
        description="Start it, have the call return at once, and let it run on for as long as the session lives.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """A call: what it was given, the how-manieth it is, and where it starts."""

    given: Command
    number: int
    start: Path
    context: CallContext


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """A call that works: what takes its output, and what decided what runs before it, where it runs in a sandbox."""

    call: _Call
    capture: Capture
    progress: Progress
    held: Any

    def receive(self, data: bytes) -> None:
        self.capture.add(data)
        self.progress.add(data)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ended:
    status: int
    timed_out: bool
    outlived: int
    directory: Path | None
    milliseconds: int


class Bash(TypedTool[Command]):
    """Runs scripts as `bash -c` does, each in a process family that ends with its call.

    A call starts in the directory in which the last one ended. Of calls that run side by side each starts where
    the instance was when the call began; the last of them, in the order in which they began, that changed the
    directory decides where the next one starts. A call that was stopped changes nothing.

    With `spare` a shell is started ahead of each call, which saves its start-up time; `aclose` ends it.
    `secrets` names the variables of `env` that commands do not get to see. With a `confinement` every command runs
    in a sandbox, or not at all.
    """

    name = "bash"
    effects = Effects.EXECUTE
    keeps_own_time = True
    arguments = Command

    def __init__(
        self,
        root: Path,
        log_dir: Path,
        env: Mapping[str, str],
        *,
        secrets: Collection[str] = (),
        spare: bool = False,
        confinement: Confinement | None = None,
    ) -> None:
        self._root = root
        self._log_dir = log_dir
        self._environment = for_commands(env, secrets)
        self._program = shutil.which("bash", path=env.get("PATH")) or "/bin/bash"
        self._warden = Warden(self._program, self._environment)
        self._confinement = confinement
        self._jobs: Jobs | None = None
        self._outside = Outside()
        self._keeps_spare = spare
        self._spare: Shell | None = None
        self._directory = root
        self._calls = 0
        self._moved_by = 0

    def leaving(self, jobs: Jobs) -> Self:
        """From now on a command can go on in the background, where it is theirs to end."""
        self._jobs = jobs
        return self

    @property
    def directory(self) -> Path:
        """Where the next call starts."""
        return self._directory

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """End the spare shell."""
        self._keeps_spare = False
        spare, self._spare = self._spare, None
        if spare is not None:
            await spare.finish()

    def reach(self, given: Command) -> tuple[Touch, ...]:
        """The command line, and where it starts when an earlier one changed the folder."""
        folder = "" if self._directory == self._root else str(self._directory)
        return (Touch(kind="command", what=given.command, folder=folder),)

    def objection(self, given: Command) -> str:
        """NUL cannot stand in a script; and not every session has a background."""
        if given.run_in_background and self._jobs is None:
            return "This session runs nothing in the background. Leave out `run_in_background`."
        return "bash cannot run a command with a NUL character in it." if "\0" in given.command else ""

    async def show(self, given: Command) -> str:
        """The command line."""
        return given.command

    async def act(self, given: Command, context: CallContext) -> Output:
        """Run it to its end, or stop it with everything that it started."""
        self._calls += 1
        start, note = self._start()
        call = _Call(given=given, number=self._calls, start=start, context=context)
        inside = self._confinement
        if inside is None:
            return await self._told(call, (note,))
        if inside.asks and self._outside.remembers(given.command, str(start)):
            return await self._told(call, (note, REMEMBERED), outside=True)
        done = await watched(inside, lambda held: self._told(call, (note,), held=held), context, self._stands)
        refused = inside.refused(done.content, str(start)) if done.details.get("exit_code") else ""
        if not refused:
            return done
        if not inside.asks:
            return noted(done, REFUSED.format(name=inside.name, refused=refused))
        if not await self._outside.ask(given.command, str(start), refused, context):
            return noted(done, KEPT_IN.format(name=inside.name, refused=refused))
        return await self._told(call, (ALLOWED.format(refused=refused),), outside=True)

    async def _told(self, call: _Call, notes: tuple[str, ...], *, outside: bool = False, held: Any = None) -> Output:
        """Run it once, and tell how it went."""
        given, start = call.given, call.start
        if given.run_in_background and self._jobs is not None and self._jobs.refusal:
            return Output(content=self._jobs.refusal, is_error=True)
        capture, progress = Capture(self._log_dir), Progress(call.context)
        begun = _Begun(call=call, capture=capture, progress=progress, held=held)
        try:
            ended = await self._run(begun, outside)
        except OSError as error:
            return Output(content=f"bash could not be started in {start}: {error}", is_error=True)
        finally:
            progress.close()
            if outside:
                self._stands(None)
        if isinstance(ended, Job):
            return _left(ended, begun, notes)
        self._move(call.number, start, ended.directory)
        return _output(given, capture, ended, notes, self._directory)

    async def _run(self, begun: _Begun, outside: bool) -> _Ended | Job:
        start, given = begun.call.start, begun.call.given
        loop = asyncio.get_running_loop()
        since, timed_out, outlived, job = loop.time(), False, 0, None
        shell = Shell(self._program, self._environment, start) if outside else await self._take(start)
        try:
            self._warden.watch(shell.family)
            async with asyncio.timeout(min(given.timeout, MAX_TIMEOUT_MS) / 1000):
                await shell.begin(start, given.command, begun.receive)
                self._prepare()
                if await self._let_go(shell, begun):
                    job = self._hand_over(shell, begun, since, None if outside else self._confinement)
        except TimeoutError:
            timed_out = True
        finally:
            if job is None:
                outlived = await shell.finish()
                self._warden.release(shell.family)
                begun.capture.close()
        if job is not None:
            return job
        return _Ended(
            status=shell.status,
            timed_out=timed_out,
            outlived=outlived,
            directory=None if timed_out else shell.directory,
            milliseconds=round((loop.time() - since) * 1000),
        )

    async def _let_go(self, shell: Shell, begun: _Begun) -> bool:
        """Wait for the command's end, or for somebody to let it go on in the background; whether that came first."""
        if self._jobs is None:
            await shell.ended()
            return False
        if begun.call.given.run_in_background:
            return True
        with self._jobs.leavable(begun.call.context.call_id) as leave:
            await first_of(shell.ended(), leave.wait())
            return leave.is_set() and shell.alive

    def _stands(self, paths: Collection[str] | None) -> None:
        if self._jobs is not None:
            self._jobs.let(paths)

    def _hand_over(self, shell: Shell, begun: _Begun, since: float, inside: Confinement | None) -> Job:
        """From here on the command belongs to the background."""
        assert self._jobs is not None
        begun.capture.keep()
        handed = Handed(
            command=begun.call.given.command,
            call_id=begun.call.context.call_id,
            agent=begun.call.context.agent,
            cwd=str(begun.call.start),
            by="model" if begun.call.given.run_in_background else "person",
            seconds=asyncio.get_running_loop().time() - since,
            shell=shell,
            capture=begun.capture,
            inside=inside,
            held=begun.held,
            emit=begun.call.context.emit,
            released=partial(self._warden.release, shell.family),
        )
        return self._jobs.begin(handed)

    async def _take(self, start: Path) -> Shell:
        spare, self._spare = self._spare, None
        arrangement = self._arranged()
        if spare is not None and spare.alive and spare.arrangement == arrangement:
            return spare
        if spare is not None:
            await spare.finish()
        return Shell(self._program, self._environment, start, arrangement)

    def _prepare(self) -> None:
        if self._keeps_spare and self._spare is None:
            with suppress(OSError):
                self._spare = Shell(self._program, self._environment, self._root, self._arranged())

    def _arranged(self) -> Arrangement | None:
        return self._confinement.arranged() if self._confinement else None

    def _start(self) -> tuple[Path, str]:
        if os.access(self._directory, os.X_OK) and self._directory.is_dir():
            return self._directory, ""
        gone, self._directory = self._directory, self._root
        return self._root, f"({gone} can no longer be entered; this command ran in {self._root})"

    def _move(self, call: int, start: Path, end: Path | None) -> None:
        if end is not None and end != start and call >= self._moved_by:
            self._directory, self._moved_by = end, call


def _left(job: Job, begun: _Begun, notes: tuple[str, ...]) -> Output:
    """What a call gives whose command goes on without it."""
    why = BEGUN if begun.call.given.run_in_background else LEFT
    text = begun.capture.text().rstrip("\n")
    job.seen()
    told = why.format(id=job.id, log=job.log)
    return Output(
        content="\n\n".join(part for part in (*notes, text, f"({told})") if part),
        details={"job": job.id, "cwd": str(begun.call.start), "log": job.log},
    )


def _output(given: Command, capture: Capture, ended: _Ended, notes: tuple[str, ...], directory: Path) -> Output:
    outcome = (
        f"timed out after {min(given.timeout, MAX_TIMEOUT_MS)}ms" if ended.timed_out else f"exit code: {ended.status}"
    )
    text = capture.text().rstrip("\n") or "(no output)"
    parts = (*notes, text, _stopped(ended.outlived), f"({outcome})")
    return Output(
        content="\n\n".join(part for part in parts if part),
        is_error=ended.timed_out or ended.status != 0,
        details={
            "exit_code": None if ended.timed_out else ended.status,
            "cwd": str(directory),
            "log": str(capture.log or ""),
            "timed_out": ended.timed_out,
            "duration_ms": ended.milliseconds,
        },
    )


def _stopped(outlived: int) -> str:
    match outlived:
        case 0:
            return ""
        case 1:
            return "(1 background process was stopped)"
        case _:
            return f"({outlived} background processes were stopped)"
