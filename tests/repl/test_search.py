"""`/search` in a conversation by lines lists what all sessions hold."""

import re
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

from heartbit_tui.repl.sessions import found
from heartbit_tui.runtime.options import Options
from heartbit_tui.store.store import Store
from heartbit_tui.testing.clock import FakeClock
from tests.repl.service import desk
from tests.repl.terminal import talk
from tests.store.logs import STARTED, record, run


async def test_what_all_sessions_hold_is_found_with_their_names(tmp_path: Path) -> None:
    environment = {"HOME": str(tmp_path)}
    async with Store.open(tmp_path / ".local/share/heartbit/heartbit.db", FakeClock()) as store:
        await record(store, "20260101-000000-aaaaaaaa", [STARTED, *run("mend the parser")])
    (hit,) = await found(Options(cwd=tmp_path, environment=environment), "parser")
    assert (hit.short, hit.kind, hit.marked) == ("aaaaaaaa", "prompt", "mend the »parser«")


def test_what_was_just_said_is_found_line_by_line(tmp_path: Path) -> None:
    with desk(tmp_path, "The parser is fine.") as made:
        done = subprocess.run(
            talk(made.project, plain=True),
            input="look at the parser\n/search\n/search parser\n/search zebra\n",
            capture_output=True,
            text=True,
            cwd=made.project,
            env=made.environment,
            check=True,
        )
    assert "/search takes the words to look for." in done.stdout
    assert "prompt  look at the »parser«" in done.stdout
    assert "answer  The »parser« is fine." in done.stdout
    assert "/resume ID takes one of them up." in done.stdout
    assert "Nothing that was said or done holds these words." in done.stdout


def test_moments_are_those_of_the_persons_own_clock(tmp_path: Path) -> None:
    with desk(tmp_path, "The parser is fine.") as made:
        made.environment["TZ"] = "JST-9"
        japan = timezone(timedelta(hours=9))
        before = datetime.now(japan)
        told = made.lines("look at the parser", "/search look", "/resume").stdout
        minutes = {f"{at:%Y-%m-%d %H:%M}" for at in (before, datetime.now(japan))}
    for row in (r"[0-9a-z]+  (\S+ \S+)  prompt", r"info: [0-9a-z-]+  (\S+ \S+)  look at"):
        assert set(re.findall(row, told)) <= minutes != set(), told
        assert re.search(row, told), told
