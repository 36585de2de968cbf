"""Skills and commands of files, offered behind a slash and sent as they are typed."""

from heartbit_tui.client.commands import Command
from heartbit_tui.kernel.messages import Text
from heartbit_tui.kernel.ops import Prompt, Steer
from tests.tui.snapshots.conftest import Open

OFFERS = (
    Command(name="git:fix", does="Fix an [issue] with \x1b[31mcolour", takes="[number]"),
    Command(name="review", does="Review a change before it is merged", takes="[what to review]"),
    Command(name="rewrite", does="Write it anew"),
)


async def offers() -> tuple[Command, ...]:
    return OFFERS


async def test_they_are_offered_and_sent_and_what_is_none_stays_in_the_draft(opened: Open) -> None:
    async with opened(offers=offers) as stage:
        await stage.press(*"/re")
        await stage.until("/review")
        await stage.shot("menu-skills")
        await stage.press("escape", *"view src", "enter")
        await stage.press(*"/git:fix 7", "enter")
        await stage.press(*"/reviuw", "enter")
        await stage.until("There is no command /reviuw.")
        assert stage.client.sent == [Prompt(content=(Text(text="/review src"),)), Steer(text="/git:fix 7")]
        assert stage.app.draft.text == "/reviuw"
