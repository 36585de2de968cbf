"""Puts a fence around text that tools bring from outside, so that a model can tell it from what it was asked."""

import secrets
from collections.abc import Iterable
from dataclasses import replace
from importlib.resources import files

from heartbit_tui.guardrails.marking import fenced, mark_of
from heartbit_tui.guardrails.passing import Passing
from heartbit_tui.guardrails.sources import source_of
from heartbit_tui.kernel.messages import ToolCall
from heartbit_tui.kernel.protocols import Checked, Output

USUAL = ("file", "web", "mcp", "memory", "mail")
"""Sources that are fenced where none are named."""


class Fence(Passing):
    """A `Guardrail` that fences outputs of these sources; errors and other tools are left alone.

    `secret` is what the marks are made of: random, and one for each session.
    """

    def __init__(self, *, sources: Iterable[str] = USUAL, secret: bytes | None = None) -> None:
        super().__init__("fence")
        self._sources = frozenset(sources)
        self._secret = secret or secrets.token_bytes(32)
        self._note = files("heartbit_tui.guardrails").joinpath("fence.md").read_text("utf-8").strip()

    async def post_tool(self, call: ToolCall, output: Output) -> Output | Checked:
        """The output between its marks."""
        source = source_of(call.name)
        if output.is_error or not output.content or source not in self._sources:
            return output
        origin = f"source: {source}, tool: {call.name}"
        inside = fenced(output.content, id=mark_of(self._secret, call.id), origin=origin, note=self._note)
        return replace(output, content=inside)
