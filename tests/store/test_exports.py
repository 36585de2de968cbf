"""Logs become documents that nothing in them can break, and lines that lose nothing."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from heartbit_tui.kernel.events import (
    AssistantMessage,
    Envelope,
    JobEnded,
    JobStarted,
    Notice,
    Rewound,
    RunFailed,
    TextDelta,
    ToolAnswered,
    UserMessage,
)
from heartbit_tui.kernel.messages import (
    Assistant,
    Image,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Usage,
    User,
    user,
)
from heartbit_tui.store.export_html import export_html
from heartbit_tui.store.export_jsonl import BadLine, ImportFailed, export_jsonl, import_jsonl
from heartbit_tui.store.export_markdown import export_markdown
from heartbit_tui.store.store import Store
from tests.samples import samples
from tests.store.logs import STARTED, placed, record, run
from tests.wire.strategies import EVENT_TYPES, envelopes, values

CALL = ToolCall(id="c", name="bash", input={"command": "ls"})
SAID = Assistant(content=(Thinking(text="hm"), Text(text="Let me **look**."), CALL))
PIXEL = Image(media_type="image/png", data="iVBORw0KGgo=")
SESSION = placed(
    [
        STARTED,
        UserMessage(message=user("fix *this*\nplease")),
        AssistantMessage(message=SAID),
        ToolAnswered(result=ToolResult(call_id="c", content="a.py\n```\nb.py", media=(PIXEL,))),
        TextDelta(text="Now I"),
        JobStarted(id="bash_1", command="make [all]", tool_call_id="c"),
        RunFailed(error="no network", partial_usage=Usage(), kind="network"),
        JobEnded(id="bash_1", how="exited", exit_code=2, output="<b>no rule</b>\n", size=8),
    ]
)
EVENTS = st.one_of([values(kind) for kind in EVENT_TYPES])
LOGS = st.lists(envelopes(EVENTS), min_size=1, max_size=6)
CALM = settings(
    max_examples=samples(200, 50),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)


def test_markdown_reads_as_the_session_went() -> None:
    assert export_markdown(SESSION) == (
        "# fix \\*this\\*\n\n"
        "- Session: `s`\n"
        "- Folder: `/work/project`\n"
        "- Model: `scripted/m1`\n"
        "- Begun: `2026-01-01 00:00:01`\n"
        "- Last used: `2026-01-01 00:00:08`\n"
        "- Cost: `$0.0000`\n\n"
        "## You\n\nfix *this*\nplease\n\n"
        "<details><summary>`heartbit` thought</summary>\n\n```\nhm\n```\n\n</details>\n\n"
        "## heartbit\n\nLet me **look**.\n\n"
        '### `bash`\n\n```json\n{\n  "command": "ls"\n}\n```\n\n'
        "Answer:\n\n````\na.py\n```\nb.py\n````\n\n"
        "*`image/png`, 9 bytes*\n\n"
        "## heartbit (cut off)\n\nNow I\n\n"
        "> bash_1 goes on in the background: make [all]\n\n"
        "> The run failed: no network\n\n"
        "> bash_1 has ended in the background: exit code 2\n> <b>no rule</b>\n"
    )


def test_what_was_rewound_is_left_out() -> None:
    log = placed([STARTED, UserMessage(message=user("one")), UserMessage(message=user("two")), Rewound(to=3)])
    assert "one" in export_markdown(log)
    assert "two" not in export_markdown(log)


class Page(HTMLParser):
    """Every tag, attribute and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.extend(attrs)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_html_holds_everything_and_shows_pictures() -> None:
    page = Page(export_html(SESSION))
    text = "".join(page.texts)
    for words in ("fix *this*\nplease", "hm", "Let me **look**.", '"command": "ls"', "a.py\n```\nb.py", "no network"):
        assert words in text
    assert ("src", "data:image/png;base64,iVBORw0KGgo=") in page.attributes


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        "</pre></body><script>x</script>",
        '"><img src=x onerror=alert(1)>',
        "$title ${items}",
        "\x1b]0;owned\x07\x1b[2J",
        "half \ud800 character",
    ],
)
def test_nothing_in_a_log_becomes_markup_or_steers_a_terminal(evil: str) -> None:
    picture = Image(media_type=f"image/png{evil}", data=evil)
    events = [
        UserMessage(message=User(content=(Text(text=evil), picture))),
        AssistantMessage(message=Assistant(content=(ToolCall(id="c", name=evil, input={evil: evil}),))),
        ToolAnswered(result=ToolResult(call_id="c", content=evil, media=(Image(media_type="image/png", data=evil),))),
        Notice(level="info", text=evil),
    ]
    log = placed(events, session=evil, agent=evil)
    page = Page(export_html(log))
    plain = Page(export_html(placed([*events[:0], UserMessage(message=user("plain"))])))
    assert set(page.tags) <= {*plain.tags, "details", "summary", "p"}
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    for text in (export_html(log), export_markdown(log)):
        text.encode()
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text)


@CALM
@given(LOGS)
@pytest.mark.slow
def test_every_log_can_be_exported_in_every_form(log: list[Envelope]) -> None:
    export_markdown(log).encode()
    Page(export_html(log))
    assert len(list(export_jsonl(log))) == len(log)


@CALM
@given(LOGS)
def test_lines_lose_nothing(log: list[Envelope]) -> None:
    ordered = sorted({envelope.seq: envelope for envelope in log}.values(), key=lambda each: each.seq)
    assert list(import_jsonl(export_jsonl(ordered))) == ordered


async def test_an_export_is_taken_in_as_a_new_session(store: Store) -> None:
    await record(store, "s", [STARTED, *run("a", turns=2)])
    log = (await store.load("s")).envelopes
    new = await store.take_in(import_jsonl(export_jsonl(log)))
    taken = (await store.load(new)).envelopes
    assert new != "s"
    assert [each.event for each in taken] == [each.event for each in log]
    assert [(each.seq, each.at, each.run) for each in taken] == [(each.seq, each.at, each.run) for each in log]
    assert (await store.index.info(new)).summary == (await store.index.info("s")).summary


def test_bad_lines_are_told_by_their_numbers() -> None:
    one, two = export_jsonl(placed([STARTED, Notice(level="info", text="a")]))
    lines = [two, "", "{", '{"type":"moon_phase","seq":3,"at":"2026-01-01","session":"","run":"","agent":""}', one]
    with pytest.raises(ImportFailed) as caught:
        import_jsonl(lines)
    assert [bad.number for bad in caught.value.lines] == [3, 4, 5]
    assert "line 4: Unknown type 'moon_phase'" in str(caught.value)
    with pytest.raises(ImportFailed) as caught:
        import_jsonl(["", " "])
    assert caught.value.lines == (BadLine(number=1, reason="The file holds no event."),)
