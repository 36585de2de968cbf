"""A trusted folder that changed: what is told of it when the session opens."""

from datetime import UTC, datetime
from pathlib import Path

from heartbit_tui.config.changes import kept, since, told
from heartbit_tui.config.locked import LockedFile
from heartbit_tui.config.trust import TrustStore
from heartbit_tui.config.watched import contents, digests
from heartbit_tui.runtime.settings import CHANGED
from tests.tui.snapshots.conftest import Open

BEFORE = '[permissions]\nask = ["bash"]\n\n[tools.websearch]\napi_key = "sk-ant-api03-0123456789abcdef0123"\n'
AFTER = BEFORE.replace("0123456789", "9876543210").replace("ask", 'allow = ["bash"]\nask') + "# \x1b[2J\u202etxt\n"


async def test_what_changed_since_the_trust_is_told_as_a_diff(opened: Open, tmp_path: Path) -> None:
    root, store = tmp_path / "project", TrustStore(LockedFile(tmp_path / "trust.toml"))
    root.mkdir()
    (root / "heartbit.toml").write_text(BEFORE)
    seen = contents(root)
    store.trust(root, now=datetime(2026, 1, 1, tzinfo=UTC), seen=digests(seen), texts=kept(seen))
    (root / "heartbit.toml").write_text(AFTER)
    text = f"{CHANGED.format(names=', '.join(store.look(root).changed))}\n{told(since(store, root))}"
    async with opened() as stage:
        stage.app.talk.tell(text, level="warning")
        stage.app.living.bridge.changed(stage.app.talk)
        await stage.until('+allow = ["bash"]', "trust add")
        await stage.shot("changed-since-trust")
