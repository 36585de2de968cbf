from collections.abc import Sequence
from datetime import timedelta
from threading import Event as Gate
from typing import Any

from textual.screen import Screen

from heartbit_tui.client.doctor import Finding
from heartbit_tui.client.settings_shown import Shown
from heartbit_tui.kernel.events import RunCompleted, RunFailed, TodosChanged
from heartbit_tui.kernel.messages import Text, Usage
from heartbit_tui.providers.discover import Found
from heartbit_tui.tui.keys.keymap import keymap
from heartbit_tui.tui.screens.doctor import Doctor
from heartbit_tui.tui.screens.permissions import Learned, permissions
from heartbit_tui.tui.screens.rewind import Choice, meaning, rewind
from heartbit_tui.tui.screens.sessions import Known, Means, sessions
from heartbit_tui.tui.screens.settings import Simple, settings
from heartbit_tui.tui.screens.wizard import Server, Wizard
from heartbit_tui.undo.intent import Intent, What
from heartbit_tui.undo.plan import Conflict, Lost, Plan, Step
from heartbit_tui.undo.preview import Preview
from heartbit_tui.undo.types import State
from tests.tui.screens.points import point
from tests.tui.snapshots.conftest import Open
from tests.tui.snapshots.script import USAGE, answered, asked, ended
from tests.tui.snapshots.stage import NOW, PROJECT, Stage
from tests.tui.snapshots.test_talk import BASH, MARKDOWN, READ, TASK, TODOS

LIVE = keymap()
KNOWN = (
    Known(
        id="2f61c0de-1",
        title="Mend the mean of no gaps",
        updated=NOW - timedelta(minutes=6),
        cwd=PROJECT,
        state="open",
        messages=12,
        cost_usd=0.42,
        model="claude-sonnet-4-5",
    ),
    Known(
        id="7be1",
        title="Speed up the start of the screen, and say in the notes by how much",
        updated=NOW - timedelta(hours=3),
        cwd=PROJECT,
        messages=31,
        cost_usd=1.2,
    ),
    Known(
        id="91aa", title="Write the notes", updated=NOW - timedelta(hours=26), cwd=PROJECT, state="crashed", unpriced=2
    ),
    Known(id="c0ff", title="", updated=NOW - timedelta(hours=80), cwd=PROJECT, messages=2),
    Known(id="d00d", title="日本語 in the side panel", updated=NOW - timedelta(days=40), cwd=PROJECT, cost_usd=12.5),
)
POINTS = (
    point(NOW, 1, "1", TASK),
    point(NOW, 2, "1.1", tool="read", file_path="pulse.py"),
    point(NOW, 3, "1.2", tool="edit", file_path="pulse.py", files=1),
    point(NOW, 4, "2", "Now tidy up, and commit"),
    point(NOW, 5, "2.1", tool="bash", command="rm -rf build && git add -A && git commit -m tidy", files=14),
    point(NOW, 6, "2.2", tool="webfetch", url="https://example.org/notes"),
)
FILE = State(kind="file", mode=0o644, content="a", size=4)
OTHER = State(kind="file", mode=0o644, content="b", size=4)
MEANT = Plan(
    steps=(
        Step(path=f"{PROJECT}/pulse.py", now=OTHER, then=FILE),
        Step(path=f"{PROJECT}/build/beat.o", now=None, then=OTHER),
        Step(path=f"{PROJECT}/docs/rhythm.txt", now=State(kind="file", mode=0o644, content="c"), then=None),
        Step(path=f"{PROJECT}/docs/rhythm.md", now=None, then=State(kind="file", mode=0o644, content="c")),
        Step(path=f"{PROJECT}/run.sh", now=FILE, then=State(kind="file", mode=0o755, content="a", size=4)),
    ),
    conflicts=(Conflict(path=f"{PROJECT}/config.toml", why="was changed by somebody else since"),),
    lost=(Lost(path=f"{PROJECT}/beat.iso", why="was too large to be kept"),),
)


async def _meaning(what: What, overrule: bool) -> Preview:
    intent = Intent(id="i", to=4, what=what, chat=0 if what == "files" else 4)
    if what == "chat":
        return Preview(intent=intent, title="Back to before prompt 2", plan=Plan())
    return Preview(intent=intent, title="Back to before prompt 2", plan=MEANT, beyond=POINTS[4:])


SETTINGS = (
    Shown(key="ui.diff", value="unified", source="default", choices=("unified", "split")),
    Shown(key="ui.mouse", value="true", source="environment HEARTBIT_UI_MOUSE", choices=(True, False)),
    Shown(
        key="ui.theme", value="paper", source="~/.config/heartbit/config.toml, line 4", choices=("heartbit", "paper")
    ),
    Shown(key="limits.max_turns", value="50", source="default"),
    Shown(key="mode", value="accept-edits", source=".heartbit/config.toml, line 2"),
    Shown(key="provider.model", value="claude-sonnet-4-5", source="flag --model"),
)
FINDINGS = (
    Finding(state="ok", name="heartbit", what="0.1.0, Python 3.11.7"),
    Finding(state="ok", name="terminal", what="120x40 xterm-256color truecolor"),
    Finding(
        state="note",
        name="rg",
        what="not found; searching is slower without it. Install ripgrep, or heartbit-tui[ripgrep].",
    ),
    Finding(state="bad", name="model", what="No key for anthropic. heartbit auth login anthropic keeps one."),
)
RULES = (
    Learned(rule="bash(git status)", action="allow", project=PROJECT),
    Learned(rule="edit(src/**)", action="allow", project=PROJECT, expires="2026-12-24"),
    Learned(rule="bash(curl *)", action="deny", why="nothing from the network"),
)


async def said(stage: Stage) -> None:
    """A session with a few prompts, calls and ends."""
    await stage.play(*asked(TASK), *answered(Text(text="I look."), READ, BASH))
    await stage.play(*ended(READ, "     1\tdef mean(gaps):", path=f"{PROJECT}/pulse.py", lines=42, total=42))
    await stage.play(*ended(BASH, "FAILED (errors=1)\n\n(exit code: 1)", 2_140, failed=True, exit_code=1))
    await stage.play(TodosChanged(todos=TODOS), *answered(Text(text=MARKDOWN), turn=2))
    await stage.play(RunCompleted(total_usage=USAGE, tool_calls_made=2))
    await stage.play(*asked("And the notes?"), RunFailed(error="Overloaded.", partial_usage=Usage(), kind="server"))


async def show(stage: Stage, screen: Screen[Any]) -> None:
    """Put a screen on top of the others."""
    await stage.app.push_screen(screen)
    await stage.pilot.pause()


async def leave(stage: Stage) -> None:
    """Close the screen on top."""
    stage.app.screen.dismiss(None)
    await stage.pilot.pause()


async def test_lists_of_what_can_be_done(opened: Open) -> None:
    async with opened() as stage:
        await stage.act("palette")
        await stage.until("Actions")
        await stage.shot("palette")
        await stage.press(*"fold")
        await stage.shot("palette-filtered")
        await stage.press(*"zzz")
        await stage.shot("palette-nothing")
        await leave(stage)
        await stage.act("help")
        await stage.until("Keys and commands")
        await stage.shot("help")
        await stage.press(*"session")
        await stage.shot("help-filtered")
        await leave(stage)
        await stage.act("model")
        await stage.until("Model")
        await stage.press("right")
        await stage.shot("models")
        await leave(stage)
        await stage.act("theme")
        await stage.until("Theme")
        await stage.shot("themes")


async def test_what_was_said_and_kept(opened: Open) -> None:
    async with opened() as stage:
        await said(stage)
        await show(stage, rewind(POINTS, NOW, LIVE, stage.app.ink))
        await stage.until("Go back", TASK.split()[0])
        await stage.shot("rewind")
        await stage.press("tab")
        await stage.until("rm -rf build")
        await stage.shot("rewind-calls")
        await leave(stage)
        await show(stage, meaning(Choice(_meaning), "Go back to before 2", PROJECT, LIVE, stage.app.ink))
        await stage.until("pulse.py", "config.toml")
        await stage.shot("undo")
        await stage.press("left")
        await stage.until("The chat goes back.")
        await stage.shot("undo-chat")
        await leave(stage)
        await stage.act("search", "test")
        await stage.until("heartbit")
        await stage.shot("search")
        await leave(stage)
        await show(stage, sessions(means(), LIVE, stage.app.ink, current="2f61c0de-1", home="/home/you"))
        await stage.until("Mend the mean", "Write the notes")
        await stage.shot("sessions")
        await stage.press("down", "ctrl+d")
        await stage.shot("sessions-delete")
        await leave(stage)
        await show(stage, permissions(_rules, _nothing, LIVE, stage.app.ink))
        await stage.until("git status")
        await stage.shot("permissions")
        await leave(stage)
        await show(stage, settings(_settings, _nothing, LIVE, stage.app.ink))
        await stage.until("ui.diff")
        await stage.shot("settings")


async def test_pages(opened: Open) -> None:
    async with opened() as stage:
        await said(stage)
        for page in ("cost", "tools", "todos"):
            await stage.act(page)
            await stage.until("Esc closes")
            await stage.shot(page)
            await leave(stage)
        await show(stage, Doctor(lambda: FINDINGS, stage.app.ink))
        await stage.until("ripgrep")
        await stage.shot("doctor")
        await leave(stage)
        await stage.act("timeline-screen")
        await stage.until("Timeline")
        await stage.shot("timeline")
        await stage.press("up", "up", "up", "space")
        await stage.shot("timeline-open")
        await stage.press("slash", *"failed")
        await stage.shot("timeline-filtered")


async def test_the_reader(opened: Open) -> None:
    async with opened() as stage:
        await said(stage)
        await stage.act("reader")
        await stage.until(" of 8")
        await stage.shot("reader")
        await stage.press("slash", *"cart")
        await stage.shot("reader-asks")
        await stage.press("enter")
        await stage.shot("reader-hit")
        await stage.press("slash", *"nowhere", "enter")
        await stage.until("is not there")
        await stage.shot("reader-no-hit")


async def test_the_first_start(opened: Open) -> None:
    gate = Gate()
    servers = (Found(provider="ollama", base_url="http://127.0.0.1:11434/v1", models=("qwen3:8b", "gpt-oss:20b")),)

    def find() -> Sequence[Server]:
        gate.wait(30)
        return servers

    async with opened() as stage:
        await show(stage, Wizard(find, lambda provider, key: "keyring", stage.app.ink))
        await stage.until("Looking for")
        await stage.shot("wizard-looks")
        gate.set()
        await stage.until("qwen3")
        await stage.press("down")
        await stage.shot("wizard-found")
        await stage.press("1", *"sk-ant-api03-0123456789")
        await stage.shot("wizard-key")
        await stage.press("ctrl+u", "enter")
        await stage.shot("wizard-no-key")


def means() -> Means:
    """What the list of sessions does its work with, in memory."""
    return Means(search=_search, prompts=_prompts, rename=_pair, delete=_one, export=_one_word, now=lambda: NOW)


async def _search(words: str, everywhere: bool) -> Sequence[Known]:
    return [each for each in KNOWN if words.lower() in each.title.lower()]


async def _prompts(id: str) -> Sequence[str]:
    return ("And the notes?", TASK)


async def _pair(id: str, title: str) -> None:
    return


async def _one(id: str) -> None:
    return


async def _one_word(id: str) -> str:
    return f"{PROJECT}/{id}.md"


async def _rules() -> Sequence[Learned]:
    return RULES


async def _settings() -> Sequence[Shown]:
    return SETTINGS


async def _nothing(*_: Learned | Simple) -> None:
    return
