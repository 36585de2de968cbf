"""What decides what runs or what is allowed is asked about, by whatever tool it would be changed."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from heartbit_tui.kernel.messages import ToolCall
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.kernel.protocols import Action, Allow, Ask, Tool
from heartbit_tui.tools.edit import Edit
from heartbit_tui.tools.patch import Patch
from heartbit_tui.tools.tracker import Tracker
from heartbit_tui.tools.write import Write
from tests.permissions.calls import bash, gate

NAMES = (
    ".heartbit/config.toml",
    ".mcp.json",
    ".git/hooks/pre-commit",
    ".git/config",
    "HEARTBEAT.md",
    "HEARTBIT.md",
    "heartbit.toml",
    ".claude/settings.json",
    ".agents/skills/deploy/SKILL.md",
    ".vscode/tasks.json",
    ".bashrc",
    ".envrc",
)
FOLDERS = ("", "packages/one/", "a b/ü/")
REDIRECTS = (
    "echo x > '{0}'", "echo x >> '{0}'", "echo x >| '{0}'", "echo x &> '{0}'", "cat README 2> '{0}'",
    "{{ echo x; }} > './{0}'", "(echo x) > '{0}'", "echo x | cat > '{0}'", "cd . && echo x > '{0}'", "> '{0}'",
    "cat <<E > '{0}'\nx\nE", "exec 3<> '{0}'", "echo x | tee '{0}'",
)  # fmt: skip
"""Lines that the mode which lets edits pass would let pass for other names, most of them."""


def file_calls(root: Path, name: str) -> Iterator[Action]:
    tracker = Tracker()
    given: tuple[tuple[Tool, dict[str, object]], ...] = (
        (Write(root, tracker), {"file_path": name, "content": "x"}),
        (Edit(root, tracker), {"file_path": name, "old_string": "x", "new_string": "y"}),
        (Patch(root, tracker), {"patch_text": f"--- /dev/null\n+++ b/{name}\n@@ -0,0 +1 @@\n+x\n"}),
        (Patch(root, tracker), {"patch_text": f"--- a/{name}\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"}),
    )
    for tool, arguments in given:
        assert tool.check(arguments) == "", arguments
        call = ToolCall(id="c", name=tool.spec.name, input=arguments)
        yield Action(call=call, effects=tool.effects, touches=tool.touches(arguments))


@pytest.mark.security("F4")
@pytest.mark.parametrize("exists", [True, False])
def test_every_tool_and_every_redirection_asks_before_it_changes_a_protected_file(
    tmp_path: Path, exists: bool, record_property: Callable[[str, object], None]
) -> None:
    root, cases = tmp_path / "w", 0
    checked = gate(root)
    for folder, name in itertools.product(FOLDERS, NAMES):
        path = root / folder / name
        if exists:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("x")
        lines = (bash(line.format(f"{folder}{name}")) for line in REDIRECTS)
        for action in (*file_calls(root, f"{folder}{name}"), *lines):
            assert isinstance(checked.decide(action, Mode.ACCEPT_EDITS), Ask), (action, exists)
            cases += 1
    record_property("cases", cases)
    assert cases >= len(NAMES) * len(FOLDERS) * (4 + len(REDIRECTS))


def test_the_same_redirections_of_ordinary_files_pass_in_the_mode_that_lets_edits_pass(tmp_path: Path) -> None:
    """So it is the name that was asked about above, and not the line."""
    root = tmp_path / "w"
    checked = gate(root)
    passed = [
        line for line in REDIRECTS if isinstance(checked.decide(bash(line.format("notes")), Mode.ACCEPT_EDITS), Allow)
    ]
    assert len(passed) >= len(REDIRECTS) // 2
    calls = tuple(file_calls(root, "notes"))
    assert [type(checked.decide(call, Mode.ACCEPT_EDITS)) for call in calls] == [Allow] * len(calls)
