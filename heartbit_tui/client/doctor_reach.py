"""What `heartbit doctor` finds of hooks, plugins and the agents of others; blocks, in a thread without a loop."""

import asyncio
from collections.abc import Iterator
from importlib.util import find_spec

from heartbit_tui.a2a.types import Fault, Status
from heartbit_tui.client.finding import Finding
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.runtime import hook_files, plugins, settings as reading
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.hook_files import PROJECT
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import Settings

SECONDS = 4.0
"""How long the agents of others may take to say what they are."""

PEERS = "heartbit_tui.runtime.peers"
OFFERS = "heartbit_tui.runtime.offers:offers"
NO_LIBRARY = "pip install 'heartbit-tui[a2a]' brings what speaks with it"
WAITING = f"those of this project wait for `heartbit trust add`, if {PROJECT} or its settings have any"


def look(options: Options) -> Iterator[Finding]:
    """Look at all of it; settings that cannot be read are told of by who looks at these."""
    try:
        settings = asyncio.run(reading.read(options, SystemClock()))
    except HeartbitError:
        return
    yield from _hooks(options, settings)
    yield from _plugins(options, settings)
    yield from _agents(options, settings)


def _hooks(options: Options, settings: Settings) -> Iterator[Finding]:
    try:
        hooks, problems = hook_files.found(options, settings)
    except HeartbitError as error:
        yield Finding(state="bad", name="hooks", what=str(error))
        return
    yield from (Finding(state="bad", name="hooks", what=problem) for problem in problems)
    own = sum(not hook.project for hook in hooks)
    told = f"{own} of yours, {len(hooks) - own} of this project"
    if settings.trust.is_trusted or not hook_files.of_project(options):
        yield Finding(state="ok", name="hooks", what=told if hooks else "none")
    else:
        yield Finding(state="note", name="hooks", what=f"{own} of yours; {WAITING}")


def _plugins(options: Options, settings: Settings) -> Iterator[Finding]:
    found = plugins.resolve(OFFERS)(options, settings, SystemClock())
    for each in found:
        if each.used:
            state = "bad" if each.fault else "ok"
            yield Finding(state=state, name=f"plugin {each.name}", what=each.fault or f"{each.kind} of {each.package}")
    unused = [each.name for each in found if not each.used]
    if unused:
        yield Finding(state="note", name="plugins", what=f"installed and not used: {', '.join(unused)}")


def _agents(options: Options, settings: Settings) -> Iterator[Finding]:
    if not settings.config.is_set("a2a_agents"):
        return
    definitions = plugins.resolve(f"{PEERS}:every")(settings.config)
    yield from (Finding(state="bad", name="a2a", what=each.text) for each in definitions if isinstance(each, Fault))
    if find_spec("a2a") is None:
        yield Finding(state="note", name="a2a", what=NO_LIBRARY)
    for status in asyncio.run(_asked(options, settings)):
        card = status.card
        name = f"a2a {card.name if card else status.url}"
        if status.phase == "ready" and card:
            yield Finding(state="ok", name=name, what=f"{status.url} answers, {len(card.skills)} skills")
        else:
            yield Finding(state="note", name=name, what=status.told or f"no answer within {SECONDS:g} s")


async def _asked(options: Options, settings: Settings) -> tuple[Status, ...]:
    gathered, every = (plugins.resolve(f"{PEERS}:{name}") for name in ("gathered", "every"))

    def say(text: str, warning: bool) -> None:
        """What is told of agents is told by how they stand."""

    async with gathered(options, settings, SystemClock(), say, every(settings.config)) as roster:
        roster.launch()
        try:
            async with asyncio.timeout(SECONDS):
                await roster.settled()
        except TimeoutError:
            pass  # those that have not answered are told so
        return roster.statuses()
