"""What Shift+Tab leads to."""

from heartbit_tui.client.modes import following
from heartbit_tui.kernel.ops import Mode


def test_auto_is_offered_only_where_commands_run_in_a_sandbox() -> None:
    assert {mode: following(mode, sandboxed=True) for mode in Mode} == {
        Mode.ASK: Mode.ACCEPT_EDITS,
        Mode.ACCEPT_EDITS: Mode.PLAN,
        Mode.PLAN: Mode.AUTO,
        Mode.AUTO: Mode.ASK,
        Mode.YOLO: Mode.ASK,
    }
    assert {mode: following(mode, sandboxed=False) for mode in Mode} == {
        Mode.ASK: Mode.ACCEPT_EDITS,
        Mode.ACCEPT_EDITS: Mode.PLAN,
        Mode.PLAN: Mode.ASK,
        Mode.AUTO: Mode.ASK,
        Mode.YOLO: Mode.ASK,
    }
