"""One block of each kind, in each of its states, as real sessions have them."""

from datetime import UTC, datetime, timedelta

from heartbit_tui.kernel.events import Choice, Question
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.renderers.scene import Scene
from heartbit_tui.tui.theme.ink import ink
from heartbit_tui.tui.theme.load import load
from heartbit_tui.tui.transcript.blocks import Block, Call, Ending, Inquiry, Notice, Prompt, Shell, Thinking

AT = datetime(2026, 1, 2, 14, 2, tzinfo=UTC)
SCENE = Scene(cwd="/home/ada/shop", now=AT + timedelta(seconds=12))

CODE = """class Basket:
    def total(self) -> int:
        \"""What all of it costs, in cents.\"""
        return sum(item.price for item in self.items)
"""

SMALL_DIFF = """--- a/src/shop/basket.py
+++ b/src/shop/basket.py
@@ -14,7 +14,9 @@
 class Basket:
     def total(self) -> int:
         \"\"\"What all of it costs, in cents.\"\"\"
-        return sum(item.price for item in self.items)
+        if not self.items:
+            return 0
+        return sum(item.price * item.count for item in self.items)
\x20
     def clear(self) -> None:
         self.items = []
"""

TWO_FILES = (
    SMALL_DIFF
    + """--- /dev/null
+++ b/tests/test_basket.py
@@ -0,0 +1,3 @@
+def test_an_empty_basket_costs_nothing() -> None:
+    assert Basket().total() == 0
+    assert not Basket().items
\\ No newline at end of file
"""
)

PYTEST = (
    "\x1b[1m============ test session starts ============\x1b[0m\n"
    "collected 42 items\n\n"
    "tests/test_basket.py \x1b[32m...\x1b[0m\x1b[31mF\x1b[0m\n\n"
    "\x1b[31m\x1b[1mE       assert 0 == 450\x1b[0m\n"
    "tests/test_basket.py:12: AssertionError\n"
    "\x1b[31m========= \x1b[1m1 failed\x1b[0m, \x1b[32m41 passed\x1b[0m\x1b[31m in 1.83s =========\x1b[0m\n"
)


def shipped_ink(name: str = "heartbit") -> Ink:
    """The styles of a theme that heartbit brings."""
    return ink(load(name))


def blocks() -> tuple[Block, ...]:
    """All kinds, in an order that a session could have them in."""
    return (*talk(), *calls(), *changes(), *others(), *ends())


def talk() -> tuple[Block, ...]:
    """Words of a person and of a model."""
    return (
        Prompt(text="The total of a basket is wrong when an item is in it twice.\nMend it, and add a test.", images=1),
        Thinking(text="Where is the total made?\nLet me look at basket.py first.\n" * 6, closed=True),
        Thinking(text="Where is the total made?\nPerhaps basket.py sums prices without counts"),
        Prompt(text="and keep the old test as it is", how="steer"),
        Prompt(text="then make a release", how="queued"),
    )


READ = "\n".join(f"{number:6}\t{line}" for number, line in enumerate(CODE.split("\n"), 14))
GREP = "Found 2 matches.\nsrc/shop/basket.py:17:         return sum(\nsrc/shop/pay.py:140: total()"
BASH = {"exit_code": 1, "cwd": "/home/ada/shop/tests", "log": "/tmp/heartbit/bash-1f.log", "timed_out": False}
FINE = {"exit_code": 0, "cwd": "/home/ada/shop", "log": "", "timed_out": False}


def calls() -> tuple[Block, ...]:
    """Calls that look, run and wait."""
    return (*_begun(), *_found())


def _begun() -> tuple[Block, ...]:
    return (
        Call(id="c1", tool="bash", state="writing", arguments='{"command": "pytest -q tests/te'),
        Call(
            id="c2", tool="write", state="writing", arguments='{"file_path": "src/shop/new.py", "content": "a\\nb\\nc'
        ),
        Call(id="c3", tool="bash", state="waiting", input={"command": "git status"}, at=AT),
        Call(id="c4", tool="bash", state="asking", input={"command": "rm -rf build dist"}, at=AT),
        Call(
            id="c5",
            tool="bash",
            state="running",
            input={"command": "pytest -q"},
            output="collected 42 items\ntests/test_basket.py ....\n",
            at=AT,
        ),
        Call(
            id="c6",
            tool="read",
            state="ok",
            input={"file_path": "/home/ada/shop/src/shop/basket.py", "offset": 14},
            output=f"{READ}\n(120 more lines; read on with offset=19)",
            details={"path": "/home/ada/shop/src/shop/basket.py", "lines": 5, "total": 138},
            milliseconds=12,
        ),
    )


def _found() -> tuple[Block, ...]:
    return (
        Call(
            id="c7",
            tool="grep",
            state="ok",
            input={"pattern": "total\\(", "path": "src", "include": "*.py"},
            output=GREP,
            details={"count": 2, "truncated": False},
            milliseconds=41,
        ),
        Call(
            id="c8",
            tool="glob",
            state="ok",
            input={"pattern": "**/*.toml"},
            output="pyproject.toml\nthemes/heartbit.toml",
            details={"count": 2, "truncated": True},
            milliseconds=8,
        ),
        Call(
            id="c9",
            tool="list",
            state="ok",
            input={"path": "."},
            output="./\n  - src/\n    - shop/\n  - pyproject.toml",
            details={"count": 3, "truncated": False},
            milliseconds=5,
        ),
        Call(
            id="c10",
            tool="bash",
            state="failed",
            input={"command": "pytest -q"},
            output=f"{PYTEST}\n\n(exit code: 1)",
            details=BASH,
            milliseconds=2100,
        ),
        Call(
            id="c11",
            tool="bash",
            state="ok",
            input={"command": "git add -A &&\ngit commit -m 'Count each item'"},
            output="[main 3f2a] Count each item\n\n(exit code: 0)",
            details=FINE,
            milliseconds=185_000,
        ),
    )


def changes() -> tuple[Block, ...]:
    """Calls that change files."""
    path = "/home/ada/shop/src/shop/basket.py"
    small = {"path": path, "diff": SMALL_DIFF, "added": 3, "removed": 1}
    both = {
        "paths": [path, "/home/ada/shop/tests/test_basket.py"],
        "diff": TWO_FILES,
        "added": 6,
        "removed": 1,
    }
    told = f'Edited.\n<lsp-diagnostics file="{path}">\nerror[line 18]: "count" is no attribute\n</lsp-diagnostics>'
    return (
        Call(
            id="d1",
            tool="edit",
            state="ok",
            input={"file_path": path},
            details=small,
            output=told,
            milliseconds=9,
        ),
        Call(id="d2", tool="patch", state="ok", input={"patch_text": "x"}, details=both, milliseconds=14),
        Call(id="d3", tool="edit", state="asking", input={"file_path": path}, preview=SMALL_DIFF),
        Call(
            id="d4",
            tool="edit",
            state="failed",
            input={"file_path": path},
            output="`old_string` was not found in src/shop/basket.py. The nearest text is at line 17.",
            milliseconds=3,
        ),
        Call(
            id="d5",
            tool="write",
            state="refused",
            input={"file_path": "/etc/hosts", "content": "x"},
            note="outside the project; put it into a file of its own",
        ),
    )


def others() -> tuple[Block, ...]:
    """All other tools."""
    return (*_team(), *_far(), *_asked())


def _team() -> tuple[Block, ...]:
    todos = [
        {"content": "Find where the total is made", "status": "completed", "priority": "high"},
        {"content": "Count each item", "status": "in_progress", "priority": "high"},
        {"content": "Add a test", "status": "pending", "priority": "medium"},
        {"content": "Ask about discounts", "status": "blocked", "priority": "low"},
    ]
    tasks = [
        {"agent": "explorer", "task": "Find all callers of Basket.total."},
        {"agent": "writer", "task": "Write the test for counts."},
    ]
    return (
        Call(id="e1", tool="todowrite", state="ok", input={"todos": todos}, details={"todos": 4}, milliseconds=1),
        Call(
            id="e0",
            tool="present_plan",
            state="ok",
            input={"plan": "# Round the total\n\nCents are lost.\n\n1. Write the test\n2. Mend `sum`\n"},
            details={"decided": "started"},
            milliseconds=9_000,
        ),
        Call(id="e2", tool="delegate_task", state="running", input={"tasks": tasks}, at=AT),
        Call(
            id="e3",
            tool="grep",
            state="ok",
            input={"pattern": "total"},
            details={"count": 7},
            milliseconds=22,
            agent="explorer",
        ),
        Call(
            id="e4",
            tool="read",
            state="running",
            input={"file_path": "tests/test_basket.py"},
            agent="writer",
            at=AT,
        ),
    )


def _far() -> tuple[Block, ...]:
    issue = {"repository": "shop", "labels": ["bug", "money"], "draft": True, "body": "Steps:\n1. add twice\n2. look"}
    return (
        Call(
            id="e5",
            tool="github_create_issue",
            state="ok",
            input=issue,
            output='{"number": 12, "url": "https://example.org/12", "labels": [{"name": "bug"}]}',
            milliseconds=830,
        ),
        Call(
            id="e6",
            tool="memory_recall",
            state="ok",
            input={"query": "how prices are kept", "limit": 5},
            output="1. Prices are integers, in cents.",
            milliseconds=6,
        ),
        Call(
            id="e7",
            tool="webfetch",
            state="ok",
            input={"url": "https://docs.example.org/money"},
            output="# Money\nUse integers.",
            details={"url": "https://docs.example.org/money", "status": 200, "bytes": 12_400, "type": "text/html"},
            milliseconds=412,
        ),
        Call(
            id="e8",
            tool="websearch",
            state="ok",
            input={"query": "python money rounding"},
            output="1. decimal",
            details={"results": 5},
            milliseconds=600,
        ),
    )


def _asked() -> tuple[Block, ...]:
    return (
        Inquiry(
            id="q1",
            questions=(
                Question(
                    question="Are discounts applied before or after counting?",
                    header="Discounts",
                    options=(Choice(label="before", description="as the old shop did"), Choice(label="after")),
                ),
            ),
        ),
        Inquiry(
            id="q2",
            questions=(
                Question(
                    question="Which release is it for?",
                    options=(Choice(label="1.4", description="next week"), Choice(label="2.0")),
                ),
            ),
            answers=(("1.4",),),
        ),
        Shell(command="git log --oneline -2", output="3f2a Count each item\n11c0 First", code=0),
        Shell(command="make deploy", output="no rule to make target 'deploy'", code=2, hidden=True),
    )


def ends() -> tuple[Block, ...]:
    """Notices, and the ways a run ends."""
    return (
        Call(id="f1", tool="bash", state="cut", input={"command": "sleep 100"}),
        Notice(level="info", text="The conversation so far was summarised for the model."),
        Notice(level="warning", text="rate limited; trying again in 2.0 s (1 of 5)"),
        Notice(level="error", text="The model service cannot be reached. Check the network."),
        Ending(how="completed", milliseconds=185_000, calls=14, tokens=48_213),
        Ending(how="failed", text="Max turns (50) exceeded. Raise it with --max-turns.", milliseconds=9000, calls=3),
        Ending(how="interrupted", text="the user", milliseconds=4000, calls=1, tokens=912),
    )
