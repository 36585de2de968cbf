"""The words of this capability: servers and where they come from, what they offer, how they stand, what they answer."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import field
from types import MappingProxyType
from typing import Any, Literal, Protocol, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import Question
from heartbit_tui.kernel.messages import Audio, Image, JsonObject, Message, empty_object

START_SECONDS = 30.0
"""How long a server may take until it has told what it offers; uvx and npx may have to install it first."""

CALL_SECONDS = 120.0
"""How long a call may go without a word from the server; the seed's limit for a tool. Progress begins it anew."""


Permit: TypeAlias = Literal["ask", "allow", "deny"]
"""Whether a server may have the session's model answer something: once a person said so, always, or never."""


def nothing() -> Mapping[str, str]:
    """No names."""
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a definition stands, as `FILE:LINE` or `environment NAME`; `project` for one that the folder brings."""

    where: str
    project: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A server that is started as a child and spoken to over its standard streams."""

    program: str
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=nothing)
    folder: str = ""

    def __str__(self) -> str:
        return " ".join((self.program, *self.arguments))


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A server that is reached over streamable HTTP."""

    url: str
    headers: Mapping[str, str] = field(default_factory=nothing)

    def __str__(self) -> str:
        return self.url


Way: TypeAlias = Command | Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One server as it is configured; `digest` changes with anything that decides what it is or runs.

    The digest is of the definition as it is written, before variables are put in, and so is `shown`, what a person is
    told of it; `reads` names those variables.
    """

    name: str
    way: Way
    origin: Origin
    digest: str
    shown: str = ""
    reads: tuple[str, ...] = ()
    enabled: bool = True
    start_seconds: float = START_SECONDS
    call_seconds: float = CALL_SECONDS
    sampling: "Permit" = "ask"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A definition that cannot be used; `text` says what is wrong and where."""

    name: str
    origin: Origin
    text: str


Definition: TypeAlias = Server | Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedTool:
    """A tool as its server describes it; `reads` where the server says that it changes nothing, which nobody checks."""

    name: str
    description: str = ""
    schema: JsonObject = field(default_factory=empty_object)
    reads: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedPrompt:
    """A prompt that a server has ready; `arguments` are names, `required` those that it needs."""

    name: str
    description: str = ""
    arguments: tuple[str, ...] = ()
    required: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedResource:
    """A text or picture that a server can give by its address; `template` where the address has gaps to fill."""

    uri: str
    name: str = ""
    description: str = ""
    kind: str = ""
    template: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """All that a server offers, and who it says that it is; `left_out` counts what was too much."""

    title: str = ""
    version: str = ""
    protocol: str = ""
    instructions: str = ""
    tools: tuple[OfferedTool, ...] = ()
    prompts: tuple[OfferedPrompt, ...] = ()
    resources: tuple[OfferedResource, ...] = ()
    left_out: int = 0


Phase: TypeAlias = Literal["waiting", "connecting", "ready", "failed", "off", "unapproved", "refused", "faulty"]
"""`unapproved` waits for a person's word, `refused` got it and may not start, `faulty` cannot be started as written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How things stand with one server; `told` is a sentence where there is something to say."""

    name: str
    phase: Phase
    origin: Origin
    way: str = ""
    told: str = ""
    offer: Offer | None = None
    cached: bool = False
    log: str = ""
    """The file with what a child says beside its messages."""
    withheld: tuple[str, ...] = ()
    """Tools that are not as they were when they were first offered, and wait for a person's word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a call gave."""

    text: str = ""
    media: tuple[Image | Audio, ...] = ()
    is_error: bool = False
    details: JsonObject = field(default_factory=empty_object)


class ServerError(Exception):
    """A server did not do what it was asked; the message says why in a sentence."""


class BrokenError(ServerError):
    """The connection is of no more use; what was asked may have been done or not."""


class ExpiredError(BrokenError):
    """The server does not know the session any more, so that nothing was done of what was asked."""


Progress: TypeAlias = Callable[[str], None]
"""Takes a word about how far a call is."""

Answers: TypeAlias = tuple[tuple[str, ...], ...] | None
"""What a person answered to each question; None where nobody did."""

Ask: TypeAlias = Callable[[Sequence[Question]], Awaitable[Answers]]
"""Asks a person, as a call's context does."""


class Login(Protocol):
    """A person who logs in at a server, in a browser."""

    @property
    def redirect(self) -> str:
        """The address that the browser comes back to."""
        ...

    async def show(self, address: str) -> None:
        """Bring the person to this address."""
        ...

    async def answer(self) -> tuple[str, str, str]:
        """The code, the state and the issuer that came back. Raises `ServerError`."""
        ...


class Logins(Protocol):
    """What logins gave, by the address of the server."""

    def read(self, url: str) -> Mapping[str, Any]:
        """What was kept for an address; empty where nothing was."""
        ...

    def write(self, url: str, change: Mapping[str, Any]) -> None:
        """Keep this beside what was kept before."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a server wants the session's model to answer; `stops` are words before which the answer is to end."""

    server: str
    messages: tuple[Message, ...]
    max_tokens: int
    system: str = ""
    stops: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """What the model answered; `cut` where it had more to say."""

    text: str
    model: str
    cut: bool = False


Complete: TypeAlias = Callable[[Wish], Awaitable[Completed]]
"""Has the session's model answer. Raises `ServerError` where that may not be, or gives nothing."""

Sample: TypeAlias = Callable[[Wish, Permit, Ask], Awaitable[Completed]]
"""The same, with what the definition of the server permits, and the way to a person."""


class Authority(Protocol):
    """Signs the requests to a server in the name of whom the session works for."""

    async def header(self) -> str | None:
        """The value of `Authorization` for the next request. Raises where there ought to be one and is none."""
        ...

    def rejected(self, header: str) -> bool:
        """The server did not accept this one; whether there may be another one now."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What a connection needs of the world.

    `roots` are folders in which the agent works; `ask` puts a question of the server's to a person; `changed` hears
    that what the server offers is not as it was; `log` is the file for what a child says beside its messages, and
    `environment` what a child may get a part of. `logins` are what logins gave; `login` is a person who logs in now. Where there is an `authority`, it alone signs requests.
    """

    roots: tuple[str, ...]
    ask: Ask
    changed: Callable[[], None]
    log: str = ""
    environment: Mapping[str, str] = field(default_factory=nothing)
    logins: Logins | None = None
    login: Login | None = None
    authority: Authority | None = None
    complete: Complete | None = None
    """None where the server is not told that it may ask for completions."""


class Link(Protocol):
    """A live connection to one server. Everything raises `ServerError`."""

    async def offer(self) -> Offer:
        """All that the server offers now."""
        ...

    async def call(self, tool: str, input: JsonObject, tell: Progress) -> Result:
        """Call a tool; cancelling tells the server."""
        ...

    async def read(self, uri: str) -> Result:
        """What is at an address of the server's."""
        ...

    async def prompt(self, name: str, arguments: Mapping[str, str]) -> str:
        """The words of a prompt."""
        ...

    async def ended(self) -> str:
        """Return once the connection is of no more use, with the reason."""
        ...


Connect: TypeAlias = Callable[[Server, Around], AbstractAsyncContextManager[Link]]
"""Makes a connection; raises `ServerError` where there is none to be had."""


class Document(Protocol):
    """A small text file that several processes read and change."""

    @property
    def name(self) -> str:
        """Its path."""
        ...

    def read(self) -> str:
        """The text; empty where there is no file."""
        ...

    def update(self, change: Callable[[str], str]) -> str:
        """Replace the text by `change` of it."""
        ...


Json: TypeAlias = Any
"""What `json.loads` gives."""
