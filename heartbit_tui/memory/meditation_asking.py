"""Has a model write a skill, of memories that belong together or of a run, and takes out what may not stand in it."""

from collections.abc import Callable, Sequence
from datetime import datetime

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import Event
from heartbit_tui.kernel.messages import user
from heartbit_tui.kernel.protocols import Provider, Request
from heartbit_tui.memory import meditation_runs as runs
from heartbit_tui.memory.asking import ask
from heartbit_tui.memory.errors import EntryRefused
from heartbit_tui.memory.fencing import Fence, read
from heartbit_tui.memory.meditation_drafts import Draft, Provenance, Shape
from heartbit_tui.memory.meditation_runs import Worked
from heartbit_tui.memory.notebook import Clean, told
from heartbit_tui.memory.types import Entry

TOKENS = 4_096
"""How long a skill may be; rsclaw's."""

LARGEST = 20
"""Memories that one skill is made of at most."""

FENCE = "```"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What a model is asked: the text that tells it how, what it is to be made of and from where, and what it is for."""

    how: str
    material: str
    origin: str
    purpose: str
    sources: tuple[Provenance, ...]
    run: str = ""


async def write(cluster: Sequence[Entry], writing: Writing, now: datetime) -> Draft:
    """The draft of a skill that stands for these memories.

    Raises `EntryRefused` where what the model wrote is none, and what the model raises.
    """
    members = cluster[:LARGEST]
    sources = tuple(Provenance(id=each.id, content=writing.clean(each.content).text) for each in members)
    lines = [
        f"- ({each.category}, of use {each.access_count} times) {source.content}"
        for each, source in zip(members, sources, strict=True)
    ]
    return await _drafted(
        _Wanted(
            how="crystallise.md",
            material="\n".join(lines),
            origin="memories of one agent",
            purpose="crystallisation",
            sources=sources,
        ),
        writing,
        now,
    )


async def distil(worked: Worked, writing: Writing, now: datetime) -> Draft:
    """The draft of a skill that says how such a task as that of a run is done. Raises as `write` does."""
    task = writing.clean(worked.task).text
    wanted = _Wanted(
        how="distil.md",
        material=writing.clean(runs.shown(worked)).text,
        origin="one run of an agent",
        purpose="distillation",
        sources=(Provenance(id=worked.session, content=task[: runs.LONGEST]),),
        run=runs.signature(worked),
    )
    return await _drafted(wanted, writing, now)


def unfenced(text: str) -> str:
    """A text without the one fence that chat models like to put around it."""
    lines = text.strip().split("\n")
    fenced = len(lines) > 2 and lines[0].startswith(FENCE) and lines[-1].strip() == FENCE
    return "\n".join(lines[1:-1]).strip() if fenced else text.strip()


async def _drafted(wanted: _Wanted, writing: Writing, now: datetime) -> Draft:
    provider = writing.provider()
    material = writing.fence(wanted.material, wanted.origin, "")
    request = Request(system=read(wanted.how), messages=(user(material),), max_tokens=TOKENS)
    written = await ask(provider, request, wanted.purpose, writing.tell)
    if wrong := written.wrong("text"):
        raise EntryRefused(wrong)
    shaped = writing.shape(unfenced(written.text))
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
        sources=wanted.sources,
        run=wanted.run,
        model=provider.model,
        cost_usd=written.cost_usd,
        note=LEFT_OUT.format(found=told(tuple(found))) if found else "",
    )


def _without(text: str, clean: Clean, found: dict[str, None]) -> str:
    """A part of it without what may not stand there; what that was is added to `found`."""
    cleaned = clean(text)
    found.update(dict.fromkeys(cleaned.found))
    left = clean(cleaned.text).found
    if left:
        raise EntryRefused(SECRET.format(found=told(left)))
    return cleaned.text
