"""Pictures of the inbox, of its letters, and of what is done by itself."""

from datetime import timedelta

from heartbit_tui.client.beats import NO_DAEMON, Coming, Due, ordered
from heartbit_tui.client.letters import Asked, Behind
from heartbit_tui.kernel.events import ApprovalRequested
from heartbit_tui.kernel.messages import ToolCall
from heartbit_tui.kernel.ops import Decide
from heartbit_tui.store.inbox import Letter
from heartbit_tui.tui.screens import beats
from heartbit_tui.tui.screens.deeds import DeedPage
from tests.tui.snapshots.conftest import Open
from tests.tui.snapshots.desk import Desk, Rhythms
from tests.tui.snapshots.stage import NOW, PROJECT, Stage

DIFF = """--- a/pulse.py
+++ b/pulse.py
@@ -3,4 +3,5 @@
 def beat(every: int) -> float:
-    return every * 0.5
+    \"\"\"Seconds between two beats.\"\"\"
+    return every / 2
"""
SKILL = """---
name: release-notes
description: "Writes the notes of a release from the log"
---

Read the log since the last tag. Group what users see by kind, and leave out the rest.
"""
LETTERS = (
    Letter(
        id=5,
        at=NOW - timedelta(minutes=3),
        kind="question",
        source="cron:tidy",
        title="bash: it reaches out of the project",
        text="It waits for your word: bash: it reaches out of the project",
    ),
    Letter(
        id=4,
        at=NOW - timedelta(minutes=40),
        kind="reply",
        source="heartbit",
        title="The build is green again",
        text="The **build** is green again.\n\n- `pulse.py` rounded twice; now it does not\n- 41 tests pass",
        changed=(f"{PROJECT}/pulse.py", f"{PROJECT}/build.log"),
        cost_usd=0.0132,
    ),
    Letter(
        id=3,
        at=NOW - timedelta(hours=7),
        kind="draft",
        source="meditation",
        title="release-notes",
        text="Of 3 memories.",
    ),
    Letter(
        id=2,
        at=NOW - timedelta(hours=20),
        kind="failure",
        source="heartbeat:notes/HEARTBEAT.md",
        title="The model's service did not answer",
        text="The model's service did not answer.",
        read=True,
    ),
    Letter(
        id=1,
        at=NOW - timedelta(days=2),
        kind="meditation",
        source="memory meditate",
        title="2 doubles merged",
        text="2 doubles merged.",
        read=True,
        done=True,
    ),
)
CALL = ToolCall(id="c", name="bash", input={"command": "pip download tidy"})
WAITS = ApprovalRequested(
    turn=1,
    tool_names=("bash",),
    id="a1",
    call=CALL,
    reason="it reaches out of the project",
    proposal="bash(pip download *)",
)
BEHIND = {
    5: Behind(session="s-5", folder=PROJECT, asked=(Asked(session="s-5", request=WAITS),)),
    4: Behind(session="s-4", folder=PROJECT, diff=DIFF, unshown=(f"{PROJECT}/build.log",)),
    3: Behind(skill=SKILL, state="waiting"),
}
NOTES = Due(
    kind="heartbeat",
    name="/home/you/notes/HEARTBEAT.md",
    next=NOW + timedelta(minutes=12),
    stands="fine",
    can_rest=True,
    can_run=True,
    why=(("does", "asks an agent what stands in the file"), ("every", "30m"), ("last", "18m ago, took 12 s")),
)
COMING = ordered(
    (
        NOTES,
        Due(kind="pulse", name="pulse", next=NOW + timedelta(minutes=21), stands="looks from time to time"),
        Due(kind="schedule", name="tidy", next=NOW + timedelta(hours=19), stands="0 9 * * MON-FRI", last="last failed"),
        Due(
            kind="heartbeat",
            name="/home/you/project/HEARTBEAT-mail.md",
            stands="not used",
            fault="every: there is none, such as `every: 30m`.",
            can_rest=True,
        ),
        Due(kind="heartbeat", name="/home/you/quiet/HEARTBEAT.md", stands="paused", rests=True, can_rest=True),
    )
)


def desk(stage: Stage) -> Desk:
    """The inbox of the application, with letters in it."""
    found = Desk(LETTERS, BEHIND)
    stage.app.living.mail.own = found
    return found


async def test_the_inbox(opened: Open) -> None:
    async with opened() as stage:
        desk(stage)
        stage.app.living.mail.number, stage.app.living.mail.unread = 4, 3
        stage.app.living.bridge.retold()
        await stage.shot("inbox-footer")
        await stage.press("alt+n")
        await stage.until("The build is green again", "Ctrl+D done")
        await stage.press("down")
        await stage.shot("inbox")
        await stage.press("ctrl+d", "tab")
        await stage.until("2 doubles merged")
        await stage.shot("inbox-all")


async def test_a_letter_with_changes(opened: Open) -> None:
    async with opened() as stage:
        desk(stage)
        await stage.act("inbox", "4")
        await stage.until("y keep", "letter 4")
        await stage.shot("letter-changes")
        await stage.press("n")
        await stage.until("Take back what this changed?")
        await stage.shot("letter-take-back")
        await stage.press("y")
        await stage.until("Taken back")
        await stage.press("c")
        await stage.until("n N")
        await stage.shot("letter-diff")


async def test_a_letter_with_the_draft_of_a_skill(opened: Open) -> None:
    async with opened() as stage:
        desk(stage)
        await stage.act("inbox", "3")
        await stage.until("y accept", "the draft, waiting")
        await stage.shot("letter-draft")
        await stage.press("y")
        await stage.until("Accepted: the skill")
        await stage.shot("letter-draft-accepted")


async def test_a_letter_that_asks_is_answered_where_it_is_read(opened: Open) -> None:
    async with opened() as stage:
        found = desk(stage)
        await stage.act("inbox", "5")
        await stage.until("pip download tidy")
        await stage.shot("letter-asks")
        await stage.press("escape")
        assert (found.sent, len(stage.app.screen_stack)) == ([], 1)
        await stage.act("inbox", "5")
        await stage.until("pip download tidy")
        await stage.press("y")
        await stage.until("Sent.")
        await stage.shot("letter-answered")
        assert found.sent == [("s-5", Decide(id="a1", allow=True))]


async def test_next_beats(opened: Open) -> None:
    async with opened() as stage:
        for name, coming in (
            ("beats", Coming(due=COMING, lives=True)),
            ("beats-without-daemon", Coming(due=COMING, notes=(NO_DAEMON,))),
        ):
            rhythms = Rhythms(coming)
            picker = beats.beats(rhythms, stage.app.living.now, stage.app.keymap, stage.app.ink, "/home/you")
            stage.app.push_screen(picker)
            await stage.until("~/notes/HEARTBEAT.md", "there is none")
            await stage.press("down")
            await stage.shot(name)
            await stage.press("escape")


async def test_what_is_known_of_a_beat(opened: Open) -> None:
    async with opened() as stage:
        rhythms = Rhythms(Coming(due=COMING, notes=(NO_DAEMON,)))
        page = beats.Opened(rhythms, NOTES, stage.app.living.now, lambda _: None)
        stage.app.push_screen(DeedPage(page.shown(), stage.app.keymap, stage.app.ink))
        await stage.until("if a daemon ran now", "r now")
        await stage.shot("beat")
        await stage.press("p")
        await stage.until("rests until you let it go on", "p go on")
        await stage.shot("beat-rests")
