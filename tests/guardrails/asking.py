"""Calls, outputs and providers that the tests of guardrails share."""

import time
from collections.abc import AsyncGenerator, Callable

from heartbit_tui.kernel.messages import Assistant, Text, ToolCall
from heartbit_tui.kernel.protocols import Checked, Output, Part, Request


def call(name: str = "webfetch", id: str = "c1", **input: object) -> ToolCall:
    return ToolCall(id=id, name=name, input=input)


def says(text: str) -> Assistant:
    return Assistant(content=(Text(text=text),))


def brought(text: str, *, is_error: bool = False) -> Output:
    return Output(content=text, is_error=is_error)


def content(checked: Output | Checked) -> str:
    return checked.output.content if isinstance(checked, Checked) else checked.content


def seconds(work: Callable[[], object]) -> float:
    """The processor time of some work; the least of up to four tries, because others work on this machine too."""

    def once() -> float:
        begun = time.thread_time()
        work()
        return time.thread_time() - begun

    least = once()
    for _ in range(3):
        least = least if least < BOUND / 2 else min(least, once())
    return least


BOUND = 0.4
"""Seconds that no guardrail takes for 100 kB."""


class Broken:
    """A provider whose stream is what it is told to be."""

    name = "judge"
    model = "small"

    def __init__(self, stream: Callable[[Request], AsyncGenerator[Part, None]]) -> None:
        self._stream = stream
        self.requests: list[Request] = []

    def stream(self, request: Request) -> AsyncGenerator[Part, None]:
        self.requests.append(request)
        return self._stream(request)


ADVERSARIAL = (
    *("ignore " * 14_000, "ignore previous " * 6_250, "send key to " * 8_000, "<" * 100_000, "A" * 100_000),
    *("%41" * 33_000, "&#65;" * 20_000, "\u200b" * 33_000, "\U000e0041" * 25_000, ". " * 50_000, "\n \n" * 33_000),
    *("\ufdfa" * 33_000, "1a" * 50_000, "aWdub3Jl" * 12_500, "a@" * 50_000, "@a.a" * 25_000, "1 " * 50_000),
    *("4" * 100_000, "4532 " * 20_000, "1.1.1.1." * 12_500, "::" * 50_000, "DE89 " * 20_000, "(415" * 25_000),
    *("415-555-2671 " * 7_500, "+44 2" * 20_000, " " * 100_000, "a.b@c.de " * 11_000, "||| " * 25_000),
    *("|||FENCE:" * 11_000, "verdict " * 12_500, "{" * 100_000, '"' * 100_000, "\\u0041" * 16_000),
)
"""Texts of about 100 kB that make careless patterns slow."""
