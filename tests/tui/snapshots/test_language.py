"""What language servers say: in the call that changed a file, and counted in the footer."""

from heartbit_tui.kernel.events import DiagnosticsCounted, TextDelta
from heartbit_tui.kernel.messages import ToolCall
from tests.tui.renderers import samples
from tests.tui.snapshots.conftest import Open
from tests.tui.snapshots.script import answered, asked, ended
from tests.tui.snapshots.stage import PROJECT

EDIT = ToolCall(id="s1", name="edit", input={"file_path": f"{PROJECT}/src/shop/basket.py"})
BLOCK = (
    '<lsp-diagnostics file="src/shop/basket.py" change="+2 errors, -1 warning" now="2 errors">\n'
    'error src/shop/basket.py:18:21 Cannot access attribute "count" for class "Item" (Pyright reportAttributeAccessIssue)\n'
    "error src/shop/basket.py:24:9 Undefined name `totals` (Ruff F821)\n"
    "</lsp-diagnostics>"
)


RENAME = ToolCall(
    id="s2",
    name="lsp_rename",
    input={
        "file_path": f"{PROJECT}/src/shop/basket.py",
        "line": 12,
        "symbol": "total",
        "new_name": "sum_of_prices",
        "files": ["src/shop/basket.py", "src/shop/till.py"],
    },
)


async def test_a_rename_shows_its_diff_as_an_edit_does(opened: Open) -> None:
    async with opened() as stage:
        await stage.play(*asked("Call it sum_of_prices."), *answered(RENAME))
        details: dict[str, object] = {"diff": samples.SMALL_DIFF, "added": 3, "removed": 1}
        await stage.play(*ended(RENAME, "Renamed total to sum_of_prices in 2 files.", 84, failed=False, **details))
        await stage.shot("renamed")


async def test_what_an_edit_broke_is_told_with_it_and_counted_below(opened: Open) -> None:
    told = {"errors": [2, 0], "warnings": [0, 1]}
    details: dict[str, object] = {
        "diff": samples.SMALL_DIFF,
        "added": 3,
        "removed": 1,
        "path": EDIT.input["file_path"],
        "lsp": told,
    }
    async with opened() as stage:
        await stage.play(*asked("Count each item."), *answered(EDIT))
        await stage.play(*ended(EDIT, f"Edited.\n{BLOCK}", 31, failed=False, **details))
        await stage.play(DiagnosticsCounted(errors=2, warnings=0, servers=("ruff", "pyright")))
        await stage.play(TextDelta(text="The edit broke two places; I mend them."))
        await stage.shot("broken")
        await stage.play(DiagnosticsCounted(errors=0, warnings=0, servers=("ruff", "pyright")))
        await stage.shot("clean")
