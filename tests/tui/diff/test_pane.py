from textual.app import App, ComposeResult

from heartbit_tui.tui.diff.parse import parse
from heartbit_tui.tui.diff.source import DiffSource
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.pane.pane import Pane
from heartbit_tui.tui.theme.ink import ink
from heartbit_tui.tui.theme.load import load

ROWS = "".join(f"-old {number}\n+new {number}\n" for number in range(500))
DIFF = f"--- a/a.py\n+++ b/a.py\n@@ -1,500 +1,500 @@\n{ROWS}@@ -900,1 +900,1 @@\n-last old\n+last new\n"


class Viewer(App[None]):
    def __init__(self, source: DiffSource, styles: Ink) -> None:
        super().__init__()
        self.pane = Pane(source, styles)

    def compose(self) -> ComposeResult:
        yield self.pane


def screen(app: App[None]) -> list[str]:
    strips = app.screen._compositor.render_strips()  # pyright: ignore[reportPrivateUsage] - what stands on the screen
    return [strip.text for strip in strips]


async def test_a_pane_shows_a_diff_in_one_column_and_in_two_and_goes_to_its_hunks() -> None:
    source = DiffSource(parse(DIFF))
    app = Viewer(source, ink(load("heartbit")))
    async with app.run_test(size=(120, 20)) as pilot:
        await pilot.pause()
        assert screen(app)[1].startswith("   1 - old 0 ")
        source.toggle()
        app.pane.changed()
        await pilot.pause()
        assert [part.strip(" ┃") for part in screen(app)[1].split("│")] == ["1 - old 0", "1 + new 0"]
        key = source.hunk_after((0, 1))
        assert key is not None
        app.pane.to(key)
        await pilot.pause()
        assert "last old" in "\n".join(screen(app))
