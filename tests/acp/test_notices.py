"""What an editor is told beside the words of a conversation."""

from heartbit_tui.acp.notices import notice
from heartbit_tui.agents.routing import by_words, escalated
from tests.agents.test_routing import TEAM


def test_an_editor_is_told_who_takes_a_prompt_and_who_takes_over() -> None:
    assert notice(by_words("fix the bug", TEAM).event) == "coder takes this — score 0.00: code fit it best."
    over = "Several agents are led from here on — coder failed: it ran out of turns."
    assert notice(escalated("coder", "it ran out of turns").event) == over
