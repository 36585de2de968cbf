"""Lines on stdin are ops."""

import pytest

from heartbit_tui.headless.dialogue import parse
from heartbit_tui.headless.endings import UsageError
from heartbit_tui.kernel.messages import Image, Text
from heartbit_tui.kernel.ops import Decide, Interrupt, Mode, Op, Prompt, SetMode, Steer


@pytest.mark.parametrize(
    ("line", "op"),
    [
        ('{"type":"user","message":{"role":"user","content":"hi"}}', Prompt(content=(Text(text="hi"),))),
        (
            '{"type":"user","message":{"content":[{"type":"text","text":"hi"},{"type":"image","source":'
            '{"type":"base64","media_type":"image/png","data":"AA=="}}]}}',
            Prompt(content=(Text(text="hi"), Image(media_type="image/png", data="AA=="))),
        ),
        (
            '{"type":"user","message":{"content":[{"type":"image","media_type":"image/gif","data":"AA=="}]}}',
            Prompt(content=(Image(media_type="image/gif", data="AA=="),)),
        ),
        ('{"type":"interrupt"}', Interrupt()),
        ('{"type":"steer","text":"left"}', Steer(text="left")),
        ('{"type":"set_mode","mode":"plan"}', SetMode(mode=Mode.PLAN)),
        ('{"type":"decide","id":"a","allow":true}', Decide(id="a", allow=True)),
    ],
)
def test_a_line_says_an_op(line: str, op: Op) -> None:
    assert parse(line) == op


@pytest.mark.parametrize(
    "line",
    [
        "hello",
        "3",
        "{}",
        '{"type":"user"}',
        '{"type":"user","message":"hi"}',
        '{"type":"user","message":{"content":[]}}',
        '{"type":"user","message":{"content":[{"type":"video"}]}}',
        '{"type":"user","message":{"content":5}}',
        '{"type":"fly"}',
        '{"type":"steer"}',
        '{"type":"set_mode","mode":"brave"}',
    ],
)
def test_any_other_line_is_wrong_usage(line: str) -> None:
    with pytest.raises(UsageError):
        parse(line)
