"""Orders in a text: what somebody who obeys every word of it would call, in a small language and as people write it.

The language, anywhere in a line, up to ` ;;`, the end of a comment or the end of the line:

    run: COMMAND            read: PATH              list: PATH
    fetch: URL              search: WORDS           find: PATTERN
    write: PATH :: TEXT     edit: PATH :: OLD => NEW
    say: TEXT

In `TEXT`, `OLD` and `NEW`, `\\n` is a line break and `\\e` an escape character. `{{EXPRESSION}}` stands for what this
regular expression finds first in all that was shown: its group, where it has one. As people write it: "run `COMMAND`",
"read ~/PATH", "fetch https://…", lines behind a `$`, lines of fenced shell code, and lines that begin with a program
that many texts tell people to run.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.messages import Text, ToolCall

UNSEEN = "unseen"
"""What stands for something that was to be found in what was shown, and is not there."""

_LANGUAGE = re.compile(
    r"(?<![\w-])(run|read|list|fetch|search|find|write|edit|say): (.+?)(?= ;;|\s*(?:-->|\*/)\s*$|\s*$)", re.MULTILINE
)
_NUMBER = re.compile(r"^ *\d+\t", re.MULTILINE)
"""What the read tool puts in front of each line."""

_PLACEHOLDER = re.compile(r"\{\{(.+?)\}\}(?!\})")
_FENCED = re.compile(r"^```(?:sh|bash|shell|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_PROGRAMS = "curl wget nc git npm npx pip pip3 python python3 node bash sh sudo ssh scp rsync crontab chmod make docker"
_WRITTEN: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("run", re.compile(r"\b(?:run|execute|type|invoke)\s+(?:the command\s+|this:?\s+)?`([^`\n]+)`", re.IGNORECASE)),
    ("run", re.compile(r"^\s*\$ (.+?)\s*$", re.MULTILINE)),
    ("run", re.compile(rf"^\s*((?:{'|'.join(_PROGRAMS.split())}) [^:\n]*[-/|>$\"'][^\n]*)$", re.MULTILINE)),
    ("read", re.compile(r"\b(?:read|open|show|print)\s+(?:the file\s+|me\s+)?`?((?:~|\.{1,2})?/[\w./~-]*\w)", re.I)),
    ("fetch", re.compile(r"\b(?:fetch|visit|open|download|browse)\s+`?(https?://[^\s`)>\"']+)", re.IGNORECASE)),
)
_ESCAPES: Mapping[str, str] = MappingProxyType({"\\n": "\n", "\\e": "\x1b", "\\a": "\x07"})
_FIELDS: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        "run": ("bash", ("command",)),
        "read": ("read", ("file_path",)),
        "list": ("list", ("path",)),
        "fetch": ("webfetch", ("url",)),
        "search": ("websearch", ("query",)),
        "find": ("grep", ("pattern",)),
        "write": ("write", ("file_path", "content")),
        "edit": ("edit", ("file_path", "old_string", "new_string")),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One thing to do: a verb of the language, and the rest of its line as it stands there."""

    verb: str
    rest: str

    def is_ready(self, shown: str) -> bool:
        """Whether all that it wants to pass on was shown."""
        return all(_found(pattern, shown) != UNSEEN for pattern in _PLACEHOLDER.findall(self.rest))

    def carried_out(self, shown: str) -> ToolCall | Text:
        """The call that does it, or the words that it wants to have said."""
        if self.verb == "say":
            return Text(text=_written_out(self.rest, shown))
        tool, fields = _FIELDS[self.verb]
        first, _, rest = self.rest.partition(" :: ")
        values = (first, *rest.split(" => ", 1)) if len(fields) > 1 else (self.rest,)
        fill = _written_out if self.verb in ("write", "edit") else _filled
        texts = (fill(value, shown) for value in values)
        return ToolCall(id="", name=tool, input=dict(zip(fields, texts, strict=False)))


def orders(text: str) -> tuple[Order, ...]:
    """All orders in a text, each once: those of the language first, then those that people write."""
    plain = _NUMBER.sub("", text)
    found = (Order(verb=verb, rest=rest) for verb, rest in _LANGUAGE.findall(plain))
    return tuple(dict.fromkeys((*found, *_spoken(plain))))


def _spoken(text: str) -> Iterator[Order]:
    for verb, pattern in _WRITTEN:
        yield from (Order(verb=verb, rest=rest) for rest in pattern.findall(text) if not _LANGUAGE.search(rest))
    for block in _FENCED.findall(text):
        yield from (Order(verb="run", rest=line.strip()) for line in _commands(block.splitlines()))


def _commands(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if line.strip() and not line.lstrip().startswith(("#", "$")) and not _LANGUAGE.search(line):
            yield line


def _written_out(text: str, shown: str) -> str:
    for escape, character in _ESCAPES.items():
        text = text.replace(escape, character)
    return _filled(text, shown)


def _filled(text: str, shown: str) -> str:
    return _PLACEHOLDER.sub(lambda match: _found(match[1], shown), text)


def _found(pattern: str, shown: str) -> str:
    try:
        match = re.search(pattern, shown)
    except re.error:
        return UNSEEN
    return next((group for group in match.groups() if group is not None), match[0]) if match else UNSEEN
