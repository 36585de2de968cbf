"""`heartbit import` shows its plan, asks, does it, and tells all of it as JSON."""

import asyncio
import json
from pathlib import Path

from tests.headless.machine import Machine
from tests.peers.samples import CLAUDE, SECRETS, written


async def test_the_command_shows_asks_and_does(machine: Machine) -> None:
    home = Path(machine.variables["HOME"])
    written(home, CLAUDE, machine.project)
    dry, unasked, planned = await asyncio.gather(
        machine.run("import", "claude", "--dry-run"),
        machine.run("import", "claude"),
        machine.run("import", "claude", "--json"),
    )
    assert (dry.code, "21 to add" in dry.text, "+ provider.model = 'claude-opus-5-5' -> " in dry.text) == (
        0,
        True,
        True,
    )
    assert (unasked.code, "give --yes" in unasked.err) == (2, True)
    plan = json.loads(planned.text)
    assert (plan["done"], [each for each in plan["items"] if each["state"] == "new" and not each["to"]]) == (False, [])
    done = json.loads((await machine.run("import", "claude", "--yes", "--json")).text)
    assert done == {**plan, "done": True}
    again = await machine.run("import", "claude", "--yes")
    assert (again.code, "0 to add, 21 there already" in again.text) == (0, True)
    told = dry.text + planned.text + again.text
    assert [secret for secret in SECRETS if secret in told] == []


async def test_what_cannot_be_meant_is_told(machine: Machine) -> None:
    nothing, both, unknown = await asyncio.gather(
        machine.run("import", "vibe"),
        machine.run("import", "vibe", "--user", "--project"),
        machine.run("import", "copilot"),
    )
    assert (nothing.code, "Nothing of Mistral Vibe was found" in nothing.err) == (2, True)
    assert (both.code, "not both" in both.err) == (2, True)
    assert (unknown.code, "copilot" in unknown.err) == (2, True)
