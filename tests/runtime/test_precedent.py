"""What was answered in earlier sessions speaks for a wider rule in the next one."""

import json
from pathlib import Path

from heartbit_tui.client.local import local
from heartbit_tui.kernel.events import ApprovalRequested
from heartbit_tui.kernel.messages import Text
from heartbit_tui.kernel.ops import Decide, Prompt
from heartbit_tui.runtime.options import Options


async def asked(home: Path, *answers: tuple[str, bool]) -> list[ApprovalRequested]:
    """What a session of its own asked about these commands, each answered as said."""
    script = home / "script.json"
    calls = [{"blocks": [{"call": "bash", "input": {"command": command}}]} for command, _ in answers]
    script.write_text(json.dumps({"replies": [*calls, "Done."]}))
    flags = {"provider.name": "scripted", "provider.script": str(script), "sandbox.enabled": False}
    options = Options(cwd=home, environment={"HOME": str(home), "PATH": "/usr/bin:/bin"}, flags=flags, on_ask="person")
    found: list[ApprovalRequested] = []
    async with local(options) as client:
        client.submit(Prompt(content=(Text(text="Go."),)))
        async for envelope in client.envelopes():
            if isinstance(envelope.event, ApprovalRequested):
                found.append(envelope.event)
                client.submit(Decide(id=envelope.event.id, allow=answers[len(found) - 1][1]))
                if len(found) == len(answers):
                    break
        await client.settled()
    return found


async def test_the_third_ask_of_a_kind_over_two_sessions_proposes_a_wider_rule(tmp_path: Path) -> None:
    await asked(tmp_path, ("stat2 --all one", True), ("stat2 --all two", True), ("stat2 --wipe x", False))
    [third] = await asked(tmp_path, ("stat2 --all three", False))
    assert third.proposal == "bash(stat2 --all:*)"
    assert third.precedent == (
        "It would have allowed 2 of your last 3 asks, such as `stat2 --all two`, not `stat2 --wipe x`."
    )
    [fourth] = await asked(tmp_path, ("stat2 --all four", True))
    assert (fourth.proposal, fourth.precedent) == ("bash(stat2 --all four)", "")
