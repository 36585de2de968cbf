"""edit: replace one text in a file by another."""

from pathlib import Path

from pydantic import Field

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.protocols import CallContext, Effects, Output, Touch
from heartbit_tui.tools.arguments import Arguments, TypedTool, Unable
from heartbit_tui.tools.diffs import unified
from heartbit_tui.tools.endings import dominant, plain, restyle
from heartbit_tui.tools.matching import Span, line_of, nearest, occurrences
from heartbit_tui.tools.paths import absolute, led, path_objection, shown
from heartbit_tui.tools.textfile import Text, decode, digest_of, has_surrogates, snapshot
from heartbit_tui.tools.threads import finish
from heartbit_tui.tools.tracker import ABSENT, Tracker
from heartbit_tui.tools.transaction import Change, carry_out

SNIPPET_CONTEXT = 2
SNIPPET_LINES = 40
TOLD_MATCHES = 20
LINE_CHARACTERS = 500


class EditArguments(Arguments):
    """What to replace by what, and where."""

    file_path: str = Field(description="The file, absolute or relative to the project folder.")
    old_string: str = Field(description="The text to replace, exactly as it stands in the file.")
    new_string: str = Field(description="The text to put in its place.")
    replace_all: bool = Field(default=False, description="Replace every occurrence instead of the only one.")


class Edit(TypedTool[EditArguments]):
    """Replaces text in files that were read as they are now; all bytes around the change stay as they are."""

    name = "edit"
    effects = Effects.WRITE
    arguments = EditArguments

    def __init__(self, root: Path, tracker: Tracker) -> None:
        self._root = root
        self._tracker = tracker

    def objection(self, given: EditArguments) -> str:
        """Texts that are empty, the same, or no text."""
        if not given.old_string:
            return "`old_string` is empty. Give the text to replace; for a new file or a whole one use write."
        if given.old_string == given.new_string:
            return "`old_string` and `new_string` are the same, so nothing would change."
        if has_surrogates(given.old_string + given.new_string):
            return "The strings have half of a surrogate pair, which is no character. Write the whole character."
        return path_objection(given.file_path)

    def reach(self, given: EditArguments) -> tuple[Touch, ...]:
        """The file."""
        return (Touch(kind="write", what=str(absolute(self._root, given.file_path))),)

    async def show(self, given: EditArguments) -> str:
        """The diff that would result."""
        return await finish(lambda: self._diff(given))

    async def act(self, given: EditArguments, context: CallContext) -> Output:
        """The lines around the change, as they are now."""
        path = absolute(self._root, given.file_path)
        async with self._tracker.hold(path):
            return await finish(lambda: self._edit(path, led(context.places, path), given, context.agent))

    def _diff(self, given: EditArguments) -> str:
        path = absolute(self._root, given.file_path)
        name = shown(self._root, path)
        before = snapshot(path)
        if before is None:
            raise Unable(f"{name} does not exist. Use write to make it.")
        text = decode(before.data)
        return unified(text.words, replaced(text, given, name).words, name).text

    def _edit(self, path: Path, real: str, given: EditArguments, agent: str) -> Output:
        name = shown(self._root, path)
        before = snapshot(path, real)
        if before is None:
            self._tracker.saw(agent, path, ABSENT)
            raise Unable(f"{name} does not exist. Use write to make it, or glob to find the file you mean.")
        self._tracker.guard(agent, path, name, before)
        text = decode(before.data)
        result = replaced(text, given, name)
        data = text.encode(result.words)
        carry_out([Change(path=path, real=real, data=data, stamp=before.stamp)])
        self._tracker.saw(agent, path, digest_of(data))
        diff = unified(text.words, result.words, name)
        times = "" if len(result.places) == 1 else f", {len(result.places)} places"
        return Output(
            content=f"Edited {name} (+{diff.added} -{diff.removed} lines{times}).\n{snippet(result)}",
            details={"path": str(path), "diff": diff.bounded, "added": diff.added, "removed": diff.removed},
            changed=(str(path),),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """A text after the change, and where the new parts stand in it."""

    words: str
    places: tuple[Span, ...]


def replaced(text: Text, given: EditArguments, name: str) -> Replaced:
    """The text with the change made; raises `Unable` where it is not clear which change is meant."""
    if text.foreign and not given.new_string.isascii():
        raise Unable(f"{name} is not valid UTF-8, so only ASCII text can be put into it. Convert it first.")
    old, new = given.old_string, given.new_string
    if "\r\n" in old:
        new = plain(new)
    spans = occurrences(text.words, old)
    if not spans and old.endswith("\n") and text.words.endswith(old[:-1]):
        old, new = old[:-1], new.removesuffix("\n")
        spans = [span for span in occurrences(text.words, old) if span.stop == len(text.words)]
    if not spans:
        raise Unable(_not_found(text.words, old, name))
    if len(spans) > 1 and not given.replace_all:
        raise Unable(_not_unique(text.words, spans, name))
    return _put(text.words, spans, new)


def _put(words: str, spans: list[Span], new: str) -> Replaced:
    parts: list[str] = []
    places: list[Span] = []
    length = end = 0
    style = dominant(words)
    for span in spans:
        part = restyle(words[span.start : span.stop], new, style)
        parts += [words[end : span.start], part]
        length += span.start - end
        places.append(Span(start=length, stop=length + len(part)))
        length += len(part)
        end = span.stop
    result = "".join([*parts, words[end:]])
    if result == words:
        raise Unable("The file already has this text with its own line endings, so nothing would change.")
    return Replaced(words=result, places=tuple(places))


def _not_unique(words: str, spans: list[Span], name: str) -> str:
    numbers = ", ".join(str(line_of(words, span.start)) for span in spans[:TOLD_MATCHES])
    more = f" and {len(spans) - TOLD_MATCHES} more" if len(spans) > TOLD_MATCHES else ""
    return (
        f"`old_string` was found {len(spans)} times in {name}, at lines {numbers}{more}. "
        "Add lines around it until it stands for one place, or set replace_all."
    )


def _not_found(words: str, old: str, name: str) -> str:
    near = nearest(words, old)
    if near is None:
        return f"`old_string` was not found in {name}. Read the file again and copy the text as it is there."
    only = " It differs in white space only." if near.spaces_only else ""
    return (
        f"`old_string` was not found in {name}. The nearest text is at line {near.line}.{only} "
        f"Lines with - are yours, lines with + are in the file:\n{near.diff}"
    )


def snippet(result: Replaced) -> str:
    """The first changed place with two lines around it, numbered as read numbers them."""
    place = result.places[0]
    lines = plain(result.words).split("\n")
    if lines[-1] == "":
        lines.pop()
    first = line_of(result.words, place.start)
    last = max(first, line_of(result.words, max(place.stop - 1, place.start)))
    low, high = max(first - SNIPPET_CONTEXT, 1), min(last + SNIPPET_CONTEXT, len(lines))
    shown_lines = [f"{number:6}\t{_legible(lines[number - 1])}" for number in range(low, high + 1)]
    if len(shown_lines) > SNIPPET_LINES:
        half = SNIPPET_LINES // 2
        shown_lines[half:-half] = [f"… {len(shown_lines) - 2 * half} lines"]
    return "\n".join(shown_lines)


def _legible(line: str) -> str:
    cut = line if len(line) <= LINE_CHARACTERS else f"{line[:LINE_CHARACTERS]}..."
    return cut.encode("utf-8", "replace").decode("utf-8")
