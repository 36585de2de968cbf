"""Runs the command lines of hooks: in the sandbox, without keys, within their time, and with nothing left of them."""

import asyncio
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

from heartbit_tui.config.watched import names_script
from heartbit_tui.hooks.types import Hook, Ran
from heartbit_tui.permissions.sandbox import Confinement
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.tools.environment import for_commands
from heartbit_tui.tools.shell import Shell
from heartbit_tui.tools.warden import Warden

OUT, ERR = 400_000, 20_000
"""Bytes of a hook's output and errors that are read; the rest is cut off."""

SCRIPT = """\
err=$(mktemp) || exit 125
out=$( ( eval {command} ) <<<{document} 2>"$err" | head -c {most}; exit ${{PIPESTATUS[0]}} )
printf '%s\\0%s\\0' "$?" "$out"
head -c {errors} "$err"
rm -f -- "$err"
"""
"""Keeps what a hook writes apart from its errors, which a shell's one pipe does not."""

LATE = "it was not done after {seconds:g} s and was stopped"
UNTRUSTED = "the folder is not as it was when it was trusted, so hooks of the project do not run"
NAMES = "it names a file of this folder, which is not trusted as it is now (`heartbit trust add`)"
BROKEN = "its shell ended without an answer"
MOST_AT_ONCE = 8


class Commands:
    """A `Runner`. `stands` says whether the project is as a person trusted it; it blocks. Without that
    neither its own hooks run, nor those of the person that name a script of the project.
    """

    def __init__(self, root: Path, settings: Settings, inside: Confinement | None, stands: Callable[[], bool]) -> None:
        environment = {**settings.environment, "HEARTBIT_PROJECT_DIR": str(root), "CLAUDE_PROJECT_DIR": str(root)}
        self._root = root
        self._environment = for_commands(environment, settings.secret_names)
        self._program = shutil.which("bash", path=settings.environment.get("PATH")) or "/bin/bash"
        self._warden = Warden(self._program, self._environment)
        self._inside = inside
        self._stands = stands
        self._places = asyncio.Semaphore(MOST_AT_ONCE)

    async def run(self, hook: Hook, document: str) -> Ran:
        if not await asyncio.to_thread(self._may_run, hook):
            return Ran(fault=UNTRUSTED if hook.project else NAMES)
        script = SCRIPT.format(
            command=shlex.quote(hook.command), document=shlex.quote(document), most=OUT, errors=ERR
        ).replace("\0", "")
        async with self._places:
            try:
                return await self._ran(script, hook.seconds)
            except OSError as error:
                return Ran(fault=f"it could not be started: {error.strerror or error}")

    def _may_run(self, hook: Hook) -> bool:
        """Whether all that the hook names of the project is as it was trusted."""
        concerns = hook.project or names_script(hook.command, self._root)
        return not concerns or self._stands()

    async def _ran(self, script: str, seconds: float) -> Ran:
        data = bytearray()
        late = False
        shell = Shell(self._program, self._environment, self._root, self._inside.arranged() if self._inside else None)
        try:
            self._warden.watch(shell.family)
            async with asyncio.timeout(seconds):
                await shell.begin(self._root, script, data.extend)
                await shell.ended()
        except TimeoutError:
            late = True
        finally:
            await shell.finish()
            self._warden.release(shell.family)
        return Ran(fault=LATE.format(seconds=seconds)) if late else parsed(bytes(data))


def parsed(data: bytes) -> Ran:
    """What the script tells of a hook: its exit code, its output, its errors."""
    code, *rest = data.split(b"\0", 2)
    if len(rest) != 2 or not code.isdigit():
        return Ran(fault=BROKEN)
    out, err = (part.decode("utf-8", "replace") for part in rest)
    return Ran(code=int(code), out=out, err=err)
