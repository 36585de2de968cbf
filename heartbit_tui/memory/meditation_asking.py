"""Has a model write a skill of memories that belong together, and takes out what may not stand in it."""

from collections.abc import Callable, Sequence
from contextlib import aclosing
from datetime import datetime

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import Event
from heartbit_tui.kernel.messages import StopReason, Text, user
from heartbit_tui.kernel.protocols import Block, Finish, Provider, Request, Spent
from heartbit_tui.memory.errors import EntryRefused
from heartbit_tui.memory.fencing import Fence, read
from heartbit_tui.memory.meditation_drafts import Draft, Provenance, Shape
from heartbit_tui.memory.notebook import Clean, told
from heartbit_tui.memory.types import Entry

TOKENS = 4_096
"""How long a skill may be; rsclaw's."""

LARGEST = 20
"""Memories that one skill is made of at most."""

FENCE = "```"
FROM = "memories of one agent"
PURPOSE = "crystallisation"
CUT_OFF = "the model's text was cut off"
EMPTY = "the model wrote nothing"
SECRET = "{found} could not be taken out of the model's text"
LEFT_OUT = "Left out of it: {found}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """What writing a skill needs: a model, marks for data, what looks for secrets, what reads a skill, an id, a listener."""

    provider: Callable[[], Provider]
    fence: Fence
    clean: Clean
    shape: Shape
    new_id: Callable[[], str]
    tell: Callable[[Event], None]


async def write(cluster: Sequence[Entry], writing: Writing, now: datetime) -> Draft:
    """The draft of a skill that stands for these memories.

    Raises `EntryRefused` where what the model wrote is none, and what the model raises.
    """
    members = cluster[:LARGEST]
    sources = [Provenance(id=each.id, content=writing.clean(each.content).text) for each in members]
    lines = [
        f"- ({each.category}, of use {each.access_count} times) {source.content}"
        for each, source in zip(members, sources, strict=True)
    ]
    text, cost, model = await _asked("\n".join(lines), writing)
    shaped = writing.shape(unfenced(text))
    if isinstance(shaped, str):
        raise EntryRefused(shaped)
    found = dict[str, None]()
    name, description, body = (
        _without(part, writing.clean, found) for part in (shaped.name, shaped.description, shaped.body)
    )
    return Draft(
        id=writing.new_id(),
        made=now,
        name=name,
        description=description,
        text=body,
        sources=tuple(sources),
        model=model,
        cost_usd=cost,
        note=LEFT_OUT.format(found=told(tuple(found))) if found else "",
    )


def unfenced(text: str) -> str:
    """A text without the one fence that chat models like to put around it."""
    lines = text.strip().split("\n")
    fenced = len(lines) > 2 and lines[0].startswith(FENCE) and lines[-1].strip() == FENCE
    return "\n".join(lines[1:-1]).strip() if fenced else text.strip()


def _without(text: str, clean: Clean, found: dict[str, None]) -> str:
    """A part of it without what may not stand there; what that was is added to `found`."""
    cleaned = clean(text)
    found.update(dict.fromkeys(cleaned.found))
    left = clean(cleaned.text).found
    if left:
        raise EntryRefused(SECRET.format(found=told(left)))
    return cleaned.text


async def _asked(material: str, writing: Writing) -> tuple[str, float | None, str]:
    """What the model wrote, what that cost, and which model it was. Raises `HeartbitError`."""
    request = Request(
        system=read("crystallise.md"), messages=(user(writing.fence(material, FROM, "")),), max_tokens=TOKENS
    )
    words, cut, spent = list[str](), False, list[Spent]()
    provider = writing.provider()
    async with aclosing(provider.stream(request)) as parts:
        async for part in parts:
            match part:
                case Block(block=Text(text=text)):
                    words.append(text)
                case Finish(stop=stop):
                    cut = stop is StopReason.MAX_TOKENS
                    spent.append(part.spent(PURPOSE))
                    writing.tell(spent[-1].told)
                case Spent():
                    spent.append(part)
                    writing.tell(part.told)
                case _:
                    pass
    text = "".join(words).strip()
    if cut or not text:
        raise EntryRefused(CUT_OFF if cut else EMPTY)
    costs = [each.cost_usd for each in spent]
    return text, None if None in costs else sum(filter(None, costs)), provider.model
