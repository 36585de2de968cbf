"""`heartbit a2a`: the agents of others that the settings name, and what an agent says of itself."""

import asyncio
import re
import sys
from argparse import Namespace
from collections.abc import Sequence

from heartbit_tui.a2a.definitions import defined
from heartbit_tui.a2a.types import Definition, Fault, Peer, Status
from heartbit_tui.cli.options import clean
from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, one_line, say, say_json, within
from heartbit_tui.client.counterparts import NONE, agent_facts, of_agents
from heartbit_tui.headless.endings import UsageError
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.peers import every, gathered, is_private
from heartbit_tui.runtime.settings import Settings, read

NO_AGENT = (
    "There is no agent “{name}” in the settings, and it is no URL. `heartbit a2a list` lists those that there are."
)


def main(values: Namespace) -> int:
    """Do what the second word of the command says; the exit code."""
    return attempt(lambda: asyncio.run(_card(values) if values.command.endswith(" card") else _list(values)))


async def _list(values: Namespace) -> int:
    around = Surroundings(values)
    settings = await read(around.options, SystemClock())
    found = every(settings.config)
    statuses = await _asked(around, settings, found)
    for each in found:
        if isinstance(each, Fault):
            sys.stderr.write(f"heartbit: {one_line(each.text, 500)}\n")
    if values.json:
        say_json([_as_json(status) for status in statuses])
    elif statuses:
        say(within((each.name, each.line) for each in of_agents(statuses)))
    elif not found:
        sys.stderr.write(f"{NONE['a2a']}\n")
    return 0


async def _card(values: Namespace) -> int:
    around, wanted = Surroundings(values), clean(values.agent)
    settings = await read(around.options, SystemClock())
    (status,) = await _asked(around, settings, (_meant(wanted, settings),))
    if values.json:
        say_json(_as_json(status))
    else:
        say(within((("state", of_agents((status,))[0].state), *agent_facts(status))))
    return 0 if status.phase == "ready" else 1


def _meant(word: str, settings: Settings) -> Peer:
    """The agent of the settings with this name or address, else one at this URL. Raises `UsageError`."""
    known = [each for each in every(settings.config) if isinstance(each, Peer)]
    for each in known:
        if word.rstrip("/") == each.url or (each.name and word == each.name):
            return each
    if not re.match(r"https?://", word):
        raise UsageError(NO_AGENT.format(name=word))
    (found,) = defined([word], "heartbit a2a card", is_private)
    if isinstance(found, Fault):
        raise UsageError(found.text)
    return found


async def _asked(around: Surroundings, settings: Settings, found: Sequence[Definition]) -> tuple[Status, ...]:
    """How each stands, once it has answered or failed to."""

    def told_by_status(text: str, warning: bool) -> None:
        return

    async with gathered(around.options, settings, SystemClock(), told_by_status, found) as roster:
        roster.launch()
        await roster.settled()
        return roster.statuses()


def _as_json(status: Status) -> JsonObject:
    card = status.card
    told: JsonObject = {"url": status.url, "status": status.phase, "told": status.told, "tool": status.tool}
    if card is None:
        return {**told, "card": None}
    skills = [{"name": name, "description": description} for name, description in card.skills]
    about: JsonObject = {"name": card.name, "description": card.description, "skills": skills}
    about |= {"endpoint": card.endpoint, "binding": card.binding, "version": card.version, "streams": card.streams}
    return {**told, "card": about}
