from heartbit_tui.kernel.events import ApprovalRequested, Choice, Question, QuestionAnswered, QuestionAsked
from heartbit_tui.kernel.messages import Text, ToolCall
from heartbit_tui.tui.renderers.calls import DRAWINGS
from tests.tui.renderers import samples
from tests.tui.snapshots.conftest import Open
from tests.tui.snapshots.script import answered, asked
from tests.tui.snapshots.stage import PROJECT, Pose

RUN = ToolCall(id="a1", name="bash", input={"command": "rm -rf build dist && python3 -m build --wheel 2>&1 | tail -5"})
EDIT = ToolCall(id="a2", name="edit", input={"file_path": f"{PROJECT}/src/shop/basket.py"})
FETCH = ToolCall(id="a3", name="webfetch", input={"url": "https://docs.example.org/money?q=%E2%80%AEtxt"})
REASON = "The bash tool would run a program, and no rule allows exactly this."
DATABASE = Question(
    question="Which database should the service use?",
    header="Database",
    options=(
        Choice(label="SQLite", description="One file, nothing to run."),
        Choice(label="PostgreSQL", description="A server; needs one to be there."),
        Choice(label="Neither"),
    ),
)
CHECKS = Question(
    question="Which of these are to hold before a release?",
    header="Checks",
    options=(Choice(label="tests"), Choice(label="types", description="pyright, strict"), Choice(label="licences")),
    multiple=True,
)


def waits(call: ToolCall, *, rule: str = "", preview: str = "", reason: str = REASON) -> ApprovalRequested:
    """A call that a person is asked about."""
    return ApprovalRequested(
        turn=1,
        tool_names=(call.name,),
        id=f"ask-{call.id}",
        call=call,
        reason=reason,
        rule="mode ask",
        proposal=rule,
        preview=preview,
    )


async def test_a_command_is_asked_about(opened: Open) -> None:
    async with opened() as stage:
        await stage.play(*asked("Make the wheel."), *answered(Text(text="I clean the build first."), RUN))
        await stage.play(waits(RUN, rule="bash(python3 -m build --wheel)"))
        await stage.until("once")
        await stage.shot("command")
        await stage.press("ctrl+e")
        await stage.shot("explained")
        await stage.press("ctrl+e", "a")
        await stage.shot("rule-edited")
        await stage.press("escape", "e", *"keep dist")
        await stage.shot("refused-with-words")


async def test_a_change_and_what_waits_behind_it(opened: Open, pose: Pose) -> None:
    async with opened() as stage:
        await stage.play(*asked("Count each item."), *answered(EDIT, FETCH, RUN))
        await stage.play(waits(EDIT, rule="edit(src/shop/**)", preview=samples.SMALL_DIFF, reason="It changes a file."))
        await stage.play(waits(FETCH, reason="It reaches the network."), waits(RUN), agent="explorer")
        await stage.until("once")
        await stage.shot("change")
        await stage.press("t")
        await stage.shot("change-split")
        await stage.press("f")
        await stage.shot("change-full")
        await stage.press("escape", "y")
        stage.app.talk.settled("ask-a2")
        stage.app.living.bridge.changed(stage.app.talk)
        await stage.until("Fetch this address?")
        await stage.shot("one-of-two")


async def test_questions(opened: Open) -> None:
    async with opened() as stage:
        await stage.play(*asked("Plan the service."), *answered(Text(text="Two things are yours to say.")))
        await stage.play(QuestionAsked(id="q1", questions=(DATABASE, CHECKS)))
        await stage.until("SQLite")
        await stage.shot("one")
        await stage.press("down", "enter")
        await stage.until("licences")
        await stage.press("1", "2")
        await stage.shot("several")
        await stage.press("w")
        await stage.write("docs too")
        await stage.shot("own-words")
        await stage.press("escape")
        await stage.play(QuestionAnswered(id="q1", answers=(("PostgreSQL",), ("tests", "docs too"))))
        await stage.play(QuestionAsked(id="q2", questions=(DATABASE,)), QuestionAnswered(id="q2", answers=()))
        stage.app.talk.book.fold_all(open=True)
        stage.app.chat.changed()
        await stage.shot("answered-open")
        stage.app.talk.book.fold_all(open=False)
        stage.app.chat.changed()
        await stage.shot("answered")


async def test_calls_of_every_tool_wait_for_a_person(opened: Open) -> None:
    async with opened() as stage:
        await stage.play(*asked("Do everything."))
        calls = [ToolCall(id=f"w-{tool}", name=tool, input={"path": "a"}) for tool in DRAWINGS]
        await stage.play(*answered(*calls), *(waits(call) for call in calls))
        await stage.until(f"of {len(DRAWINGS)}")
        await stage.shot("fifteen")
        stage.app.talk.book.fold_all(open=True)
        stage.app.chat.changed()
        await stage.shot("fifteen-open")
