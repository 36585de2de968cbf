"""A trusted folder that changed: what is asked, and told, when a session opens in it."""

from datetime import UTC, datetime
from pathlib import Path

from heartbit_tui.config.changes import Changed, changed, kept
from heartbit_tui.config.locked import LockedFile
from heartbit_tui.config.trust import TrustStore
from heartbit_tui.config.watched import contents, digests
from heartbit_tui.kernel.events import QuestionAsked
from heartbit_tui.runtime.safety import Safety
from heartbit_tui.runtime.trusting import question
from tests.tui.snapshots.conftest import Open

BEFORE = '[permissions]\nask = ["bash"]\n\n[tools.websearch]\napi_key = "sk-ant-api03-0123456789abcdef0123"\n'
AFTER = BEFORE.replace("0123456789", "9876543210").replace("ask", 'allow = ["bash"]\nask') + "# \x1b[2J\u202etxt\n"

CHANGED = Safety(trust="changed", ignored=("permissions[0]",), rules=(), guardrails=(), network=False)


def made(tmp_path: Path) -> Changed:
    root, store = tmp_path / "project", TrustStore(LockedFile(tmp_path / "trust.toml"))
    root.mkdir()
    (root / "heartbit.toml").write_text(BEFORE)
    seen = contents(root)
    store.trust(root, now=datetime(2026, 1, 1, tzinfo=UTC), seen=digests(seen), texts=kept(seen))
    (root / "heartbit.toml").write_text(AFTER)
    return changed(store, root)


async def test_what_changed_since_the_trust_is_asked_about_with_a_diff(opened: Open, tmp_path: Path) -> None:
    async with opened(safety=CHANGED) as stage:
        await stage.play(QuestionAsked(id="question-1", questions=(question(made(tmp_path)),)))
        await stage.until("Trust it as shown")
        await stage.shot("trust-again")


async def test_what_changed_since_the_trust_is_told_with_a_diff(opened: Open, tmp_path: Path) -> None:
    async with opened(safety=CHANGED) as stage:
        stage.app.talk.tell(made(tmp_path).text, level="warning")
        stage.app.living.bridge.changed(stage.app.talk)
        await stage.until('+allow = ["bash"]', "trust add")
        await stage.shot("changed-since-trust")
