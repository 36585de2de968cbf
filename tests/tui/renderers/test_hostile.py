"""Whatever text comes, it is drawn within the screen, in bounded time, and the terminal obeys none of it."""

import random
import re
import time
from collections.abc import Iterator, Sequence
from typing import get_args

import pytest
from rich.cells import cell_len

from heartbit_tui.client.guarded import Did
from heartbit_tui.kernel.events import Choice, Hook, Question
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.renderers.calls import DRAWINGS
from heartbit_tui.tui.renderers.scene import Scene
from heartbit_tui.tui.renderers.table import foldable, opens, render
from heartbit_tui.tui.transcript.blocks import (
    Block,
    Call,
    Ending,
    Guarded,
    Inquiry,
    Notice,
    Prompt,
    Shell,
    State,
    Thinking,
)
from tests.samples import samples, share
from tests.tui.renderers.samples import AT, shipped_ink

ACTING = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
STATES: Sequence[State] = ("writing", "waiting", "asking", "running", "ok", "failed", "refused", "cut")
DID: Sequence[Did] = get_args(Did)
HOOKS: Sequence[Hook] = get_args(Hook)
WIDTHS = (120, 80, 20, 5, 2)
TOOLS = (*sorted(DRAWINGS), "mcp_thing", "memory_recall")

SEQUENCES = (
    *(f"\x1b[{count}{final}" for count in ("", "2", "1;1", "?1049", "?25", "38;5;1", "8") for final in "AHJKSTmhlnru"),
    *(f"\x1b]{n};{text}{end}" for n in (0, 8, 52, 777) for text in ("x", "c;AAAA") for end in ("\x07", "\x1b\\", "")),
    *(f"\x1bP{text}\x1b\\" for text in ("q", "+q544e", "$qm")),
    *(f"\x1b{final}" for final in "78=>cDEHMNOZ^_"),
    *(chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))),
    *(chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200B, 0x200D, 0x200E, 0xFEFF, 0x2028)),
    *("[bold red]", "[/]", "[link=file:///x]", "[@click=app.quit]q[/]", "$error", "{x}", "%s", "\\[", "[[", "]"),
    *(
        "漢字",
        "한국어",
        "👩‍👩‍👧",
        "🇫🇷",
        "e\u0301\u0302",
        "\u0301",
        "ก\u0e34\u0e49",
        "ﷺ",
        "\u1160",
        "\ud800",
        "\x1b[38:2::1:2:3m",
    ),
    *("<lsp-diagnostics", "</lsp-diagnostics>", "(exit code: 1)", "     1\t", "a:1:", "@@ -1 +1 @@", "--- a\n+++ b\n"),
)


def texts(seed: int, count: int) -> Iterator[str]:
    """Each sequence within words, then mixtures, a few of them very long."""
    yield from (f"a{each}b {each}" for each in SEQUENCES[seed::4])
    chance = random.Random(seed)
    for number in range(count - len(SEQUENCES[seed::4]) - 4):
        pieces = chance.choices((*SEQUENCES, " ", "\n", "word", "\t", "    "), k=chance.randrange(1, 30))
        yield "".join(pieces) if number % 10 else "\n".join(pieces)
    yield "x" * 10_000
    yield "漢" * 10_000
    yield "\x1b[31m" * 3000
    yield "\n" * 5000


def around(text: str, number: int) -> Iterator[Block]:
    """A block for each renderer, with the text wherever text can stand."""
    state = STATES[number % len(STATES)]
    options = (Choice(label=text, description=text), Choice(label="b"))
    asked = (Question(question=text, header=text, options=options),)
    yield Prompt(text=text, how=("prompt", "steer", "queued")[number % 3], images=number % 3)
    yield Thinking(text=text, closed=number % 2 == 0)
    yield Inquiry(id=text, questions=asked, answers=(None, ((text,),), ())[number % 3])
    yield Notice(level=("info", "warning", "error")[number % 3], text=text)
    did, hook = DID[number % len(DID)], HOOKS[number % len(HOOKS)]
    yield Guarded(did=did, hook=hook, guardrail=text, reason=text, quote=text, tool=text, call=text, text=text)
    yield Ending(how=("completed", "failed", "interrupted")[number % 3], text=text, milliseconds=number, calls=number)
    yield Shell(command=text, output=text, code=(None, 0, 1)[number % 3], hidden=number % 2 == 0)
    yield from (call(tool, text, state, number) for tool in TOOLS)
    yield call(text[:200], text, state, number)


def call(tool: str, text: str, state: State, number: int) -> Call:
    diff = f"--- a/{text}\n+++ b/{text}\n@@ -1,2 +1,2 @@ {text}\n {text}\n-{text}\n+{text}!\n"
    inside = {text[:100]: [text, {"k": text, "n": [1, None, True]}]}
    given = {
        **dict.fromkeys(("command", "file_path", "path", "pattern", "url", "query", "include"), text),
        "todos": [
            {"content": text, "status": text, "priority": text},
            {"content": text, "status": "in_progress"},
            text,
        ],
        "tasks": [{"agent": text, "task": text}],
        "questions": [{"question": text}],
        "offset": number,
        **inside,
    }
    written = state == "writing"
    return Call(
        id="1",
        tool=tool,
        state=state,
        input={} if written else given,
        arguments=f'{{"command": "{text}", "file_path": "{text}' if written else "",
        output=text,
        preview=diff,
        details={
            "cwd": text,
            "log": text,
            "exit_code": number % 2,
            "diff": diff,
            "added": 1,
            "removed": 1,
            "path": text,
        },
        changed=(text,),
        milliseconds=number,
        at=AT,
        agent=text if number % 3 == 0 else "",
        note=text if state == "refused" else "",
    )


def faults(lines: Sequence[Line], width: int) -> list[str]:
    text = "\n".join(line.text for line in lines)
    found = ["acts on the terminal"] if ACTING.search(text.replace("\n", "")) else []
    found += ["line end in a line"] if text.count("\n") != max(len(lines) - 1, 0) else []
    return found + ["too wide" for line in lines if cell_len(line.text) > width or line.gutter > width]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.slow
def test_hostile_text_stays_text_in_every_renderer(seed: int) -> None:
    ink = shipped_ink()
    found: list[tuple[str, str, list[str]]] = []
    count = 0
    for number, text in enumerate(share(tuple(texts(seed, 160)), 3)):
        count += 1
        look = Look(WIDTHS[number % len(WIDTHS)], ink)
        scene = Scene(cwd="/x", now=AT, reveal=number % 5 == 4)
        for block in around(text, number):
            for is_open in (False, True):
                wrong = faults(render(block, look, open=is_open, scene=scene), look.width)
                found += [(type(block).__name__, text[:60], wrong)] if wrong else []
            foldable(block)
            opens(block)
    assert found == []
    assert count >= samples(150, 50)


def test_a_line_of_fifty_megabytes_costs_little_everywhere() -> None:
    look = Look(100, shipped_ink())
    text = "x\x1b[31m漢" * (50_000_000 // 7)
    slow: list[tuple[str, str, float]] = []
    for block in huge(text):
        for is_open in (False, True):
            begun = time.process_time()
            lines = render(block, look, open=is_open)
            spent = time.process_time() - begun
            assert len(lines) < 1000
            name = block.tool if isinstance(block, Call) else type(block).__name__
            slow += [(name, f"open={is_open}", spent)] if spent > 0.8 else []
    assert slow == []


def huge(text: str) -> Iterator[Block]:
    yield Prompt(text=text)
    yield Thinking(text=text)
    yield Notice(level="error", text=text)
    yield Ending(how="failed", text=text)
    yield Shell(command=text, output=text, code=1)
    yield Inquiry(id="q", questions=(Question(question=text, options=(Choice(label=text),)),))
    given: dict[str, str] = dict.fromkeys(("command", "file_path", "pattern", "url", "query", "other"), text)
    details = {"diff": text, "added": 1, "removed": 1}
    for tool in TOOLS:
        yield Call(id="1", tool=tool, state="failed", input=given, output=text, preview=text, details=details)
    yield Call(id="1", tool="write", state="writing", arguments='{"content": "' + text)
    yield Call(id="1", tool="bash", state="running", input=given, output=text)


SLOW = (
    "<lsp-diagnostics file=",
    "[",
    '{"a":',
    "\x1b[31m",
    "a:1:",
    "@@ -1,9 +1,9 @@\n",
    "-a b c\n+a c b\n",
    "\n",
    "\r",
    '"\\',
)


@pytest.mark.parametrize("part", SLOW)
def test_text_that_is_slow_to_read_is_not(part: str) -> None:
    look = Look(80, shipped_ink())
    text = part * (200_000 // len(part))
    begun = time.process_time()
    for tool in ("bash", "edit", "read", "grep", "other"):
        diff = f"--- a/a\n+++ b/a\n@@ -1,9999 +1,9999 @@\n{text}"
        for state in STATES[3:6:2]:
            block = Call(id="1", tool=tool, state=state, arguments=text, output=text, details={"diff": diff})
            for is_open in (False, True):
                assert faults(render(block, look, open=is_open), 80) == []
    assert time.process_time() - begun < 6


def test_json_of_any_depth_and_size_is_drawn() -> None:
    look = Look(80, shipped_ink())
    deep: object = "end"
    for number in range(5000):
        deep = {"in": deep} if number % 2 else [deep]
    values: list[object] = [
        deep,
        10**6000,
        -(10**29),
        float("nan"),
        [[]],
        {},
        {"": ""},
        list(range(5000)),
        [None, True],
    ]
    for value in values:
        block = Call(id="1", tool="other", state="ok", input={"value": value})
        assert faults(render(block, look, open=True), 80) == []
    assert len(values) == 9
