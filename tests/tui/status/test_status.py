import contextvars
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from textual.app import App, ComposeResult

from heartbit_tui.client.serving import Counted
from heartbit_tui.kernel.events import DiagnosticsCounted
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.tui.lines.setting import cells
from heartbit_tui.tui.status import git
from heartbit_tui.tui.status.activity import Activity, Doing, activity
from heartbit_tui.tui.status.figures import meter, money, percent, tokens
from heartbit_tui.tui.status.footer import NO_SANDBOX, Footer, Standing, footer, short
from heartbit_tui.tui.theme.files import PLAIN
from heartbit_tui.tui.theme.ink import ink
from heartbit_tui.tui.theme.load import load

INK = ink(load("heartbit"))
NOW = datetime(2026, 11, 22, 14, 2, tzinfo=UTC)
STANDING = Standing(
    folder="/home/me/work/proj",
    home="/home/me",
    branch="main",
    dirty=True,
    model="claude-sonnet-4-6",
    effort="high",
    used=76_000,
    window=200_000,
    cost=0.12,
)


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (100, "~/work/proj  main*  claude-sonnet-4-6 high  ▓▓░░░ 38 %  $0.12" + " " * 21 + "? keys · / · @ · !"),
        (70, "~/work/proj  main*  claude-sonnet-4-6 high  ▓▓░░░ 38 %  $0.12   ? keys"),
        (64, "proj  main*  claude-sonnet-4-6 high  ▓▓░░░ 38 %  $0.12    ? keys"),
        (56, "proj  main*  claude-sonnet-4-6  ▓▓░░░ 38 %  $0.12"),
        (45, "proj  claude-sonnet-4-6  ▓▓░░░ 38 %  $0.12"),
        (38, "proj  claude-sonnet-4-6  38 %  $0.12"),
        (32, "claude-sonnet-4-6  38 %  $0.12"),
        (24, "claude-sonnet-4-6  38 %"),
        (10, "38 %"),
        (3, "38…"),
    ],
)
def test_what_matters_least_is_left_out_first(width: int, expected: str) -> None:
    assert footer(STANDING, width, INK).text == expected


def test_a_session_of_a_daemon_says_so_as_long_as_there_is_room() -> None:
    away = replace(STANDING, away=True)
    assert footer(away, 100, INK).text.startswith("daemon  ~/work/proj  main*  claude-sonnet-4-6 high")
    assert footer(away, 40, INK).text == "daemon  claude-sonnet-4-6  38 %  $0.12"
    assert footer(away, 32, INK).text == "claude-sonnet-4-6  38 %  $0.12"


@pytest.mark.parametrize(
    ("counts", "width", "expected"),
    [
        ((2, 1), 100, "$0.12  LSP 2/1"),
        ((0, 0), 100, "$0.12  LSP 0/0"),
        ((2, 1), 48, "proj  claude-sonnet-4-6  ▓▓░░░ 38 %  $0.12"),
    ],
)
def test_what_language_servers_know_stands_in_two_figures(counts: tuple[int, int], width: int, expected: str) -> None:
    counted = DiagnosticsCounted(errors=counts[0], warnings=counts[1], servers=("ruff",))
    told = footer(replace(STANDING, diagnostics=counted), width, INK).text
    assert told.removesuffix("? keys · / · @ · !").rstrip().endswith(expected)
    assert "LSP" not in footer(replace(STANDING, diagnostics=replace(counted, servers=())), width, INK).text


@pytest.mark.parametrize(
    ("servers", "down", "width", "expected"),
    [
        (3, 0, 100, "$0.12  MCP 3"),
        (3, 1, 100, "$0.12  MCP 2/3"),
        (3, 1, 48, "proj  claude-sonnet-4-6  ▓▓░░░ 38 %  $0.12"),
    ],
)
def test_how_many_servers_there_are_is_told(servers: int, down: int, width: int, expected: str) -> None:
    told = footer(replace(STANDING, servers=Counted(servers=servers, down=down)), width, INK).text
    assert told.removesuffix("? keys · / · @ · !").rstrip().endswith(expected)


SAFE = replace(STANDING, mode="ask", sandbox="bubblewrap", trust="trusted")
BARE = replace(STANDING, mode="yolo", sandbox="", trust="changed")


@pytest.mark.parametrize(
    ("standing", "width", "expected"),
    [
        (SAFE, 118, "ask · sandbox bubblewrap · trusted  ? keys · / · @ · !"),
        (SAFE, 78, "proj  main*  claude-sonnet-4-6  ▓▓░░░ 38 %  $0.12" + " " * 9 + "bubblewrap · trusted"),
        (SAFE, 30, "38 %      bubblewrap · trusted"),
        (BARE, 118, "yolo · ! no sandbox · ! no longer trusted  ? keys"),
        (BARE, 78, "! no sandbox · ! no longer trusted"),
        (BARE, 20, "38 %    ! no sandbox"),
        (BARE, 12, "! no sandbox"),
        (replace(BARE, trust="untrusted"), 60, "! no sandbox · untrusted"),
        (replace(SAFE, sandbox=None), 118, "ask · trusted  ? keys · / · @ · !"),
    ],
)
def test_what_protects_is_told_in_words_and_that_nothing_does_is_left_out_last(
    standing: Standing, width: int, expected: str
) -> None:
    assert footer(standing, width, INK).text.endswith(expected)


@pytest.mark.security("S3")
@pytest.mark.parametrize("mode", list(Mode))
def test_no_sandbox_is_told_in_every_mode_at_every_width(
    mode: Mode, record_property: Callable[[str, object], None]
) -> None:
    widths = range(len(NO_SANDBOX), 200)
    missing = [width for width in widths if NO_SANDBOX not in footer(replace(BARE, mode=mode), width, INK).text]
    record_property("cases", len(widths))
    assert missing == []


def test_the_sixteen_colours_and_none_tell_the_same_words() -> None:
    plain = ink(load(PLAIN))
    lines = [(footer(each, 118, INK), footer(each, 118, plain)) for each in (SAFE, BARE)]
    assert [one.text for one, _ in lines] == [other.text for _, other in lines]
    used = {part.style.color.number for _, line in lines for part in line.parts if part.style and part.style.color}
    assert used <= {None, *range(16)}


def test_every_width_fits_whatever_the_names_are() -> None:
    odd = Standing(folder="/tmp/\x1b[2J漢字\n", branch="[red]" * 9, model="m" * 200, used=5, cost=0.0, unpriced=True)
    odder = replace(odd, mode="ask", sandbox="land\x1b[2Jlock\n" * 9, trust="changed")
    all_of_them = (STANDING, SAFE, BARE, odd, odder, Standing())
    told = [(width, footer(each, width, INK).text) for each in all_of_them for width in range(130)]
    assert len(told) == 780
    assert [(width, text) for width, text in told if cells(text) > width or "\x1b" in text or "\n" in text] == []


def test_a_window_that_is_nearly_full_warns_and_an_unknown_one_counts() -> None:
    from_used = {used: footer(Standing(used=used, window=100), 80, INK) for used in (50, 80, 95)}
    assert [line.parts[0].style for line in from_used.values()] == [INK.accent, INK.warning, INK.error]
    assert footer(Standing(used=1_500), 80, INK).text.startswith("1.5k tokens")


def test_a_path_is_shortened_only_inside_the_home_folder() -> None:
    assert [short(each, "/home/me") for each in ("/home/me", "/home/me/a", "/home/mellow", "/")] == [
        "~",
        "~/a",
        "/home/mellow",
        "/",
    ]
    assert short("/a", "") == "/a"


def test_figures_are_short_and_do_not_flatter() -> None:
    assert [tokens(n) for n in (0, 999, 1_000, 9_949, 9_950, 38_400, 999_499, 999_500, 1_250_000)] == [
        *("0", "999", "1.0k", "9.9k", "10k", "38k", "999k", "1.0M", "1.2M"),
    ]
    assert [money(x) for x in (0.0, 0.0001, 0.004, 0.12, 1234.5)] == ["$0", "<$0.001", "$0.004", "$0.12", "$1,234.50"]
    assert [money(x, unpriced=True) for x in (0.0, 0.12)] == ["", "$0.12+"]
    assert [percent(x) for x in (0.0, 0.0001, 0.38, 0.999, 1.0, 1.3)] == [
        "0 %",
        "<1 %",
        "38 %",
        "99 %",
        "100 %",
        "130 %",
    ]
    bars = ["".join(text for text, _ in meter(x, 5, INK.ok, INK.faint)) for x in (0.0, 0.01, 0.5, 0.99, 1.0, 2.0)]
    assert bars == ["░░░░░", "▓░░░░", "▓▓░░░", "▓▓▓▓░", "▓▓▓▓▓", "▓▓▓▓▓"]


def test_the_activity_says_what_how_long_and_how_to_stop() -> None:
    doing = Doing(words="bash pytest -q", since=NOW, beside=2, queued=1)
    later = NOW + timedelta(seconds=12.7)
    assert activity(doing, 80, INK, later).text == "● bash pytest -q · 12 s · 2 more · 1 queued · Esc interrupts"
    assert activity(doing, 29, INK, later).text == "● bash pytest -q · 12 s"
    asking = Doing(words="edit a.py waits for you", kind="asking", note="")
    assert activity(asking, 80, INK, None).text == "? edit a.py waits for you"
    widths = range(200)
    hostile = Doing(words="[/]\x1b[2J漢字\n" * 90, since=NOW)
    assert all(cells(activity(hostile, width, INK, later).text) <= width for width in widths)


class Screen(App[None]):
    def __init__(self, calm: bool = False) -> None:
        super().__init__()
        self.calm = calm

    def compose(self) -> ComposeResult:
        yield Activity(INK, calm=self.calm, now=lambda: NOW)
        yield Footer(INK, STANDING)


async def test_a_timer_runs_only_while_something_goes_on() -> None:
    thinking = Doing(words="thinking", since=NOW)
    steps = (None, thinking, Doing(words="edit waits for you", since=NOW, kind="asking"), thinking, None)
    app = Screen()
    async with app.run_test(size=(80, 10)) as pilot:
        row = app.query_one(Activity)
        beats: list[bool] = []
        for doing in steps:
            row.tell(doing)
            await pilot.pause()
            beats.append(row.beating)
        assert beats == [False, True, False, True, False]


async def test_whoever_tells_from_outside_of_the_application_starts_a_timer_that_works() -> None:
    app = Screen()
    async with app.run_test(size=(80, 10)) as pilot:
        row = app.query_one(Activity)
        outside = contextvars.Context()
        outside.run(row.tell, Doing(words="thinking", since=NOW))
        await pilot.pause()
        assert row.beating
        outside.run(row.tell, None)
        await pilot.pause()
        assert not row.beating


async def test_nothing_moves_where_no_motion_is_wanted() -> None:
    app = Screen(calm=True)
    async with app.run_test(size=(80, 10)) as pilot:
        row = app.query_one(Activity)
        row.tell(Doing(words="thinking", since=NOW))
        await pilot.pause()
        assert not row.beating


async def test_the_footer_fits_its_width_again_after_a_resize() -> None:
    app = Screen()
    async with app.run_test(size=(120, 10)) as pilot:
        await pilot.resize_terminal(24, 5)
        await pilot.pause()
        row = app.query_one(Footer)
        strip = row.render_lines(row.size.region)[0]
        assert strip.text.rstrip() == "38 %"
        assert strip.cell_length == row.size.width == 22


def repository(folder: Path) -> Path:
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    return folder


def test_the_branch_is_read_wherever_one_stands_in_a_repository(tmp_path: Path) -> None:
    inner = repository(tmp_path / "repo") / "src" / "deep"
    inner.mkdir(parents=True)
    assert git.read(inner) == git.Branch(name="main", dirty=False)
    (inner / "new.py").write_text("x", "utf-8")
    assert git.read(inner) == git.Branch(name="main", dirty=True)


def test_a_detached_head_a_worktree_and_no_repository_are_told_apart(tmp_path: Path) -> None:
    repo = repository(tmp_path / "repo")
    (repo / ".git" / "HEAD").write_text("0123456789abcdef\n", "utf-8")
    assert git.read(repo) == git.Branch(name="01234567")
    (repo / ".git" / "HEAD").write_bytes(b"\xff\xfe")
    assert git.read(repo) is None
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / ".git").write_text(f"gitdir: {tmp_path / 'elsewhere'}\n", "utf-8")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "HEAD").write_text("ref: refs/heads/side/one\n", "utf-8")
    assert git.read(tree) == git.Branch(name="side/one")
    alone = tmp_path / "alone"
    alone.mkdir()
    assert git.read(alone) is None


def test_a_repositorys_own_settings_start_nothing(tmp_path: Path) -> None:
    repo = repository(tmp_path / "repo")
    witness = tmp_path / "witness"
    hook = tmp_path / "hook"
    hook.write_text(f"#!/bin/sh\ntouch {witness}\n", "utf-8")
    hook.chmod(0o755)
    subprocess.run(["git", "-C", str(repo), "config", "core.fsmonitor", str(hook)], check=True)
    (repo / "new.py").write_text("x", "utf-8")
    assert git.read(repo) == git.Branch(name="main", dirty=True)
    assert not witness.exists()


def test_a_git_that_takes_too_long_counts_as_clean(tmp_path: Path) -> None:
    repo = repository(tmp_path / "repo")
    (repo / "new.py").write_text("x", "utf-8")
    assert git.read(repo, 0.0) == git.Branch(name="main", dirty=False)
