"""Sessions that are worth keeping are kept, and no others."""

import asyncio
from pathlib import Path

from heartbit_tui.client.local import local
from heartbit_tui.kernel.messages import Text
from heartbit_tui.kernel.ops import Mode, Prompt, SetMode
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.options import Options
from heartbit_tui.store.store import Store


def options(home: Path) -> Options:
    script = home / "script.json"
    script.write_text('{"replies": ["Done."]}')
    flags = {"provider.name": "scripted", "provider.script": str(script)}
    return Options(cwd=home, environment={"HOME": str(home), "PATH": "/usr/bin:/bin"}, flags=flags)


async def kept(home: Path) -> list[str]:
    async with Store.open(home / ".local/share/heartbit/heartbit.db", SystemClock()) as store:
        return [info.summary.title for info in await store.index.search()]


async def test_a_session_that_was_only_opened_is_not_kept(tmp_path: Path) -> None:
    async with local(options(tmp_path)) as client:
        client.submit(SetMode(mode=Mode.PLAN))
        await client.settled()
    assert await kept(tmp_path) == []


async def test_a_session_with_a_prompt_is_kept_even_when_it_was_left_at_once(tmp_path: Path) -> None:
    async with local(options(tmp_path)) as client:
        client.submit(Prompt(content=(Text(text="Say something."),)))
        await asyncio.sleep(0)
    assert await kept(tmp_path) == ["Say something."]
