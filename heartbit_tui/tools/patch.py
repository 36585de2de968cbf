"""patch: change several files at once with a unified diff, all of it or nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path

from pydantic import Field

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.protocols import CallContext, Effects, Output, Touch
from heartbit_tui.tools.arguments import Arguments, TypedTool, Unable
from heartbit_tui.tools.diffs import Diff, unified
from heartbit_tui.tools.hunks import Placed, apply
from heartbit_tui.tools.paths import absolute, led, shown
from heartbit_tui.tools.textfile import Snapshot, decode, digest_of, has_surrogates, snapshot
from heartbit_tui.tools.threads import finish
from heartbit_tui.tools.tracker import ABSENT, Tracker
from heartbit_tui.tools.transaction import Change, carry_out
from heartbit_tui.tools.unified import FilePatch, parse


class PatchArguments(Arguments):
    """The changes to make."""

    patch_text: str = Field(description="A unified diff, as `git diff` prints it; paths start at the project folder.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """A file while the patch is worked out: what it was, and its bytes and permission bits as they are to be."""

    before: Snapshot | None
    data: bytes | None
    mode: int | None = None


@dataclass(slots=True, kw_only=True)
class _Plan:
    """All files that the patch touches, and what to tell about each; `places` is where their paths led when judged."""

    places: Mapping[str, str]
    files: dict[Path, _File] = field(default_factory=dict[Path, _File])
    guarded: dict[Path, Snapshot | None] = field(default_factory=dict[Path, Snapshot | None])
    told: list[str] = field(default_factory=list[str])
    reals: dict[Path, str] = field(default_factory=dict[Path, str])

    def look(self, path: Path) -> _File:
        if path not in self.files:
            before = snapshot(path, self.real(path))
            self.files[path] = _File(before=before, data=None if before is None else before.data)
        return self.files[path]

    def real(self, path: Path) -> str:
        return self.reals.setdefault(path, led(self.places, path))

    def changed(self) -> Iterator[tuple[Path, _File]]:
        for path, file in self.files.items():
            was = None if file.before is None else file.before.data
            if file.data != was or (file.before and file.mode not in (None, file.before.mode)):
                yield path, file


class Patch(TypedTool[PatchArguments]):
    """Applies diffs as `git apply` does, with a search for hunks that moved; every file it changes must have been read."""

    name = "patch"
    effects = Effects.WRITE
    arguments = PatchArguments

    def __init__(self, root: Path, tracker: Tracker) -> None:
        self._root = root
        self._tracker = tracker

    def objection(self, given: PatchArguments) -> str:
        """What is no unified diff."""
        if has_surrogates(given.patch_text):
            return "`patch_text` has half of a surrogate pair, which is no character. Write the whole character."
        try:
            parse(given.patch_text)
        except Unable as problem:
            return str(problem)
        return ""

    def reach(self, given: PatchArguments) -> tuple[Touch, ...]:
        """Every file that the patch names."""
        touches: dict[Touch, None] = {}
        for part in parse(given.patch_text):
            if part.old is not None:
                kind = "read" if part.origin == "copy" else "write"
                touches[Touch(kind=kind, what=str(self._path(part.old)))] = None
            if part.new is not None:
                touches[Touch(kind="write", what=str(self._path(part.new)))] = None
        return tuple(touches)

    async def show(self, given: PatchArguments) -> str:
        """The diff that would result."""
        parts = parse(given.patch_text)
        return await finish(lambda: "".join(diff.text for diff in self._diffs(self._planned(parts, {}))))

    async def act(self, given: PatchArguments, context: CallContext) -> Output:
        """What became of each file."""
        parts = parse(given.patch_text)
        paths = {self._path(name) for part in parts for name in (part.old, part.new) if name is not None}
        async with self._tracker.hold(*paths):
            return await finish(lambda: self._patch(parts, context.agent, context.places))

    def _path(self, name: str) -> Path:
        return absolute(self._root, name)

    def _patch(self, parts: Sequence[FilePatch], agent: str, places: Mapping[str, str]) -> Output:
        plan = self._planned(parts, places)
        for path, before in plan.guarded.items():
            self._tracker.guard(agent, path, shown(self._root, path), before)
        changed = list(plan.changed())
        if not changed:
            return Output(content="The patch changes nothing: all files are already like this.")
        carry_out([_change(path, plan.real(path), file) for path, file in changed])
        for path, file in changed:
            self._tracker.saw(agent, path, ABSENT if file.data is None else digest_of(file.data))
        diffs = self._diffs(plan)
        added, removed = sum(diff.added for diff in diffs), sum(diff.removed for diff in diffs)
        count = f"{len(parts)} file{'s' if len(parts) > 1 else ''}"
        return Output(
            content="\n".join([f"Patched {count} (+{added} -{removed} lines).", *plan.told]),
            details={
                "paths": [str(path) for path, _ in changed],
                "diff": Diff(text="".join(diff.text for diff in diffs), added=added, removed=removed).bounded,
                "added": added,
                "removed": removed,
            },
            changed=tuple(str(path) for path, _ in changed),
        )

    def _planned(self, parts: Sequence[FilePatch], places: Mapping[str, str]) -> _Plan:
        plan = _Plan(places=places)
        for part in parts:
            if part.old is None:
                self._plan_new(plan, part)
            elif part.new is None:
                self._plan_deletion(plan, part)
            else:
                self._plan_change(plan, part, part.old, part.new)
        return plan

    def _plan_new(self, plan: _Plan, part: FilePatch) -> None:
        path = self._path(part.name)
        self._refuse_existing(plan, path)
        words, _ = apply("", part.hunks, part.name) if part.hunks else ("", ())
        executable = part.mode if part.mode and part.mode & 0o111 else None
        plan.files[path] = replace(plan.look(path), data=words.encode("utf-8"), mode=executable)
        plan.guarded.setdefault(path, plan.look(path).before)
        plan.told.append(f"new {shown(self._root, path)}")

    def _plan_deletion(self, plan: _Plan, part: FilePatch) -> None:
        path = self._path(part.name)
        data = self._existing(plan, path)
        words, _ = apply(decode(data).words, part.hunks, part.name) if data else ("", ())
        if words:
            raise Unable(
                f"The patch deletes {part.name} but does not remove all of its lines. Remove every line, or delete it "
                "with bash. Nothing was changed."
            )
        self._refuse_link(path)
        plan.guarded.setdefault(path, plan.look(path).before)
        plan.files[path] = replace(plan.look(path), data=None)
        plan.told.append(f"deleted {shown(self._root, path)}")

    def _plan_change(self, plan: _Plan, part: FilePatch, old: str, new: str) -> None:
        source, target = self._path(old), self._path(new)
        data = self._existing(plan, source)
        places: tuple[Placed, ...] = ()
        if part.hunks:
            plan.guarded.setdefault(source, plan.look(source).before)
            data, places = _applied(data, part, old)
        file = plan.look(source)
        if source != target:
            self._refuse_existing(plan, target)
            mode = part.mode if part.mode is not None else file.mode or (file.before.mode if file.before else None)
            plan.files[target] = replace(plan.look(target), data=data, mode=mode)
            if part.origin == "rename":
                self._refuse_link(source)
                plan.files[source] = replace(file, data=None)
        else:
            plan.files[source] = replace(file, data=data, mode=_bits(file, part.mode))
        plan.told.append(self._told(part, source, target, places))

    def _told(self, part: FilePatch, source: Path, target: Path, places: Sequence[Placed]) -> str:
        moved = [
            f"a hunk for line {place.hunk.old_start} went to line {place.at + 1}" for place in places if place.moved
        ]
        verb = {"same": "changed", "rename": "renamed", "copy": "copied"}[part.origin]
        names = shown(self._root, target)
        if source != target:
            names = f"{shown(self._root, source)} to {names}"
        return f"{verb} {names}{' (' + '; '.join(moved) + ')' if moved else ''}"

    def _existing(self, plan: _Plan, path: Path) -> bytes:
        data = plan.look(path).data
        if data is None:
            raise Unable(f"{shown(self._root, path)} does not exist. Nothing was changed.")
        return data

    def _refuse_existing(self, plan: _Plan, path: Path) -> None:
        if plan.look(path).data is not None or (path.is_symlink() and path not in plan.files):
            raise Unable(f"{shown(self._root, path)} exists already, but the patch makes it new. Nothing was changed.")

    def _refuse_link(self, path: Path) -> None:
        if path.is_symlink():
            raise Unable(f"{shown(self._root, path)} is a symbolic link; remove or move it with bash.")

    def _diffs(self, plan: _Plan) -> list[Diff]:
        return [
            unified(_words(file.before.data if file.before else None), _words(file.data), shown(self._root, path))
            for path, file in plan.changed()
        ]


def _applied(data: bytes, part: FilePatch, name: str) -> tuple[bytes, tuple[Placed, ...]]:
    text = decode(data)
    added = "".join(line.text for hunk in part.hunks for line in hunk.lines if line.sign == "+")
    if text.foreign and not added.isascii():
        raise Unable(f"{name} is not valid UTF-8, so only ASCII text can be put into it. Convert it first.")
    words, places = apply(text.words, part.hunks, name)
    return text.encode(words), places


def _bits(file: _File, mode: int | None) -> int | None:
    """The bits to keep: a patch tells only whether a file can be executed."""
    if mode is None or file.before is None:
        return mode if mode is not None else file.mode
    readers = (file.before.mode & 0o444) >> 2
    return file.before.mode | readers if mode & 0o111 else file.before.mode & ~0o111


def _change(path: Path, real: str, file: _File) -> Change:
    stamp = None if file.before is None else file.before.stamp
    return Change(path=path, real=real, data=file.data, stamp=stamp, mode=file.mode)


def _words(data: bytes | None) -> str | None:
    if data is None:
        return None
    try:
        return decode(data).words
    except Unable:
        return "(binary)\n"
