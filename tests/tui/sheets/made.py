"""Requests, an app with a draft, and a clock: what the tests of sheets are made of."""

from textual import events, on
from textual.app import App, ComposeResult
from textual.widgets import Static

from heartbit_tui.kernel.events import ApprovalRequested, Choice, Question, QuestionAsked
from heartbit_tui.kernel.messages import JsonObject, ToolCall
from heartbit_tui.kernel.ops import Op
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.sheets.sheet import Sheet
from heartbit_tui.tui.theme.ink import ink
from heartbit_tui.tui.theme.load import load
from heartbit_tui.tui.theme.textual import textual_theme

REASON = "The bash tool would run a program, and no rule allows exactly this."
DIFF = """--- a/src/app.py
+++ b/src/app.py
@@ -10,5 +10,6 @@
 def total(items):
     count = 0
-    for item in items:
+    for item in items or ():
+        check(item)
         count += item.size
     return count
"""


def inked(name: str = "heartbit") -> Ink:
    """The styles of a theme."""
    return ink(load(name))


def approval(
    id: str = "a",
    *,
    tool: str = "bash",
    input: JsonObject | None = None,
    preview: str = "",
    proposal: str | None = None,
    reason: str = REASON,
    precedent: str = "",
) -> ApprovalRequested:
    """A call that waits."""
    given = {"command": "ls -l"} if input is None else input
    call = ToolCall(id=f"call-{id}", name=tool, input=given)
    rule = f"{tool}({given.get('command', '*')})" if proposal is None else proposal
    return ApprovalRequested(
        turn=1,
        tool_names=(tool,),
        id=id,
        call=call,
        reason=reason,
        rule="ask mode",
        proposal=rule,
        preview=preview,
        precedent=precedent,
    )


def change(id: str = "a", diff: str = DIFF) -> ApprovalRequested:
    """A file that would be changed."""
    given = {"file_path": "src/app.py", "old_string": "x", "new_string": "y"}
    return approval(
        id,
        tool="edit",
        input=given,
        preview=diff,
        proposal="edit(src/app.py)",
        reason="The edit tool would change files.",
    )


def question(id: str = "q", *, count: int = 1, multiple: bool = False, other: bool = True) -> QuestionAsked:
    """Questions with three options each."""
    options = (
        Choice(label="SQLite", description="One file, nothing to run."),
        Choice(label="PostgreSQL", description="A server; needs one to be there."),
        Choice(label="Neither"),
    )
    one = Question(
        question="Which database should the service use?",
        header="Database",
        options=options,
        multiple=multiple,
        allow_other=other,
    )
    return QuestionAsked(id=id, questions=(one,) * count)


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def later(self, seconds: float = 1.0) -> None:
        """Let time pass."""
        self.now += seconds


class Desk(App[None]):
    """A chat, a sheet, and what reaches the draft."""

    CSS = "#chat { height: 1fr; color: $text-muted; padding: 1 2; }"

    def __init__(self, theme: str = "heartbit") -> None:
        super().__init__()
        self.clock = Clock()
        self.sent: list[Op] = []
        self.typed = ""
        self.happened: list[str] = []
        self.theme_name = theme
        self.sheet = Sheet(inked(theme), cwd="~/proj", clock=self.clock)

    def compose(self) -> ComposeResult:
        yield Static("I looked at the build, and want to clean it first.", markup=False, id="chat")
        yield self.sheet

    def on_mount(self) -> None:
        theme = textual_theme(load(self.theme_name))
        self.register_theme(theme)
        self.theme = theme.name

    @on(Sheet.Replied)
    def replied(self, message: Sheet.Replied) -> None:
        self.sent += message.ops

    @on(Sheet.Opened)
    def opened(self) -> None:
        self.happened.append("opened")
        self.sheet.focus()

    @on(Sheet.Emptied)
    def emptied(self) -> None:
        self.happened.append("emptied")

    def on_key(self, event: events.Key) -> None:
        self.typed += event.character or ""
