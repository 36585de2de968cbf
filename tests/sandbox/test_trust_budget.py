"""The auto mode's budget from a settings file, in a session that the real runtime opens."""

import json
from pathlib import Path

from heartbit_tui.client.local import local
from heartbit_tui.kernel.events import PermissionDenied
from heartbit_tui.kernel.messages import Text
from heartbit_tui.kernel.ops import Mode, Prompt
from heartbit_tui.permissions.trust import SPENT
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.options import Options
from heartbit_tui.store.store import Store
from tests.sandbox.ground import sandboxed


async def test_a_settings_file_bounds_what_the_auto_mode_runs_in_the_sandbox(tmp_path: Path) -> None:
    home, project = tmp_path / "home", tmp_path / "project"
    (home / ".config/heartbit").mkdir(parents=True)
    project.mkdir()
    (home / ".config/heartbit/config.toml").write_text("[auto]\ncommands = 2\n")
    script = home / "script.json"
    calls = [{"blocks": [{"call": "bash", "input": {"command": f"touch made{number}"}}]} for number in range(4)]
    script.write_text(json.dumps({"replies": [*calls, "Done."]}))
    flags = {"provider.name": "scripted", "provider.script": str(script)}
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
    sandboxed(project, environment)
    options = Options(cwd=project, environment=environment, flags=flags, on_ask="deny", mode=Mode.AUTO)
    async with local(options) as client:
        client.submit(Prompt(content=(Text(text="Go."),)))
        await client.settled()
    async with Store.open(home / ".local/share/heartbit/heartbit.db", SystemClock()) as store:
        [info] = await store.index.search()
        events = [envelope.event for envelope in (await store.load(info.id)).envelopes]
    assert sorted(path.name for path in project.iterdir() if path.name.startswith("made")) == ["made0", "made1"]
    assert [event.rule for event in events if isinstance(event, PermissionDenied)] == [SPENT, SPENT]
