"""A page of a session of several agents has them side by side, escaped, with nothing that runs or loads."""

import re
from html.parser import HTMLParser

from heartbit_tui.kernel.events import AssistantMessage, RunStarted
from heartbit_tui.kernel.messages import Assistant, Text
from heartbit_tui.store.export_html import export_html
from heartbit_tui.store.lanes import Step, lanes
from tests.store.logs import placed
from tests.tui.view.team import team

NASTY = "<script>alert(1)</script>\x1b[31m\"'&"


class Page(HTMLParser):
    """The tags of a page, and its classes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_each_agent_has_a_lane_and_each_step_its_place_in_time() -> None:
    found = lanes(team())
    assert found.agents == ("heartbit", "reader", "tester")
    assert [step for step in found.steps if step.lane == 2] == [
        Step(lane=2, seconds=11.0, title="begins", text="run the tests"),
        Step(lane=2, seconds=23.0, title="says", text="I test it."),
        Step(lane=2, seconds=24.0, title="calls bash", text='{"command": "pytest -q"}'),
        Step(lane=2, seconds=29.0, title="bash failed after 2,100 ms", text="1 failed", is_error=True),
        Step(lane=2, seconds=35.0, title="fails", text="It needs a key.", is_error=True),
    ]
    assert [step.seconds for step in found.steps] == sorted(step.seconds for step in found.steps)


def test_the_page_has_a_column_for_each_agent_and_boxes_that_hide_them() -> None:
    page = export_html(team())
    assert re.findall(r'<strong class="name (l\d)">(\w+)</strong>', page) == [
        ("l0", "heartbit"),
        ("l1", "reader"),
        ("l2", "tester"),
    ]
    assert re.findall(r'type="checkbox" id="(\w+)"', page) == ["lane0", "lane1", "lane2", "wrong"]
    assert page.count('class="step l2 wrong"') == 2
    assert "# Rhythm &lt;b&gt;&amp;amp;&lt;/b&gt;" in page


def test_a_page_of_one_agent_has_no_lanes() -> None:
    assert "Side by side" not in export_html(each for each in team() if each.agent == "heartbit")


def test_nothing_in_a_page_runs_or_loads_whatever_agents_are_called_and_say() -> None:
    said = AssistantMessage(message=Assistant(content=(Text(text=NASTY),)))
    log = (
        *placed([RunStarted(task=NASTY), said], agent=NASTY),
        *placed([RunStarted(task=NASTY), said], first=3, agent="b"),
    )
    page = export_html(log)
    found = Page(page)
    assert found.tags & {"script", "iframe", "link", "object", "embed", "base", "form"} == set()
    assert found.attributes & {"src", "href", "onclick", "onload", "onerror", "action"} == set()
    assert "\x1b" not in page
    assert "<script>" not in page


def test_very_many_agents_share_the_last_lane() -> None:
    log = [
        each for number in range(40) for each in placed([RunStarted(task="x")], first=number + 1, agent=f"a{number}")
    ]
    page = export_html(log)
    assert "l24" not in page
    assert re.findall(r'<strong class="name l23">(\w+)</strong>', page) == ["others"]
    assert page.count('class="step l23"') == 17
