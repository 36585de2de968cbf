"""A program of its own: one process swaps folders and files for links to a canary, another uses the tools meanwhile.

Each call is judged by the rules first and made only where they allow it. It prints, as JSON, what came of it.
"""

import asyncio
import ctypes
import json
import multiprocessing
import os
import struct
import sys
from collections import Counter
from dataclasses import dataclass
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

from heartbit_tui.kernel.messages import JsonObject, ToolCall
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.kernel.protocols import Action, Allow, Tool
from heartbit_tui.permissions import RuleGate, workspace
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.tools.edit import Edit
from heartbit_tui.tools.glob import GlobFiles
from heartbit_tui.tools.grep import Grep
from heartbit_tui.tools.list import ListFolder
from heartbit_tui.tools.patch import Patch
from heartbit_tui.tools.read import Read
from heartbit_tui.tools.ripgrep import find_ripgrep
from heartbit_tui.tools.tracker import Tracker
from heartbit_tui.tools.write import Write
from tests.tools.alone import Alone

CANARY = "canary-word"
PATCH = "--- a/{0}\n+++ b/{0}\n@@ -1 +1 @@\n-inside\n+inside\n\\ No newline at end of file\n"
EXCHANGE = 2
OPENAT2 = 437


def without_openat2() -> None:
    """From here on this process has no openat2, as on an older system: a filter answers that there is no such call."""
    libc = ctypes.CDLL(None, use_errno=True)
    steps = ((0x20, 0, 0, 0), (0x15, 0, 1, OPENAT2), (0x06, 0, 0, 0x00050000 | 38), (0x06, 0, 0, 0x7FFF0000))
    program = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    filtered = ctypes.create_string_buffer(struct.pack("@HP", len(steps), ctypes.addressof(program)))
    if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, filtered, 0, 0):
        raise OSError(ctypes.get_errno(), "no filter of system calls")


def swap(pairs: list[tuple[str, str]], swaps: "Synchronized[int]", over: "Synchronized[int]") -> None:
    """Let each two names change places, at once, until it is over."""
    rename = ctypes.CDLL(None, use_errno=True).renameat2
    encoded = [(os.fsencode(one), os.fsencode(other)) for one, other in pairs]
    while not over.value:
        for one, other in encoded:
            swaps.value += rename(-100, one, -100, other, EXCHANGE) == 0


@dataclass(frozen=True)
class Ground:
    """A workspace and, beside it, what nobody allowed."""

    root: Path
    outside: Path

    def prepare(self) -> list[tuple[str, str]]:
        """The pairs of names that are to be swapped."""
        for folder in (self.root / "d", self.root / "e", self.outside):
            folder.mkdir(parents=True)
        (self.root / "d/f").write_text("inside")
        (self.root / "e/f").write_text("inside")
        (self.outside / "f").write_text(CANARY)
        (self.root / "away").symlink_to(self.outside)
        (self.root / "e/link").symlink_to(self.outside / "f")
        return [(f"{self.root}/d", f"{self.root}/away"), (f"{self.root}/e/f", f"{self.root}/e/link")]

    def marred(self) -> list[str]:
        """What changed outside."""
        found = {path.name: path.read_text() for path in self.outside.iterdir()}
        return [name for name in {**found, "f": ""} if found.get(name) != (CANARY if name == "f" else None)]


class Race:
    """Judges and makes calls; `counts` says how many were asked about, done, and refused by their tool."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        root = ground.root
        tracker = Tracker()
        self._gate = RuleGate(rules=(), workspace=workspace([str(root)], home="/nowhere"), clock=SystemClock())
        searching = (Grep(root), Grep(root, ripgrep=find_ripgrep()), GlobFiles(root), ListFolder(root))
        self.read, self.grep, self.edit, self.patch, self.write, self.found, self.list, self.ripgrep = (
            Read(root, tracker), searching[0], Edit(root, tracker), Patch(root, tracker), Write(root, tracker),
            searching[2], searching[3], searching[1],
        )  # fmt: skip
        self.counts: Counter[str] = Counter()

    async def call(self, tool: Tool, **given: object) -> None:
        """One call, if the rules let it pass."""
        given_ = dict(given)
        touched = tool.touches(given_)
        action = Action(call=_call(tool, given_), effects=tool.effects, touches=touched)
        verdict = self._gate.decide(action, Mode.ACCEPT_EDITS)
        if not isinstance(verdict, Allow):
            self.counts["asked"] += 1
            return
        output = await tool.run(given_, Alone(places=verdict.places))
        self.counts["refused" if output.is_error else "done"] += 1
        self.counts["leaked"] += CANARY in output.content

    async def round(self, number: int) -> None:
        """Every tool that opens files, once or twice."""
        for name in ("d/f", "e/f"):
            await self.call(self.read, file_path=name)
            await self.call(self.edit, file_path=name, old_string="side", new_string="side")
            await self.call(self.edit, file_path=name, old_string="inside", new_string=f"inside {number}")
            await self.call(self.read, file_path=name)
            await self.call(self.write, file_path=name, content="inside")
            await self.call(self.patch, patch_text=PATCH.format(name))
        await self.call(self.write, file_path=f"d/new{number}", content="new")
        await self.call(self.write, file_path=f"d/deep{number}/new", content="new")
        await self.call(self.list, path="d")
        if number % 20 == 0:
            await self.call(self.grep, pattern="word|inside", path="d")
            await self.call(self.ripgrep, pattern="word|inside", path="d")
            await self.call(self.found, pattern="*", path="d")

    def by_name(self, tries: int) -> int:
        """How often a file is read outside that is judged and then opened by its name, as a control."""
        leaks = 0
        for _ in range(tries):
            path = str(self.ground.root / "d/f")
            action = Action(call=_call(self.read, {"file_path": path}), effects=self.read.effects)
            action = Action(call=action.call, effects=action.effects, touches=self.read.touches({"file_path": path}))
            if isinstance(self._gate.decide(action, Mode.ASK), Allow):
                leaks += CANARY in Path(path).read_text()
        return leaks


def _call(tool: Tool, given: JsonObject) -> ToolCall:
    return ToolCall(id="c", name=tool.spec.name, input=given)


async def main(root: Path, way: str, least: int) -> None:
    """Race until there were enough swaps and rounds."""
    if way == "walk":
        without_openat2()
    ground = Ground(root=root / "w", outside=root / "outside")
    pairs = ground.prepare()
    swaps, over = multiprocessing.Value("Q", 0), multiprocessing.Value("B", 0)
    swapper = multiprocessing.Process(target=swap, args=(pairs, swaps, over), daemon=True)
    swapper.start()
    race, number = Race(ground), 0
    while swaps.value < least or number < 60:
        await race.round(number)
        number += 1
    control = race.by_name(2000)
    over.value = 1
    swapper.join()
    told = {"swaps": swaps.value, "rounds": number, "control": control, "marred": ground.marred(), **race.counts}
    print(json.dumps(told))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
