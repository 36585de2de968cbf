"""What a skill asks for is judged as if no skill had asked."""

from pathlib import Path
from typing import Any

import pytest

from heartbit_tui.client.local import local
from heartbit_tui.kernel.events import PermissionDenied, Terminal
from heartbit_tui.kernel.messages import Text
from heartbit_tui.kernel.ops import Prompt
from tests.skills.folders import Ground, scripted, skill

CALLS: tuple[dict[str, Any], ...] = (
    {"call": "bash", "input": {"command": "touch ../canary"}},
    {"call": "write", "input": {"file_path": "canary", "content": "x"}},
    {"call": "webfetch", "input": {"url": "https://example.com/canary"}},
    {"call": "read", "input": {"file_path": "/etc/shadow"}},
)


@pytest.mark.security("K13", n=4)
@pytest.mark.security("C4", n=4)
async def test_no_skill_permits_a_call(tmp_path: Path) -> None:
    ground = Ground(tmp_path)
    skill(ground.project / ".heartbit/skills", "deploy", allowed_tools="bash write webfetch read")
    ground.trust()
    replies = [{"blocks": [{"call": "skill", "input": {"name": "deploy"}}]}, {"blocks": list(CALLS)}, "Done."]
    denied: list[str] = []
    async with local(scripted(ground, *replies, on_ask="deny")) as client:
        client.submit(Prompt(content=(Text(text="/deploy"),)))
        async for envelope in client.envelopes():
            if isinstance(envelope.event, PermissionDenied):
                denied.append(envelope.event.tool_name)
            if isinstance(envelope.event, Terminal):
                break
    assert sorted(denied) == ["bash", "read", "webfetch", "write"]
    assert not (ground.project / "canary").exists()
    assert not (tmp_path / "canary").exists()
