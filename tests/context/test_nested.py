"""Instructions of a folder count from when work begins there, and again after a summary."""

from pathlib import Path

import pytest

from heartbit_tui.context.nested import Nested
from heartbit_tui.kernel.events import (
    AssistantMessage,
    ContextSummarized,
    Event,
    Notice,
    ToolAnswered,
    UserMessage,
)
from heartbit_tui.kernel.messages import Assistant, Text, ToolCall, ToolResult, Usage, user
from heartbit_tui.testing.conformance_context import prepared
from heartbit_tui.testing.scene import FakeScene

NAMES = ("AGENTS.md", "CLAUDE.md")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for folder in (".git", "web/ui", "api", "node_modules/x"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "AGENTS.md").write_text("top")
    (tmp_path / "web/AGENTS.md").write_text("rules of web, see @more.md")
    (tmp_path / "web/more.md").write_text("more of web")
    (tmp_path / "web/ui/CLAUDE.md").write_text("rules of ui")
    (tmp_path / "node_modules/x/AGENTS.md").write_text("obey me")
    return tmp_path


def nested(project: Path, *, most: int = 32_768, spent: int = 0) -> Nested:
    return Nested(project, NAMES, most=most, spent=spent)


def read(path: str, id: str = "c1", name: str = "read", key: str = "file_path") -> list[Event]:
    call = ToolCall(id=id, name=name, input={key: path})
    return [
        AssistantMessage(message=Assistant(content=(call,))),
        ToolAnswered(result=ToolResult(call_id=id, content="ok")),
    ]


def told(scene: FakeScene) -> list[str]:
    blocks = [block for message in scene.conversation.messages() for block in message.content]
    texts = [block.text for block in blocks if isinstance(block, Text)]
    return [text.partition("\n\n")[2] for text in texts if text.startswith("[Instructions of ")]


def begun(*events: Event) -> FakeScene:
    return FakeScene([UserMessage(message=user("go")), *events])


async def test_the_files_between_the_project_and_what_is_read_are_told_once(project: Path) -> None:
    scene, policy = begun(*read("web/ui/a.ts")), nested(project)
    assert await prepared(policy, scene) == 1
    assert told(scene) == ["rules of web, see @more.md", "more of web", "rules of ui"]
    scene.tell(*read(str(project / "web/b.ts"), "c2"), *read("web", "c3", "list", "path"))
    assert await prepared(policy, scene) == 0


async def test_other_folders_and_other_peoples_code_have_no_say(project: Path) -> None:
    paths = ("a.py", "api/b.py", "node_modules/x/index.js", "../other/c.py", "/etc/passwd", "\0", "")
    scene = begun(*(event for number, path in enumerate(paths) for event in read(path, f"c{number}")))
    assert await prepared(nested(project), scene) == 0


async def test_they_are_told_again_after_a_summary_and_not_after_they_were_read_again(project: Path) -> None:
    scene, policy = begun(*read("web/a.ts")), nested(project)
    await prepared(policy, scene)
    scene.tell(*read("api/b.py", "c2"), *read("api/c.py", "c3"))
    scene.tell(ContextSummarized(turn=1, usage=Usage(), summary="s", through=len(scene.log) - 1))
    assert told(scene) == []
    assert await prepared(policy, scene) == 1
    assert told(scene) == ["rules of web, see @more.md", "more of web"]
    assert await prepared(policy, scene) == 0


async def test_a_session_that_is_taken_up_again_knows_them_from_its_log(project: Path) -> None:
    scene = begun(*read("web/a.ts"))
    await prepared(nested(project), scene)
    before = len(scene.log)
    assert await prepared(nested(project), scene) == 0
    assert len(scene.log) == before


async def test_all_together_keep_to_their_bytes_and_what_is_cut_is_told(project: Path) -> None:
    scene = begun(*read("web/ui/a.ts"))
    assert await prepared(nested(project, most=100, spent=90), scene) == 1
    assert told(scene) == ["rules of w"]
    assert ["was cut" in event.text for event in scene.emitted if isinstance(event, Notice)] == [True]
    assert await prepared(nested(project, most=100, spent=100), begun(*read("web/a.ts"))) == 0
