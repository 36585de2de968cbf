"""What a person calls by name is told once, and what is in use stays told, whatever becomes of the conversation."""

from pathlib import Path

import pytest

from heartbit_tui.kernel.dropping import note
from heartbit_tui.kernel.events import (
    AssistantMessage,
    ContextSummarized,
    Event,
    Notice,
    ResultReplaced,
    Rewound,
    ToolAnswered,
    UserMessage,
)
from heartbit_tui.kernel.messages import Assistant, Text, ToolCall, ToolResult, Usage, user
from heartbit_tui.skills.calling import Calling, Typed, typed
from heartbit_tui.skills.stock import Stock
from heartbit_tui.skills.types import Place
from heartbit_tui.testing.conformance_context import ContextConformance, prepared
from heartbit_tui.testing.scene import FakeScene, says
from tests.skills.folders import Anyone, put, skill


@pytest.fixture
def found(tmp_path: Path) -> Stock:
    skill(tmp_path / "skills", "review", "How to review $ARGUMENTS.")
    put(tmp_path / "commands/git/fix.md", "Fix $1 of $2. All: $ARGUMENTS.")
    places = (
        Place(folder=tmp_path / "skills", layer="user", title="skills"),
        Place(folder=tmp_path / "commands", layer="user", title="commands", kind="commands"),
    )
    stock = Stock(places, Anyone)
    stock.look()
    return stock


class TestCalling(ContextConformance):
    @pytest.fixture(autouse=True)
    def _stock(self, found: Stock) -> None:
        self.stock = found

    def policy(self) -> Calling:
        return Calling(self.stock)


def told(scene: FakeScene) -> list[str]:
    """What heartbit told of skills, as it is seen."""
    blocks = [block for message in scene.conversation.messages() for block in message.content]
    return [block.text for block in blocks if isinstance(block, Text) and block.text.startswith(("[/", "[The skill"))]


def asked(*texts: str) -> FakeScene:
    return FakeScene([UserMessage(message=user(text)) for text in texts])


def loaded(name: str = "review", content: str = "REVIEW SO", id: str = "c1") -> list[Event]:
    call = ToolCall(id=id, name="skill", input={"name": name})
    return [
        AssistantMessage(message=Assistant(content=(call,))),
        ToolAnswered(result=ToolResult(call_id=id, content=content)),
    ]


def summary(scene: FakeScene, through: int | None = None) -> ContextSummarized:
    return ContextSummarized(turn=1, usage=Usage(), summary="In short.", through=through or len(scene.log) + 1)


TYPED = (
    ("/review", Typed(name="review")),
    ("  /review  a b\nc ", Typed(name="review", arguments="a b\nc")),
    ("/git:fix 7", Typed(name="git:fix", arguments="7")),
    ("/etc/hosts is wrong", None),
    ("see /review", None),
    ("/", None),
    ("/ review", None),
)


def test_a_name_behind_a_slash_is_a_call() -> None:
    assert [typed(text) for text, _ in TYPED] == [call for _, call in TYPED]


async def test_a_skill_that_is_called_is_told_once_behind_the_prompt(found: Stock) -> None:
    scene, policy = asked("/review src/a.py"), Calling(found)
    await prepared(policy, scene)
    assert len(told(scene)) == 1
    assert told(scene)[0].startswith("[/review (#1)]\n\n<skill-")
    assert "How to review src/a.py." in told(scene)[0]
    scene.tell(AssistantMessage(message=says("Done.")))
    await prepared(policy, scene)
    await prepared(Calling(found), scene)
    assert len(told(scene)) == 1


async def test_a_command_gets_what_was_typed_behind_it(found: Stock) -> None:
    scene = asked("/git:fix 'issue 7' main")
    await prepared(Calling(found), scene)
    assert told(scene)[0].endswith("Fix issue 7 of main. All: 'issue 7' main.")


async def test_the_same_call_typed_twice_is_told_twice(found: Stock) -> None:
    scene = asked("/review a", "/skill:review b", "and /review c", "/nothing", "/etc/hosts")
    await prepared(Calling(found), scene)
    assert [text.partition("\n")[0] for text in told(scene)] == ["[/review (#1)]", "[/review (#2)]"]


async def test_a_summary_does_not_take_a_loaded_skill_away(found: Stock) -> None:
    scene, policy = FakeScene([UserMessage(message=user("go")), *loaded()]), Calling(found)
    await prepared(policy, scene)
    assert told(scene) == []
    for _ in range(3):
        scene.tell(AssistantMessage(message=says("On it.")))
        scene.tell(summary(scene))
        await prepared(policy, scene)
        await prepared(Calling(found), scene)
        again = [text for text in told(scene) if "The skill review is in use" in text]
        assert [text.partition("\n\n")[2] for text in again] == ["REVIEW SO"]


async def test_a_summary_does_not_take_a_called_skill_away(found: Stock) -> None:
    scene, policy = asked("/review src/a.py"), Calling(found)
    await prepared(policy, scene)
    scene.tell(AssistantMessage(message=says("On it.")))
    scene.tell(summary(scene))
    await prepared(policy, scene)
    assert "How to review src/a.py." in told(scene)[-1]
    assert told(scene)[-1].startswith("[The skill review is in use")


async def test_a_command_holds_for_its_own_prompt_alone(found: Stock) -> None:
    scene, policy = asked("/git:fix 7 main"), Calling(found)
    await prepared(policy, scene)
    scene.tell(AssistantMessage(message=says("On it.")))
    scene.tell(summary(scene))
    await prepared(policy, scene)
    assert "Fix 7 of main." in told(scene)[-1]
    scene.tell(AssistantMessage(message=says("Done.")), UserMessage(message=user("Thanks. Now something else.")))
    scene.tell(summary(scene, through=len(scene.log)))
    await prepared(policy, scene)
    assert not any("Fix 7 of main." in text for text in told(scene))


async def test_what_a_person_took_out_stays_out(found: Stock) -> None:
    scene = FakeScene([UserMessage(message=user("go")), *loaded(content="x" * 500)])
    taken = note(ToolResult(call_id="c1", content="x" * 500))
    scene.tell(ResultReplaced(tool_call_id="c1", content=taken, omitted=400, why="dropped"))
    await prepared(Calling(found), scene)
    assert told(scene) == []


async def test_what_was_gone_back_on_is_not_told_again(found: Stock) -> None:
    scene, policy = FakeScene([UserMessage(message=user("go")), *loaded()]), Calling(found)
    await prepared(policy, scene)
    scene.tell(Rewound(to=2))
    scene.tell(UserMessage(message=user("Something else.")), AssistantMessage(message=says("On it.")))
    scene.tell(summary(scene))
    await prepared(policy, scene)
    assert told(scene) == []


async def test_many_skills_are_told_again_within_bounds_the_newest_first(found: Stock) -> None:
    scene = FakeScene([UserMessage(message=user("go"))])
    for number in range(10):
        scene.tell(*loaded(f"s{number}", f"{number}" * 30_000, f"c{number}"))
    scene.tell(AssistantMessage(message=says("On it.")))
    scene.tell(summary(scene))
    await prepared(Calling(found), scene)
    again = told(scene)
    assert [text.partition("\n")[0].split()[2] for text in again] == ["s7", "s8", "s9"]
    assert all(len(text) < 20_200 and "[cut here: " in text for text in again)


async def test_what_does_not_count_is_refused_with_the_reason_once(found: Stock, tmp_path: Path) -> None:
    put(tmp_path / "skills/broken/SKILL.md", "no table")
    scene, policy = asked("/broken"), Calling(found)
    await prepared(policy, scene)
    await prepared(policy, scene)
    texts = [each.text for each in scene.emitted if isinstance(each, Notice)]
    assert [text for text in texts if text.startswith("/broken is not used: It has no table")] == texts


async def test_a_change_on_the_disk_is_told_to_the_person_before_the_next_answer(found: Stock, tmp_path: Path) -> None:
    scene, policy = asked("/brand-new"), Calling(found)
    skill(tmp_path / "skills", "brand-new", "Fresh.")
    await prepared(policy, scene)
    notices = [each.text for each in scene.emitted if isinstance(each, Notice)]
    assert notices[:1] == [
        "Skills or commands changed on the disk (new: brand-new). They hold as they are now from their next use on."
    ]
    assert notices[1:] == [f"/brand-new is the skill in {tmp_path}/skills/brand-new/SKILL.md."]
    assert "Fresh." in told(scene)[0]
