"""Takes the pictures that the pages show from the real program, in a real terminal: `make screens`."""

import io
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import dashboard
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

LINES, FULL = (100, 34), (120, 36)
"""Columns and rows for a conversation in lines, and for the whole screen."""

GRACE = 0.6
"""Seconds until a sheet that has opened takes a key."""

BEGUN = 3.0
"""Seconds in which language servers begin, as they do while a model thinks."""

PATIENCE = 30.0
"""Seconds for what should appear on the screen."""

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs/pictures"
SESSIONS = ROOT / "docs/sessions"
"""Sessions as JSON lines, to have something to search."""

NOTES = (
    "The tests of this project run with python3 -m unittest.",
    "Answer in short sentences.",
    "A mean of no gaps is 0, not an error.",
)
"""What is noted in the pictures of the memory."""

BASKET = (
    "class Basket:\n"
    "    def __init__(self, prices: list[float]) -> None:\n"
    "        self.prices = prices\n\n"
    "    def total(self) -> float:\n"
    "        return sum(self.prices)\n"
)
"""The file that is edited in the pictures of what is around heartbit."""

CONFIG = """\
[provider]
name = "scripted"
script = "{home}/script.json"

[mcp.servers.time]
command = "mcp-server-time"

[mcp.servers.git]
command = "mcp-server-git"

[[hooks.PreToolUse]]
matcher = "bash"
command = "echo 'Dependencies are added with uv here.' >&2; exit 2"
"""
"""Servers and a hook for these pictures, and a model that plays a script."""

SCRIPT = (
    [{"call": "read", "input": {"file_path": "shop/basket.py"}}],
    "It sums up prices.",
    [
        {
            "call": "edit",
            "input": {
                "file_path": "shop/basket.py",
                "old_string": "        return sum(self.prices)",
                "new_string": "        return round(sum(self.prices) + delivery, 2)",
            },
        }
    ],
    "`delivery` is not known in there yet; I mend that next.",
    [{"call": "bash", "input": {"command": "pip install money"}}],
    "A hook says that libraries are added with uv here. Shall I do that?",
)

TEAM = "\n".join(
    f'[[agents]]\nname = "{name}"\ndescription = "{does}"\nsystem_prompt = "You are the {name}."\n'
    for name, does in (
        ("researcher", "Finds out how something works, and where."),
        ("reviewer", "Looks for faults in a change."),
        ("tester", "Writes and runs tests."),
    )
)
"""Agents for the pictures of them."""

TASKS = (
    ("researcher", "Where is the price of a delivery decided?"),
    ("reviewer", "Look at the rounding in shop/basket.py."),
    ("tester", "Run the tests of the basket."),
    *(("reviewer", f"Look at the change of {path}.") for path in ("shop/order.py", "shop/till.py")),
    *(
        ("researcher", f"How does {what} work?")
        for what in ("the till", "a voucher", "a refund", "the receipt", "a return", "the stock")
    ),
)
"""What is handed out: more than are done at a time."""

FINDING = (
    "The price of a delivery is decided in `shop/delivery.py`: **three zones**, and nothing from 50 euros on.\n\n"
    "- `zone(address)` looks at the first digit of the postcode.\n- `price(zone, total)` has the table.\n\n"
    "The basket does not know of it yet: its total is the sum of the prices alone, and whoever calls it adds the delivery."
)
"""What an agent writes while its picture is taken."""

CASCADE = """\
[provider]
name = "anthropic"
model = "claude-opus-4-5"

[provider.cascade]
enabled = true

[[provider.cascade.tiers]]
model = "claude-haiku-4-5"
"""
"""Two models, the cheaper one first."""

UNSURE = (
    ("Which tests are slow?", "`test_receipt_of_a_thousand_lines` takes 4 s; every other one is done in 20 ms."),
    ("Why does test_mean fail?", "I'm not sure what goes wrong there."),
)
SURE = "The mean of no gaps divides by zero: `gaps` is empty for a single beat."
"""What the models of that cascade answer; the second answer of the cheaper one does not stand."""

PROGRAM = "ten_lines.py"
"""The example whose run is shown."""

CLAUDE = {
    "settings.json": json.dumps(
        {
            "model": "claude-opus-5-5",
            "permissions": {
                "allow": ["Bash(make test)", "Read(docs/**)"],
                "deny": ["WebFetch"],
                "defaultMode": "acceptEdits",
            },
            "hooks": {"Stop": [{"hooks": [{"type": "command", "command": "make lint >&2 || exit 2"}]}]},
            "statusLine": {"type": "command", "command": "date"},
        }
    ),
    "skills/release/SKILL.md": "---\nname: release\ndescription: How a release is made.\n---\n\nTag it.\n",
    "commands/fix.md": "Mend issue $1.\n",
}
"""What another agent was set up with in the picture of taking that over."""

TOTAL = "def total(prices: list[float]) -> float:\n    return round(sum(prices), 2)\n"
GRADES = {
    "grades": [
        {"criterion": 1, "outcome": "met", "reason": "total() rounds the sum to 2 places", "place": "shop.py:2"},
        {"criterion": 2, "outcome": "unmet", "reason": "no test is in the diff", "place": ""},
    ]
}
PURSUED = (
    {"blocks": [{"text": json.dumps(GRADES)}], "when_system": "You judge a change"},
    {"blocks": [{"call": "write", "input": {"file_path": "shop.py", "content": TOTAL}}]},
    "`shop.py` has a `total` that rounds.",
    "There is no test for the empty basket yet; that needs to know what an empty basket costs.",
)
"""A run that is held to a goal."""

WATCHING = [
    {"call": "bash", "input": {"command": "while sleep 2; do echo 'ok: 12 tests'; done", "run_in_background": True}}
]
WATCHED = "They run every two seconds."
"""A command in the background."""

RELEASE = (
    "This release is about speed: the first frame stands after 25 ms. A mean of no gaps is 0 in place of an error, and "
    "what was typed at launch is kept."
)
ERRANDS = (
    *dashboard.MENDING,
    {"blocks": [{"text": "It is green."}], "when": "Watch the build", "wait": 3_600},
    {"blocks": [{"call": "read", "input": {"file_path": "CHANGES.md"}}], "when": "notes of this release"},
    {"blocks": [{"text": RELEASE}], "when": "has started again", "wait": 8, "chunk": 4, "pace": 0.3},
    {"blocks": [{"text": RELEASE}], "when": "quicker start", "wait": 3_600},
)
"""What a daemon's model answers: one task that asks, one that takes long, one that is cut off and taken up again."""

CURL = (
    """curl -s $HEARTBIT_URL/tasks -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' """
    f"""-d '{{"task": "{dashboard.MEND}"}}'"""
)

DAEMON = {f"daemon-{name}" for name in ("submitted", "approval", "approved", "cancelled", "killed", "resumed")}
"""The pictures of a daemon at work."""

ASKED = r"Change this file\?.*\+.*gaps.*y Yes, once"

BEATS = {
    "mail": "Two letters ask for an answer by Friday: the one from Ada about the **release**, and the invoice of May.",
    "builds": "The build of `main` broke at noon.\n\n- `test_pulse.py` fails: it expects seconds\n- nothing else changed",
}
"""What heartbeats say in the picture of the inbox."""

DARK = TerminalTheme(
    background=(22, 24, 30),
    foreground=(214, 218, 226),
    normal=[
        (38, 43, 54),
        (235, 111, 116),
        (139, 201, 122),
        (228, 186, 102),
        (110, 168, 240),
        (198, 140, 232),
        (95, 196, 206),
        (214, 218, 226),
    ],
    bright=[
        (128, 136, 152),
        (245, 139, 143),
        (164, 219, 149),
        (242, 208, 136),
        (143, 192, 250),
        (217, 170, 244),
        (132, 219, 227),
        (245, 247, 250),
    ],
)

LEFT_OUT = re.compile(r"\s*@font-face\s*\{[^}]*\}|\s*<!--.*?-->", re.DOTALL)
"""Fonts that would be fetched, and comments that name a host."""

SPACES = re.compile(r"[ \t]+$", re.MULTILINE)
THROW_AWAY = re.compile(r"heartbit-demo-\w{8}")
"""The folder of the demonstration, whose name is another one each time; in the pictures it is always the same."""


PORT = re.compile(r"127\.0\.0\.1:\d{4}\b")
HOME = re.compile(r"/tmp/tmp\w{8}")
"""The home of a screen, likewise; what stands for it is as long."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What is on a screen: the `captured` text with its colours, under a `title`."""

    name: str
    title: str
    size: tuple[int, int]
    captured: str


class Screen:
    """A shell in a terminal, as a person has one."""

    def __init__(self, home: Path, size: tuple[int, int]) -> None:
        self.home = home
        self._size = size
        self._tmux = ("tmux", "-S", str(home / "tmux"), "-f", os.devnull)

    def open(self) -> None:
        """Start the shell, with an environment of its own."""
        search_path = f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}"
        variables = {"HOME": self.home, "PATH": search_path, "TERM": "tmux-256color", "COLORTERM": "truecolor"}
        settings = [
            f"{name}={value}"
            for name, value in {**variables, "LANG": "C.UTF-8", "PS1": "$ ", "HISTFILE": os.devnull}.items()
        ]
        shell = ("env", "-i", "-C", str(self.home), *settings, "bash", "--norc", "--noprofile")
        columns, rows = map(str, self._size)
        self._do("new-session", "-d", "-x", columns, "-y", rows, *shell)
        self.until(r"^\$")

    def close(self) -> None:
        """End the shell and the terminal."""
        self._do("kill-server")

    def type(self, words: str) -> None:
        """Type words, then Enter."""
        self._do("send-keys", "-l", words)
        self.press("Enter")

    def hold(self, words: str) -> None:
        """Type words and leave them there."""
        self._do("send-keys", "-l", words)

    def write(self, name: str, text: str) -> None:
        """Put a file into the home."""
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def press(self, key: str) -> None:
        """Press one key."""
        self._do("send-keys", key)

    def decide(self, pattern: str) -> None:
        """Say yes to what is asked, once a key counts: it would go to the draft just after the sheet has opened."""
        self.until(pattern)
        time.sleep(GRACE)
        self.press("y")

    def leave(self) -> None:
        """Close what lies over the chat."""
        self.press("Escape")
        time.sleep(GRACE)
        self.until(r"─ (ask|accept-edits) ─")

    def leave_list(self) -> None:
        """Close a list that lies over a sheet."""
        self.press("Escape")
        time.sleep(GRACE)

    def quit(self) -> None:
        """Leave heartbit."""
        self.type("/quit")
        self.until(r"^\$\s*$")

    def until(self, pattern: str) -> str:
        """What is on the screen, with its colours, as soon as its text has the pattern."""
        deadline = time.monotonic() + PATIENCE
        while not re.search(pattern, shown := self._do("capture-pane", "-p"), re.DOTALL | re.MULTILINE):
            if time.monotonic() > deadline:
                raise SystemExit(f"The screen never showed {pattern!r}. It shows:\n{shown}")
            time.sleep(0.1)
        captured, home = self._do("capture-pane", "-e", "-N", "-p"), str(self.home)
        # What follows on the line stays where it is.
        wider = re.compile(re.escape(home) + r"([^\s\x1b]*)")
        return wider.sub(lambda found: f"~{found[1]}{' ' * (len(home) - 1)}", captured)

    def _do(self, *words: str) -> str:
        done = subprocess.run((*self._tmux, *words), capture_output=True, text=True, check=True)
        return done.stdout


@contextmanager
def screen(size: tuple[int, int]) -> Generator[Screen]:
    """A screen with a home of its own, gone afterwards."""
    with tempfile.TemporaryDirectory() as home:
        found = Screen(Path(home), size)
        found.open()
        try:
            yield found
        finally:
            found.close()


def moments() -> Iterator[Moment]:
    """All pictures that there could be."""
    yield from on_the_screen()
    yield from remembering()
    yield from line_by_line()
    yield from of_sessions()
    yield from reaching()
    yield from evaluating()
    yield from beside()
    yield from pursuing()
    yield from on_the_daemon()
    yield from agents()
    yield from cascading()
    yield from unwatched()
    with screen(LINES) as shown:
        shown.type("heartbit --headless --demo run")
        yield Moment("headless", "heartbit --headless --demo run", LINES, shown.until(r"throw-away copy.*^\$\s*$"))


def of_demo(shown: Screen, name: str, pattern: str) -> Moment:
    """The demonstration on the whole screen, once it shows this."""
    return Moment(name, "heartbit --demo", FULL, shown.until(pattern))


def on_the_screen() -> Iterator[Moment]:
    """The demonstration on the whole screen, and what can be opened over it."""
    with screen(FULL) as shown:
        shown.type("heartbit --demo")
        shown.until(r"Enter begins.*The tests of this project fail.*script \(no model\)")
        shown.press("Enter")
        shown.decide(r"Run this command\?.*y Yes, once")
        shown.until(ASKED)
        time.sleep(GRACE)
        yield of_demo(shown, "approval", ASKED)
        shown.decide(ASKED)
        shown.decide(r"Run this command\?.*y Yes, once")
        yield of_demo(shown, "screen", r"The tests pass now.*throw-away copy.*tokens")
        shown.type("/timeline")
        yield of_demo(shown, "timeline", r"^ ?Timeline +\d+ calls")
        shown.leave()
        shown.type("/undo 1")
        yield of_demo(shown, "undo", r"Go back to before 1.*These files change.*pulse.py is what it was")
        shown.leave()
        shown.type("/context")
        yield of_demo(shown, "context", r"Context .*system prompt.*tools.*Esc closes")
        shown.leave()
        shown.type("/help")
        yield of_demo(shown, "help", r"Keys and commands.*What a draft begins with")
        shown.leave()
        shown.type("/theme")
        yield of_demo(shown, "themes", r"Theme.*mend the failing test")
        shown.leave()
        shown.quit()


def of_sessions() -> Iterator[Moment]:
    """Sessions that are kept: searched on the screen and in a shell, and saved out of a damaged file."""
    with screen(FULL) as shown:
        taken_in(shown)
        shown.type("clear; mkdir -p work; cd work; export ANTHROPIC_API_KEY=none; heartbit")
        shown.until(r"─ ask ─.*sandbox|no sandbox")
        shown.type("/search pulse")
        yield Moment("search", "heartbit", FULL, shown.until(r"Search.*pulse.*result"))
        shown.leave()
        shown.quit()
    with screen(LINES) as shown:
        taken_in(shown)
        shown.type("clear; heartbit sessions search pulse")
        yield Moment("found", "heartbit sessions search", LINES, shown.until(r"pulse.*^\$\s*$"))
        shown.type(
            "clear; cd .local/share/heartbit; head -c 4096 /dev/zero | dd of=heartbit.db conv=notrunc status=none"
        )
        shown.type("clear; heartbit sessions repair")
        yield Moment("repair", "heartbit sessions repair", LINES, shown.until(r"The file as it was.*^\$\s*$"))


def taken_in(shown: Screen) -> None:
    """Have the sessions to search in."""
    for path in sorted(SESSIONS.glob("*.jsonl")):
        shown.type(f"heartbit sessions import {path} > /dev/null")


def remembering() -> Iterator[Moment]:
    """What is noted comes back when it fits, and can be looked at."""
    with screen(FULL) as shown:
        shown.type("heartbit --demo")
        task = r"The tests of this project fail"
        shown.until(rf"Enter begins.*{task}.*script \(no model\)")
        shown.press("C-c")
        for number, note in enumerate(NOTES, 1):
            shown.type(f"# {note}")
            shown.until(rf"(Kept in memory.*){{{number}}}")
        shown.type("The tests of this project fail. Find out why and mend it.")
        yield of_demo(shown, "recalled", r"Recalled from memory.*Run this command\?.*y Yes, once")
        time.sleep(GRACE)
        shown.leave()
        shown.type("/memory")
        yield of_demo(shown, "memory", r"Memory.*this project.*strength")
        shown.leave()
        shown.quit()


def reaching() -> Iterator[Moment]:
    """What is around heartbit: skills, language servers, servers of tools, hooks."""
    with screen(FULL) as shown:
        shown.write(".config/heartbit/config.toml", CONFIG.format(home=shown.home))
        replies = [reply if isinstance(reply, str) else {"blocks": reply} for reply in SCRIPT]
        shown.write("script.json", json.dumps({"replies": replies}))
        shown.write("work/shop/basket.py", BASKET)
        shown.write("work/pyproject.toml", "[project]\nname = 'shop'\n")
        shown.type("clear; cd work; heartbit --permission-mode accept-edits")
        shown.until(r"─ accept-edits ─.*(sandbox|no sandbox)")
        shown.hold("/write")
        yield Moment("skills", "heartbit", FULL, shown.until(r"/write-tests.*/write-skill|/write-skill.*/write-tests"))
        shown.press("C-u")
        shown.type("What does the basket do?")
        shown.until(r"It sums up prices")
        time.sleep(BEGUN)
        shown.type("Deliveries cost extra.")
        yield Moment("lsp", "heartbit", FULL, shown.until(r"LSP \+2.*I mend that next.*LSP 2"))
        shown.type("Use a library for money.")
        yield Moment("hooks", "heartbit", FULL, shown.until(r"Shall I do that"))
        shown.type("/mcp")
        shown.until(r"MCP servers.*time.*2 tools.*git.*12 tools")
        shown.press("Enter")
        yield Moment("mcp", "heartbit", FULL, shown.until(r"MCP server time.*Esc closes"))
        shown.leave()
        shown.quit()


def unwatched() -> Iterator[Moment]:
    """What heartbeats came to say, in the inbox."""
    with screen(FULL) as shown:
        settings = CONFIG.format(home=shown.home).partition("[mcp")[0] + '[heartbeat]\nworkspaces = ["~/notes"]\n'
        shown.write(".config/heartbit/config.toml", settings)
        replies = [{"blocks": [{"text": text}], "when": name, "times": 0} for name, text in BEATS.items()]
        shown.write("script.json", json.dumps({"replies": replies}))
        for name in BEATS:
            file = f"HEARTBEAT-{name}.md"
            shown.write(f"notes/{file}", f"---\nevery: 1h\n---\nLook after {name}.\n")
            shown.type(f"clear; heartbit heartbeat run {file}")
            shown.until(r"\w.*^\$\s*$")
        shown.type("clear; mkdir -p work; cd work; heartbit")
        shown.until(rf"─ ask ─.*inbox {len(BEATS)}")
        shown.press("M-n")
        yield Moment("inbox", "heartbit", FULL, shown.until(r"Inbox.*The build.*says.*Esc close"))
        shown.leave()
        shown.quit()


def evaluating() -> Iterator[Moment]:
    """The tasks that come with heartbit, done by the scripted model."""
    with screen(LINES) as shown:
        shown.type("clear; heartbit eval run --provider scripted --parallel 2")
        yield Moment("evals", "heartbit eval run --provider scripted", LINES, shown.until(r"passed +15 of 15.*^\$\s*$"))


def beside() -> Iterator[Moment]:
    """A program that uses heartbit, what another agent was set up with, and commands in the background."""
    with screen(LINES) as shown:
        for name in ("ten_lines.py", "scripts.py"):
            shown.write(f"examples/{name}", (ROOT / "examples" / name).read_text("utf-8"))
        shown.type(f"clear; cat examples/{PROGRAM}")
        shown.until(r"result\.text\).*^\$\s*$")
        shown.type(f"python examples/{PROGRAM}")
        yield Moment(
            "library", f"python examples/{PROGRAM}", LINES, shown.until(rf"python examples/{PROGRAM}\s.*^\$\s*$")
        )
    with screen(LINES) as shown:
        for name, text in CLAUDE.items():
            shown.write(f".claude/{name}", text)
        shown.write(".config/heartbit/config.toml", 'mode = "plan"\n')
        shown.type("clear; heartbit import claude --dry-run")
        yield Moment("import", "heartbit import claude --dry-run", LINES, shown.until(r"settings\.json.*^\$\s*$"))
    with screen(FULL) as shown:
        shown.write(".config/heartbit/config.toml", CONFIG.format(home=shown.home).partition("[mcp")[0])
        shown.write("script.json", json.dumps({"replies": [{"blocks": WATCHING}, WATCHED]}))
        shown.type("clear; mkdir -p work; cd work; heartbit")
        shown.until(r"─ ask ─.*(sandbox|no sandbox)")
        shown.type("Watch the tests while we go on.")
        shown.decide(r"Run this command\?.*y Yes, once")
        shown.until(WATCHED)
        shown.type("/tab new")
        shown.until(r"What is to be done\?")
        shown.press("M-1")
        shown.until(WATCHED)
        shown.type("/jobs")
        yield Moment("background", "heartbit", FULL, shown.until(r"In the background.*while sleep.*Enter read"))
        shown.leave()
        shown.quit()


def pursuing() -> Iterator[Moment]:
    """A goal, and what came of judging the change."""
    with screen(FULL) as shown:
        shown.write(".config/heartbit/config.toml", CONFIG.format(home=shown.home).partition("[mcp")[0])
        shown.write("script.json", json.dumps({"replies": PURSUED}))
        shown.type("clear; mkdir -p work; cd work; heartbit --permission-mode accept-edits")
        shown.until(r"─ accept-edits ─.*(sandbox|no sandbox)")
        shown.type("/goal Totals that can be trusted")
        shown.until(r"The goal: Totals")
        shown.type("/goal add A total is rounded to cents")
        shown.until(r"1 criterion")
        shown.type("/goal add A test has an empty basket")
        shown.until(r"goal 0/2")
        shown.type("Write shop.py with a total.")
        yield Moment("goals", "heartbit", FULL, shown.until(r"unmet: A test.*goal 1/2.*not reached: 1 of 2"))
        shown.quit()


def on_the_daemon() -> Iterator[Moment]:
    """A task from its beginning to its end, one that is cancelled, and one that outlives a kill -9."""
    address = f"127.0.0.1:{free_port()}"
    with screen(LINES) as shown:
        shown.write(".config/heartbit/config.toml", CONFIG.format(home=shown.home).partition("[mcp")[0])
        shown.write("script.json", json.dumps({"replies": ERRANDS}))
        shown.write("work/pulse.py", dashboard.MEAN)
        shown.write("work/CHANGES.md", "- a quicker start\n- no error for a mean of no gaps\n")
        shown.type(f"cd work; export HEARTBIT_URL=http://{address}")
        serve = f"heartbit daemon --bind {address} 2>> ../daemon.log &"
        shown.type(serve)
        ready(address)
        shown.type("export TOKEN=$(cat ~/.local/state/heartbit/daemon-token); clear")
        shown.type(CURL)
        mended = task_id(shown, r'"id":"([^"]+)","state":"pending"')
        shown.type("")
        shown.type("heartbit status")
        yield Moment("daemon-submitted", "bash", LINES, shown.until(r"running.*Mend it.*^\$\s*$"))
        yield from attended(shown, mended)
        shown.type("clear; heartbit submit 'Watch the build until tonight'")
        watched = task_id(shown, r"^([0-9a-f-]{36})$")
        shown.until(r"^\$\s*$")
        shown.type("heartbit status")
        shown.until(r"running .*Watch the build.*^\$\s*$")
        shown.type(f"heartbit cancel {watched[:8]}")
        shown.until(r"cancel.*^\$\s*$")
        shown.type("heartbit status")
        yield Moment("daemon-cancelled", "bash", LINES, shown.until(r"cancelled .*Watch the build.*^\$\s*$"))
        yield from killed(shown, serve, address)


def attended(shown: Screen, task: str) -> Iterator[Moment]:
    """The session of a task on the screen, before and after its call was approved."""
    shown.type(f"clear; heartbit attach {task[:8]}")
    shown.until(ASKED)
    time.sleep(GRACE)
    yield Moment("daemon-approval", f"heartbit attach {task[:8]}", LINES, shown.until(ASKED))
    shown.press("y")
    approved = shown.until(r"the mean of no gaps is 0 now.*2 calls")
    yield Moment("daemon-approved", f"heartbit attach {task[:8]}", LINES, approved)
    shown.quit()


def killed(shown: Screen, serve: str, address: str) -> Iterator[Moment]:
    """A daemon that dies at work, and the next one that goes on with it."""
    shown.type("clear; heartbit submit 'Write the notes of this release'")
    task = task_id(shown, r"^([0-9a-f-]{36})$")
    shown.until(r"^\$\s*$")
    time.sleep(BEGUN)
    shown.type("kill -9 %1")
    time.sleep(GRACE)
    shown.type("heartbit status")
    shown.until(r"No heartbit daemon.*Killed.*^\$\s*$")
    shown.type(serve)
    ready(address)
    shown.type("heartbit status")
    yield Moment("daemon-killed", "bash", LINES, shown.until(r"Killed.*running.*Write the notes.*^\$\s*$"))
    shown.type(f"clear; heartbit attach {task[:8]}")
    resumed = shown.until(r"has started again.*This release is about speed.*Esc interrupts")
    yield Moment("daemon-resumed", f"heartbit attach {task[:8]}", LINES, resumed)
    shown.until(r"This release is about speed.*─ [\d.]+ s · .*tokens")
    shown.quit()
    shown.type("kill %1; wait")
    shown.until(r"^\[1\]\+ +(Done|Exit)")


def task_id(shown: Screen, pattern: str) -> str:
    """The id of a task that stands on the screen."""
    found = re.search(pattern, shown.until(pattern), re.MULTILINE)
    assert found is not None
    return found[1]


def ready(address: str) -> None:
    """Wait until a daemon takes tasks."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            urllib.request.urlopen(f"http://{address}/readyz").close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def free_port() -> int:
    """A port of this machine, of four digits as in the pictures, that nobody listens at."""
    for port in range(3_000, 4_000):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)):
                return port
    raise SystemExit("All ports from 3000 to 3999 are taken.")


def agents() -> Iterator[Moment]:
    """Agents side by side: their list, and one of them in a tab of its own."""
    given = {"tasks": [{"agent": agent, "task": task} for agent, task in TASKS]}
    usage = {"input_tokens": 8_400, "output_tokens": 310}
    replies = [
        {"blocks": [{"call": "delegate_task", "input": given}], "when": "delivery", "usage": usage},
        {"blocks": [{"call": "read", "input": {"file_path": "shop/basket.py"}}], "when_system": "the researcher"},
        {"blocks": [{"text": FINDING}], "when_system": "the researcher", "chunk": 12, "pace": 0.4},
        {"blocks": [{"text": "No fault found."}], "when_system": "the reviewer", "usage": usage},
        {
            "blocks": [{"call": "bash", "input": {"command": "pytest -q tests/test_basket.py"}}],
            "when_system": "the tester",
        },
        {"blocks": [{"text": FINDING}], "when_system": "You are", "chunk": 4, "pace": 1.0, "times": 0},
    ]
    with screen(FULL) as shown, service(shown, replies) as address:
        shown.write(".config/heartbit/config.toml", TEAM)
        shown.write("work/shop/basket.py", BASKET)
        shown.type(f"clear; cd work; export ANTHROPIC_API_KEY=none ANTHROPIC_BASE_URL={address}; heartbit")
        shown.until(r"─ ask ─.*(sandbox|no sandbox)")
        shown.type("Let the delivery be looked into.")
        shown.until(r"Run this command\?.*y Yes, once.*tester|tester.*y Yes, once")
        time.sleep(BEGUN)
        shown.press("M-a")
        yield Moment(
            "agents",
            "heartbit",
            FULL,
            shown.until(r"Agents.*at work.*1 ask you.*tester +Run.*works.*waits for its turn"),
        )
        shown.leave_list()
        shown.decide(r"Run this command\?.*y Yes, once")
        shown.type("/agents researcher")
        shown.until(r"three zones.*Words for researcher")
        shown.type("Tell me the table of prices, too.")
        yield Moment(
            "followed", "heartbit", FULL, shown.until(r"the table of prices, too\..*for the run that is active")
        )


def cascading() -> Iterator[Moment]:
    """A cascade: an answer that stands, and one that does not."""
    usage = {"input_tokens": 12_000, "output_tokens": 640}
    replies = [{"blocks": [{"text": answer}], "usage": usage} for _, answer in UNSURE]
    replies.append({"blocks": [{"text": SURE}], "usage": usage})
    with screen(FULL) as shown, service(shown, replies) as address:
        shown.write(".config/heartbit/config.toml", CASCADE)
        shown.type(f"clear; mkdir work; cd work; export ANTHROPIC_API_KEY=none ANTHROPIC_BASE_URL={address}; heartbit")
        shown.until(r"─ ask ─.*(sandbox|no sandbox)")
        (first, _), (second, _) = UNSURE
        shown.type(first)
        shown.until(r"takes 4 s.*tokens")
        shown.type(second)
        yield Moment("cascade", "heartbit", FULL, shown.until(r"takes over from.*divides by zero.*tokens"))
        shown.quit()


@contextmanager
def service(shown: Screen, replies: Sequence[Mapping[str, object]]) -> Generator[str]:
    """A model service of this machine that plays these replies; its address."""
    shown.write("script.json", json.dumps({"replies": replies}))
    program = (sys.executable, "-m", "heartbit_tui.testing.model_server", "--port", "0")
    with subprocess.Popen(
        (*program, "--script", str(shown.home / "script.json")), stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def line_by_line() -> Iterator[Moment]:
    """The same in lines."""
    with screen(LINES) as shown:
        shown.type("heartbit chat --demo")
        shown.until(r"No model is behind it.*ask> The tests")
        shown.press("Enter")
        yield Moment("plan", "heartbit chat --demo", LINES, shown.until(r"\? bash python3.*y once"))
        shown.press("y")
        shown.until(r"\? edit pulse\.py.*\+.*gaps.*y once")
        shown.press("y")
        shown.until(r"edit pulse\.py  \+2 -1.*\? bash.*y once")
        shown.press("s")
        done = shown.until(r"The tests pass now.*throw-away copy.*ask>")
        yield Moment("answer", "heartbit chat --demo", LINES, done)


def svg(moment: Moment) -> str:
    """A captured screen as a picture that fetches nothing and names no place of this machine."""
    text = THROW_AWAY.sub("heartbit-demo-00000000", moment.captured)
    text = PORT.sub("127.0.0.1:3000", HOME.sub("/srv/demo-folder", text)).rstrip("\n")
    columns, _ = moment.size
    console = Console(record=True, width=columns, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text.from_ansi(text), soft_wrap=True)
    drawn = console.export_svg(title=moment.title, theme=DARK, unique_id="heartbit")
    return SPACES.sub("", LEFT_OUT.sub("", drawn)).rstrip("\n") + "\n"


def main() -> None:
    """Take anew what the pages show, or of that what is named."""
    if shutil.which("tmux") is None:
        raise SystemExit("The pictures are taken in tmux, and there is none on the PATH.")
    FOLDER.mkdir(exist_ok=True)
    wanted = sys.argv[1:]
    if not wanted or dashboard.NAMES & {*wanted}:
        dashboard.take(FOLDER, dashboard.NAMES & {*wanted} or dashboard.NAMES)
    if wanted and {*wanted} <= dashboard.NAMES:
        return
    pages = [ROOT / "README.md", *sorted(FOLDER.parent.glob("*.md"))]
    text = "".join(page.read_text("utf-8") for page in pages)
    parts = (
        ({"search", "found", "repair"}, of_sessions),
        ({"agents", "followed"}, agents),
        ({"cascade"}, cascading),
        (DAEMON, on_the_daemon),
        ({"inbox"}, unwatched),
    )
    only = next((part for names, part in parts if wanted and {*wanted} <= names), moments)
    taken = only()
    for moment in taken:
        name = f"docs/pictures/{moment.name}.svg"
        is_shown = f"pictures/{moment.name}.svg)" in text
        if is_shown and (not wanted or moment.name in wanted):
            (ROOT / name).write_text(svg(moment), "utf-8")
        print(name if is_shown else f"{name} is shown by no page, and was not written")


if __name__ == "__main__":
    main()
