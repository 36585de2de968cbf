"""heartbit as the client that the conformance suite drives; run as a process: `conforming.py URL`.

All that the server offers is called, and its forms are filled with what it says would be taken anyway.
"""

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from heartbit_tui.kernel.events import Question
from heartbit_tui.kernel.messages import JsonObject
from tests.mcp.fleets import Call, World

FITTING: Mapping[str, Any] = {"number": 2, "integer": 3, "string": "x", "boolean": True, "array": [], "object": {}}
DEFAULT = re.compile(r"Without an answer: (.*)\.$")


class Person(Call):
    """Takes what a form proposes: the first field in words, the rest by leaving it."""

    async def ask(self, questions: Sequence[Question]) -> tuple[tuple[str, ...], ...] | None:
        proposed = DEFAULT.search(questions[0].question)
        return ((proposed[1] if proposed else "yes",), *(() for _ in questions[1:]))


def arguments(schema: JsonObject) -> dict[str, Any]:
    """Something that fits for each of them."""
    return {name: FITTING[field.get("type", "string")] for name, field in schema.get("properties", {}).items()}


async def main(url: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), environment=dict(os.environ))
        async with world.fleet({"suite": {"url": url}}) as fleet:
            (status,) = fleet.statuses()
            assert status.phase == "ready", status.told
            for tool in fleet.tools():
                output = await tool.run(arguments(tool.spec.input_schema), Person())
                assert not output.is_error, output.content


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
