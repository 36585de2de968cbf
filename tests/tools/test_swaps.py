"""What was judged is what is opened, whatever is put in its place meanwhile."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from heartbit_tui.kernel.messages import ToolCall
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.kernel.protocols import Action, Allow, Ask, Output, Tool
from heartbit_tui.tools import beneath
from heartbit_tui.tools.edit import Edit
from heartbit_tui.tools.glob import GlobFiles
from heartbit_tui.tools.patch import Patch
from heartbit_tui.tools.read import Read
from heartbit_tui.tools.tracker import Tracker
from heartbit_tui.tools.write import Write
from tests.permissions.calls import gate
from tests.samples import samples
from tests.tools.alone import Alone, call

SWAPS = samples(10_000, 2_500)
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="names are exchanged and calls filtered as Linux does")


@LINUX
@pytest.mark.security("F3")
@pytest.mark.parametrize("way", ["openat2", "walk"])
@pytest.mark.security("K3")
def test_no_swap_leads_a_tool_out(tmp_path: Path, way: str, record_property: Callable[[str, object], None]) -> None:
    """The control shows that the swaps come in time: files that are judged and then opened by name do leak."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = (sys.executable, "-m", "tests.tools.racing", str(tmp_path), way, str(SWAPS))
    told = json.loads(subprocess.run(command, capture_output=True, env=environment, check=True).stdout)
    print(f"{way}: {told}")
    record_property("cases", told["swaps"])
    assert told["swaps"] >= SWAPS
    assert (told["marred"], told["leaked"]) == ([], 0)
    assert min(told["done"], told["asked"], told["control"]) > 0


async def judged_then(tool: Tool, between: Callable[[], object], root: Path, **given: object) -> Output:
    """The output of a call where something happens between the judgement and the call."""
    made = ToolCall(id="c", name=tool.spec.name, input=given)
    action = Action(call=made, effects=tool.effects, touches=tool.touches(given))
    verdict = gate(root).decide(action, Mode.ACCEPT_EDITS)
    assert isinstance(verdict, Allow | Ask)
    between()
    return await tool.run(given, Alone(places=verdict.places))


def turned(link: Path, target: Path) -> Callable[[], None]:
    def turn() -> None:
        link.unlink()
        link.symlink_to(target)

    return turn


async def test_a_link_that_is_turned_after_the_judgement_leads_where_it_led(tmp_path: Path) -> None:
    root, outside = tmp_path / "w", tmp_path / "outside"
    for folder in (root / "a", outside):
        folder.mkdir(parents=True)
        (folder / "f").write_text("old\n")
    (root / "link").symlink_to("a")
    tracker = Tracker()
    read, edit = Read(root, tracker), Edit(root, tracker)
    shown = await judged_then(read, turned(root / "link", outside), root, file_path="link/f")
    turned(root / "link", root / "a")()
    change = {"file_path": "link/f", "old_string": "old", "new_string": "new"}
    await judged_then(read, lambda: None, root, file_path="link/f")
    output = await judged_then(edit, turned(root / "link", outside), root, **change)
    assert (shown.is_error, output.is_error) == (False, False)
    assert ((root / "a/f").read_text(), (outside / "f").read_text()) == ("new\n", "old\n")


async def test_a_folder_that_becomes_a_link_after_the_judgement_is_not_entered(tmp_path: Path) -> None:
    root, outside = tmp_path / "w", tmp_path / "outside"
    (root / "d").mkdir(parents=True)
    outside.mkdir()

    def become() -> None:
        (root / "d").rmdir()
        (root / "d").symlink_to(outside)

    output = await judged_then(Write(root, Tracker()), become, root, file_path="d/e/f", content="x")
    assert output.is_error
    assert "link" in output.content
    assert list(outside.iterdir()) == []


async def test_what_a_person_approves_outside_is_the_place_that_was_judged(tmp_path: Path) -> None:
    root, first, second = tmp_path / "w", tmp_path / "first", tmp_path / "second"
    for folder in (root, first, second):
        folder.mkdir()
    (root / "out").symlink_to(first)
    text = "--- /dev/null\n+++ b/out/f\n@@ -0,0 +1 @@\n+x\n"
    output = await judged_then(Patch(root, Tracker()), turned(root / "out", second), root, patch_text=text)
    assert not output.is_error
    assert ([path.name for path in first.iterdir()], list(second.iterdir())) == (["f"], [])


def test_no_part_of_a_path_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real/in").mkdir(parents=True)
    (tmp_path / "real/in/f").write_text("x")
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "real/in/last").symlink_to("f")
    os.close(beneath.opened(str(tmp_path / "real/in/f"), os.O_RDONLY))
    for path in ("link/in/f", "link", "real/in/last"):
        with pytest.raises(OSError, match=r"[Ss]ymbolic links"):
            beneath.opened(str(tmp_path / path), os.O_RDONLY)
    with pytest.raises(FileNotFoundError):
        beneath.opened("real/in/f", os.O_RDONLY)


async def test_an_ignore_file_that_is_a_link_counts_for_nothing_as_in_git(tmp_path: Path) -> None:
    root = tmp_path / "w"
    root.mkdir()
    (tmp_path / "outside").write_text("*.py\n")
    (root / "a.py").write_text("x")
    (root / ".gitignore").symlink_to(tmp_path / "outside")
    assert "a.py" in (await call(GlobFiles(root), pattern="*.py")).content
