"""What the screen says of safety."""

from heartbit_tui.kernel.ops import Mode
from heartbit_tui.runtime.safety import Safety
from tests.tui.snapshots.conftest import Open

UNSAFE = Safety(
    trust="untrusted", ignored=("provider.base_url", "permissions[0]"), rules=(), guardrails=(), network=True
)


async def test_what_protects_is_told_in_the_last_row_and_in_full(opened: Open) -> None:
    async with opened() as stage:
        await stage.until("bubblewrap · trusted")
        await stage.act("safety")
        await stage.until("sandbox", "/home/you/.ssh", "heartbit audit list")
        await stage.shot("safe")


async def test_that_nothing_protects_stays_on_the_screen(opened: Open) -> None:
    async with opened(sandbox="", safety=UNSAFE, mode=Mode.YOLO) as stage:
        await stage.until("! no sandbox · untrusted")
        await stage.act("safety")
        await stage.until("provider.base_url of this folder does not count")
        await stage.shot("unsafe")
        await stage.press("escape")
        await stage.shot("no-sandbox")
