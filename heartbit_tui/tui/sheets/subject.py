"""What an approval is about: what is asked, and all that would be used, in parts that can be drawn."""

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TypeAlias
from urllib.parse import urlsplit

from heartbit_tui.client.titles import TELLING
from heartbit_tui.client.visible import one_line, revealed
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import ApprovalRequested
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.tui.diff.parse import is_diff, parse
from heartbit_tui.tui.diff.types import File

NAME = 40
"""Characters of a tool's name at most."""

QUESTIONS: Mapping[str, str] = MappingProxyType(
    {
        "bash": "Run this command?",
        "edit": "Change this file?",
        "write": "Write this file?",
        "patch": "Apply this patch?",
        "lsp_rename": "Rename this?",
        "read": "Read this file?",
        "list": "List this folder?",
        "glob": "Look for these files?",
        "grep": "Search for this?",
        "webfetch": "Fetch this address?",
        "websearch": "Search the web for this?",
        "skill": "Use this skill?",
    }
)
"""What is asked about a call of each tool; of all others `Use this tool?`."""

SHOWN_BY_DIFF = frozenset({"edit", "write", "patch", "lsp_rename"})
"""Tools whose diff tells all that their arguments say."""

WEB = ("http://", "https://", "ws://", "wss://", "ftp://")


@dataclass(frozen=True, slots=True)
class Code:
    """Text that will be used exactly as it is; `lead` stands before it."""

    text: str
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something else that the call says, or that is known of it."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Remark:
    """Words of the tool about what the call would do."""

    text: str


Part: TypeAlias = Code | Fact | Remark | tuple[File, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A clean question of one line, and the parts of what it is about in the order in which they matter."""

    tool: str
    question: str
    parts: tuple[Part, ...]

    @property
    def diff(self) -> tuple[File, ...]:
        """The files of its diff, empty where there is none."""
        return next((part for part in self.parts if isinstance(part, tuple)), ())


def subject(request: ApprovalRequested, cwd: str = "") -> Subject:
    """What a request is about; `cwd` is told where a command would run."""
    tool = one_line(revealed(request.call.name), NAME)
    question = QUESTIONS.get(request.call.name, "Use this tool?")
    return Subject(tool=tool, question=question, parts=tuple(_parts(request, cwd)))


def _parts(request: ApprovalRequested, cwd: str) -> Iterator[Part]:
    call, preview = request.call, request.preview
    if call.name in SHOWN_BY_DIFF and is_diff(preview):
        yield parse(preview)
        return
    main = TELLING.get(call.name, "")
    told = call.input.get(main)
    if isinstance(told, str):
        yield Code(told, "$ " if call.name == "bash" else "")
    if call.name == "bash" and cwd:
        yield Fact("in", cwd)
    yield from (Fact("host", host) for host in hosts(call.input))
    yield from (Fact(name, _told(value)) for name, value in call.input.items() if name != main or value is not told)
    if preview and preview != told:
        yield parse(preview) if is_diff(preview) else Remark(preview)


def hosts(input: JsonObject) -> list[str]:
    """The hosts that the addresses in a call's arguments name, each once; one that is not ASCII in both its forms."""
    urls = (value for value in input.values() if isinstance(value, str) and value.lower().startswith(WEB))
    return list(dict.fromkeys(host for url in urls if (host := _host(url))))


def _host(url: str) -> str:
    try:
        name = urlsplit(url.strip()).hostname or ""
    except ValueError:
        return "(cannot be told)"
    if name.isascii():
        return name
    try:
        return f"{name} = {name.encode('idna').decode('ascii')}"
    except UnicodeError:
        return name


def _told(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
