"""What may be done twice after a crash is what the tools themselves say that it changes nothing that lasts."""

from pathlib import Path

from heartbit_tui.daemon.leftovers import ASKING, HARMLESS
from heartbit_tui.runtime.build import opened
from tests.daemon.ground import Ground, says


async def test_a_tool_is_harmless_where_it_says_so_itself(tmp_path: Path) -> None:
    ground = Ground(tmp_path)
    ground.prepare([says("hello")])
    async with opened(ground.options()) as found:
        tools = {tool.spec.name: tool.effects for tool in found.session.agent.all_tools}
    assert {name for name, effects in tools.items() if not effects.lasting or name in ASKING} == HARMLESS
