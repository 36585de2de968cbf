"""What a session says of its own protection is what holds."""

from pathlib import Path

import pytest

from heartbit_tui.client.local import local
from heartbit_tui.config.locked import LockedFile
from heartbit_tui.config.trust import TrustStore
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.safety import Safety

SETTINGS = """[sandbox]
enabled = false
[guardrails.fence]
enabled = true
[[permissions]]
tool = "bash"
pattern = "git status"
action = "allow"
"""


def options(home: Path, *, ephemeral: bool = False) -> Options:
    """Options of a session in a project below this home folder."""
    (home / ".config/heartbit").mkdir(parents=True, exist_ok=True)
    (home / ".config/heartbit/config.toml").write_text(SETTINGS)
    project = home / "project"
    (project / ".heartbit").mkdir(parents=True, exist_ok=True)
    (project / ".heartbit/config.toml").write_text('[provider]\nbase_url = "http://127.0.0.1:9"\n')
    script = home / "script.json"
    script.write_text('{"replies": []}')
    flags = {"provider.name": "scripted", "provider.script": str(script)}
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
    return Options(cwd=project, environment=environment, flags=flags, on_ask="deny", ephemeral=ephemeral)


async def safety(options: Options) -> Safety:
    async with local(options) as client:
        assert client.about.safety is not None
        return client.about.safety


async def test_trust_rules_guardrails_and_audit_are_those_that_hold(tmp_path: Path) -> None:
    found = await safety(options(tmp_path))
    assert (found.trust, found.ignored) == ("untrusted", ("provider.base_url",))
    assert (found.guardrails, found.audited) == (("fence",), True)
    assert any(rule.startswith("allow bash(git status)") for rule in found.rules)
    assert (found.writable, found.hidden) == ((), ())


async def test_trust_is_told_and_that_it_has_lapsed(tmp_path: Path) -> None:
    wanted = options(tmp_path)
    store = TrustStore(LockedFile(tmp_path / ".local/state/heartbit/trust.toml"))
    store.trust(wanted.cwd, now=SystemClock().now())
    assert (await safety(wanted)).trust == "trusted"
    (wanted.cwd / ".mcp.json").write_text("{}")
    assert (await safety(wanted)).trust == "changed"


@pytest.mark.parametrize("ephemeral", [True, False])
async def test_a_session_that_is_not_kept_says_that_it_is_not_audited(tmp_path: Path, ephemeral: bool) -> None:
    assert (await safety(options(tmp_path, ephemeral=ephemeral))).audited is not ephemeral
