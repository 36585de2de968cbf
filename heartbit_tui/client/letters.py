"""The inbox as a person has it at a surface: its letters, what stands behind each, what can be done with one."""

from collections.abc import Iterable, Sequence
from typing import Final, Literal, Protocol, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.kernel.events import ApprovalRequested, Envelope, QuestionAsked, ToolCallCompleted
from heartbit_tui.kernel.ops import Op
from heartbit_tui.store.inbox import Letter, LetterKind, Waiting

LISTED: Final = 500
"""Letters of a list."""

DIGITS: Final = 18
"""Digits of a number at most that the data file can have."""

QUESTION: Final[LetterKind] = "question"
DRAFT: Final[LetterKind] = "draft"

ACCEPTED = "Accepted: the skill stands in {file}."
REFUSED = "Refused: its memories stay as they are."
EDITED = "Changed. It waits for your word still."
NO_DRAFT = "There is no draft of a skill behind this letter."
NO_CHANGES = "Nothing is known to be changed by the work behind this letter."
SETTLED = "Nothing waits for an answer any more."
ELSEWHERE = "What a daemon's work changed is taken back where the daemon runs: `heartbit undo {session}`."

Wanted: TypeAlias = Literal["waiting", "all"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request that waits in a session of a daemon; `agent` is empty for the session's main agent."""

    session: str
    request: ApprovalRequested | QuestionAsked
    agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """What stands behind a letter; everything may be empty.

    `diff` is what calls of tools changed in files, as a unified diff, and `unshown` are changed files of which it has
    nothing. `skill` is the SKILL.md of a draft, and `state` how that stands. `asked` are the requests of its task that wait
    for an answer. `note` says what a person should know, such as why nothing can be answered.
    """

    session: str = ""
    folder: str = ""
    diff: str = ""
    unshown: tuple[str, ...] = ()
    skill: str = ""
    state: str = ""
    asked: tuple[Asked, ...] = ()
    note: str = ""


class Letters(Protocol):
    """The letters of one inbox. Everything raises `HeartbitError` or `OSError`."""

    async def list(self, wanted: Wanted = "waiting") -> Sequence[Letter]:
        """Those that wait, or all that are kept; the newest first, `LISTED` at most."""
        ...

    async def get(self, number: int) -> Letter:
        """One letter."""
        ...

    async def waiting(self) -> Waiting:
        """How many wait."""
        ...

    async def mark(self, number: int, *, read: bool) -> None:
        """Let a letter count as read, or as new."""
        ...

    async def finish(self, number: int, *, done: bool) -> None:
        """Be done with a letter, or take it back."""
        ...

    async def behind(self, letter: Letter) -> Behind:
        """What stands behind a letter."""
        ...

    async def decide(self, letter: Letter, *, accept: bool) -> str:
        """Accept or refuse the draft behind a letter, which is done with then: what came of it, in a sentence."""
        ...

    async def edit(self, letter: Letter, text: str) -> str:
        """Put the skill in a text in the place of the draft's own: what came of it."""
        ...

    async def answer(self, session: str, op: Op) -> None:
        """Send a decision or an answer to what waits in a session."""
        ...

    async def take_back(self, letter: Letter, *, sure: bool) -> str:
        """Bring the files back that the work behind a letter changed; unless `sure`, only what that would mean."""
        ...


def who(letter: Letter) -> str:
    """Who has something to say, in words."""
    kind, _, name = letter.source.partition(":")
    if letter.source == "heartbit":
        return "the pulse"
    named = {"cron": "schedule", "heartbeat": "heartbeat", "sensor": "sensor"}
    if kind in named and name:
        return f"{named[kind]} {name}"
    return "meditation" if "meditat" in letter.source else f"a task of {letter.source}"


def how(letter: Letter) -> str:
    """What kind of letter it is, in a few words."""
    return {
        "reply": "says",
        "failure": "failed",
        "interrupted": "was interrupted",
        "question": "asks",
        "meditation": "put the memory in order",
        "draft": "drafted a skill",
    }[letter.kind]


def cost(letter: Letter) -> str:
    """What it cost; empty where that is not known."""
    return "" if letter.cost_usd is None else f"${letter.cost_usd:.4f}"


def numbered(text: str) -> int:
    """The number of a letter that somebody typed. Raises `StoreError` for what is none."""
    given = text.strip()
    if not (given.isascii() and given.isdecimal() and len(given) <= DIGITS):
        raise StoreError(f"{given!r} is no number of a letter. /inbox lists them.")
    return int(given)


def changes(log: Iterable[Envelope], changed: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """What calls changed in files, as one unified diff, and those of the `changed` files of which it has nothing."""
    texts, told = list[str](), set[str]()
    for each in log:
        if isinstance(event := each.event, ToolCallCompleted):
            diff = event.details.get("diff")
            if isinstance(diff, str) and diff:
                texts.append(diff if diff.endswith("\n") else f"{diff}\n")
                told.update(event.changed)
    return "".join(texts), tuple(path for path in changed if path not in told)
