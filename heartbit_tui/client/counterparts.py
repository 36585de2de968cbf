"""Language servers and agents of others in words: what a session speaks with, how each stands, what is known of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Literal, Protocol, TypeAlias

from heartbit_tui.a2a.types import Phase, Status
from heartbit_tui.client.homely import homely
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.lsp.delta import standing
from heartbit_tui.lsp.languages import KINDS
from heartbit_tui.lsp.types import AtWork, Counts, Standing

Kind: TypeAlias = Literal["lsp", "a2a"]
Tone: TypeAlias = Literal["ok", "running", "idle", "bad", "off"]
"""How good that is: it works, is on its way, waits to be needed, does not work, or is not there."""

NONE: Mapping[Kind, str] = MappingProxyType(
    {
        "lsp": "No language servers in this session: lsp.enabled is false, or it was started with --bare.",
        "a2a": "No agent of others is defined. `a2a_agents` in the settings names some; docs/a2a.md tells more.",
    }
)
UNKNOWN = "There is none called “{name}”. There are: {names}."
AT_WORK: Mapping[str, tuple[str, Tone]] = MappingProxyType(
    {
        "idle": ("not started yet", "idle"),
        "starting": ("starting", "running"),
        "ready": ("at work", "ok"),
        "down": ("ended, starts anew when it is needed", "running"),
        "broken": ("ended too often, not started any more", "bad"),
    }
)
NOT_HERE: tuple[str, Tone] = ("not here", "off")
PHASES: Mapping[Phase, tuple[str, Tone]] = MappingProxyType(
    {"looking": ("asked what it is", "running"), "ready": ("there", "ok"), "failed": ("not there", "bad")}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterpart:
    """One of them: how it stands in a word or two, what else fits in a line, and all that is known, by name."""

    name: str
    tone: Tone
    state: str
    note: str = ""
    facts: tuple[tuple[str, str], ...] = ()

    @property
    def line(self) -> str:
        """State and note."""
        return "; ".join(filter(None, (self.state, self.note)))


class LookUp(Protocol):
    """Tells how they stand now."""

    def __call__(self, kind: Kind, /) -> tuple[Counterpart, ...]:
        """All of this kind."""
        ...


def told(found: Sequence[Counterpart], kind: Kind, argument: str) -> str:
    """What `/lsp` or `/a2a` says: a line for each, or all about the one that is named. Raises `HeartbitError`."""
    if not found:
        return NONE[kind]
    if not argument.strip():
        width = max(len(each.name) for each in found)
        return "\n".join(f"{each.name:<{width}}  {each.line}" for each in found)
    return "\n".join(f"{name:<9} {text}" for name, text in named(found, argument.strip()).facts)


def named(found: Sequence[Counterpart], name: str) -> Counterpart:
    """The one of this name. Raises `HeartbitError`."""
    for each in found:
        if each.name == name:
            return each
    raise HeartbitError(UNKNOWN.format(name=name, names=", ".join(each.name for each in found) or "none"))


def of_languages(standings: Iterable[Standing], home: str = "") -> tuple[Counterpart, ...]:
    """The programs that serve languages, and the servers that they are."""
    return tuple(_of_language(each, home) for each in standings)


def of_agents(statuses: Iterable[Status], home: str = "") -> tuple[Counterpart, ...]:
    """The agents of others; `home` is of no meaning to them."""
    return tuple(_of_agent(each) for each in statuses)


def languages(each: Standing) -> str:
    """For which files a program is, in words."""
    names = [KINDS.get(language, language) for language in each.program.languages]
    return ", ".join(dict.fromkeys((*names, *each.program.extensions)))


def _of_language(each: Standing, home: str) -> Counterpart:
    state, tone = AT_WORK[each.at_work[0].state if each.at_work else "idle"] if each.command else NOT_HERE
    counted = "; ".join(_counted(at) for at in each.at_work)
    return Counterpart(
        name=each.program.name,
        tone=tone,
        state=state,
        note=homely(each.why, home) or counted or languages(each),
        facts=(("state", state), *_facts(each, home)),
    )


def _facts(each: Standing, home: str) -> Iterator[tuple[str, str]]:
    if each.why:
        yield "why", homely(each.why, home)
    if each.command:
        yield "runs", homely(" ".join(each.command), home)
    yield "for", f"{languages(each)} ({each.program.part})"
    for at in each.at_work:
        yield "in", f"{homely(at.root, home)}: {AT_WORK[at.state][0]}, {_counted(at)}"


def _counted(at: AtWork) -> str:
    said = "nothing wrong" if at.counts == Counts() else standing(at.counts)
    return f"{at.files} file{'' if at.files == 1 else 's'} open, {said}"


def _of_agent(status: Status) -> Counterpart:
    state, tone = PHASES[status.phase]
    card = status.card
    note = status.told or (f"{len(card.skills)} skill{'' if len(card.skills) == 1 else 's'}" if card else "")
    return Counterpart(
        name=card.name if card else status.url,
        tone=tone,
        state=state,
        note=note if status.told else "; ".join(filter(None, (note, status.url))),
        facts=(("state", state), *agent_facts(status)),
    )


def agent_facts(status: Status) -> Iterator[tuple[str, str]]:
    """All that is known of an agent but how it stands."""
    card = status.card
    if status.told:
        yield "why", status.told
    yield "at", status.url
    if status.tool:
        yield "tool", status.tool
    if card is not None:
        yield "name", card.name
        yield "does", card.description
        yield "spoken to", f"{card.endpoint} ({card.binding} {card.version}{', streams' if card.streams else ''})"
        for name, description in card.skills:
            yield "skill", f"{name}: {description}" if description else name
