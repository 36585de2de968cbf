"""Skills and commands of files, called line by line."""

from pathlib import Path
from typing import Any

from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from heartbit_tui.client.commands import Command
from heartbit_tui.client.files import FileIndex
from heartbit_tui.repl.complete import Completions
from tests.repl.service import desk

OFFERS = (Command(name="git:fix", does="Fix\x1b[31m it"), Command(name="review", does="Look at a change"))


def test_a_skill_is_called_by_its_name_and_what_is_none_is_not_sent(tmp_path: Path) -> None:
    reply: dict[str, Any] = {"blocks": [{"text": "As the skill says."}], "when": "[/review (#"}
    with desk(tmp_path, reply) as made:
        done = made.lines("/review the change", "/reviuw")
    assert "heartbit: As the skill says." in done.stdout
    assert "info: /review is the skill in " in done.stdout
    assert "warning: There is no command /reviuw." in done.stdout


async def test_tab_offers_what_files_bring(tmp_path: Path) -> None:
    async def offers() -> tuple[Command, ...]:
        return OFFERS

    async def sessions() -> tuple[()]:
        return ()

    completions = Completions(FileIndex(tmp_path), sessions, offers)
    found = {
        typed: [
            (each.text, each.display_meta_text)
            async for each in completions.get_completions_async(Document(typed), CompleteEvent())
        ]
        for typed in ("/gi", "/rev", "/review x")
    }
    assert found["/gi"] == [("git:fix", "Fix it")]
    assert ("review", "Look at a change") in found["/rev"]
    assert found["/review x"] == []
