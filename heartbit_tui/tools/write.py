"""write: give a file new content as a whole, or make a new one."""

from pathlib import Path

from pydantic import Field

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.protocols import CallContext, Effects, Output, Touch
from heartbit_tui.tools.arguments import Arguments, TypedTool, Unable
from heartbit_tui.tools.diffs import Diff, unified
from heartbit_tui.tools.endings import restyle
from heartbit_tui.tools.paths import absolute, led, path_objection, shown
from heartbit_tui.tools.textfile import EDITABLE_BYTES, Snapshot, decode, digest_of, has_surrogates, snapshot
from heartbit_tui.tools.threads import finish
from heartbit_tui.tools.tracker import Tracker
from heartbit_tui.tools.transaction import Change, carry_out


class WriteArguments(Arguments):
    """What to write, and where."""

    file_path: str = Field(description="The file, absolute or relative to the project folder.")
    content: str = Field(description="The whole new content.")


class Write(TypedTool[WriteArguments]):
    """Writes files; one that exists must have been read as it is now, and keeps encoding, mark and line endings."""

    name = "write"
    effects = Effects.WRITE
    arguments = WriteArguments

    def __init__(self, root: Path, tracker: Tracker) -> None:
        self._root = root
        self._tracker = tracker

    def objection(self, given: WriteArguments) -> str:
        """A path that no file can have, or content that no file can hold."""
        if has_surrogates(given.content):
            return "`content` has half of a surrogate pair, which is no character. Write the whole character."
        return path_objection(given.file_path)

    def reach(self, given: WriteArguments) -> tuple[Touch, ...]:
        """The file."""
        return (Touch(kind="write", what=str(absolute(self._root, given.file_path))),)

    async def show(self, given: WriteArguments) -> str:
        """The diff that would result."""
        return await finish(lambda: self._diff(given))

    async def act(self, given: WriteArguments, context: CallContext) -> Output:
        """The number of bytes written."""
        path = absolute(self._root, given.file_path)
        async with self._tracker.hold(path):
            return await finish(lambda: self._write(path, led(context.places, path), given.content, context.agent))

    def _diff(self, given: WriteArguments) -> str:
        path = absolute(self._root, given.file_path)
        draft = _draft(snapshot(path), given.content)
        return unified(draft.old, draft.new, shown(self._root, path)).text

    def _write(self, path: Path, real: str, content: str, agent: str) -> Output:
        name = shown(self._root, path)
        before = snapshot(path, real)
        draft = _draft(before, content)
        if before is not None and before.data == draft.data:
            self._tracker.saw(agent, path, before.digest)
            return Output(content=f"{name} is unchanged: it already has this content.", details=_details(path, _NONE))
        self._tracker.guard(agent, path, name, before)
        if len(draft.data) > EDITABLE_BYTES:
            raise Unable(f"The content is larger than {EDITABLE_BYTES >> 20} MB. Make it with a program through bash.")
        carry_out([Change(path=path, real=real, data=draft.data, stamp=None if before is None else before.stamp)])
        self._tracker.saw(agent, path, digest_of(draft.data))
        details = _details(path, unified(draft.old, draft.new, name))
        verb = "Created" if before is None else "Wrote"
        return Output(content=f"{verb} {name}: {len(draft.data)} bytes.", details=details, changed=(str(path),))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    old: str | None
    new: str
    data: bytes


_NONE = Diff(text="", added=0, removed=0)


def _details(path: Path, diff: Diff) -> dict[str, object]:
    return {"path": str(path), "diff": diff.bounded, "added": diff.added, "removed": diff.removed}


def _draft(before: Snapshot | None, content: str) -> _Draft:
    if before is None:
        return _Draft(old=None, new=content, data=content.encode("utf-8"))
    text = decode(before.data)
    if text.words.endswith("\n") and content and not content.endswith("\n"):
        content += "\n"
    new = restyle(text.words, content.removeprefix("\ufeff") if text.mark else content, "\n")
    return _Draft(old=text.words, new=new, data=text.encode(new))
