"""`/beats` in words: what is done by itself, and what is done with one of it."""

from collections.abc import Iterator
from datetime import datetime

from heartbit_tui.client.beats import NEVER_RESTS, NOTHING, Beats, Coming, Due, when
from heartbit_tui.client.visible import one_line, revealed
from heartbit_tui.kernel.errors import HeartbitError

USAGE = "/beats lists them; /beats NAME tells all of one, /beats run, pause or resume NAME."
UNKNOWN = "There is no heartbeat, schedule or pulse {name}. /beats lists them."
MANY = "{name} means several: {found}. Give more of the path."
NO_RUN = "{name} cannot be done by hand."
LONGEST = 80


async def told(beats: Beats, argument: str, now: datetime) -> str:
    """What comes of `/beats ARGUMENT`, in lines. Raises `HeartbitError`, `OSError`."""
    coming = await beats.coming()
    verb, _, rest = argument.strip().partition(" ")
    if not verb:
        return "\n".join(_list(coming, now))
    if verb not in ("run", "pause", "resume") or not rest.strip():
        return "\n".join(f"{name:<11}{revealed(fact)}" for name, fact in _all(_meant(coming, argument.strip()), now))
    due = _meant(coming, rest.strip())
    if verb == "run":
        if not due.can_run:
            raise HeartbitError(NO_RUN.format(name=due.name))
        return await beats.run(due)
    if not due.can_rest:
        raise HeartbitError(NEVER_RESTS)
    return await beats.rest(due, rests=verb == "pause")


def _list(coming: Coming, now: datetime) -> Iterator[str]:
    for each in coming.due:
        kind = "" if each.kind == each.name else f"{each.kind}  "
        parts = " · ".join(filter(None, (each.stands, each.last, each.fault)))
        yield one_line(revealed(f"{when(each, now):<10}  {kind}{each.name}"), LONGEST)
        yield f"            {one_line(revealed(parts), 4 * LONGEST)}"
    yield from coming.notes
    yield USAGE if coming.due else NOTHING


def _all(due: Due, now: datetime) -> Iterator[tuple[str, str]]:
    yield due.kind, due.name
    yield "next", when(due, now)
    if due.fault:
        yield "wrong", due.fault
    yield from ((name, fact) for name, fact in due.why if fact and fact != due.fault)


def _meant(coming: Coming, name: str) -> Due:
    """The one that is named, in full or by the end of its path."""
    found = [each for each in coming.due if each.name == name or f"/{each.name}".endswith(f"/{name.lstrip('./')}")]
    if len(found) > 1:
        raise HeartbitError(MANY.format(name=name, found=", ".join(each.name for each in found)))
    if not found:
        raise HeartbitError(UNKNOWN.format(name=name))
    return found[0]
