"""The tool with which a model brings back, word for word, what a summary stands for."""

from collections.abc import Callable, Sequence
from pathlib import Path

from heartbit_tui.context.transcript import entry
from heartbit_tui.kernel.bases import Simple
from heartbit_tui.kernel.conversation import SUMMARY
from heartbit_tui.kernel.messages import JsonObject, Message, Text
from heartbit_tui.kernel.past import Past, Placed
from heartbit_tui.kernel.protocols import CallContext, Effects, Output, ToolSpec

NAME = "recall_context"
MOST = 24_000
"""Bytes of one answer; what is left is asked for with another call."""


def _schema() -> JsonObject:
    return {
        "type": "object",
        "properties": {
            "first": {"type": "integer", "minimum": 1, "description": "The number of the first entry."},
            "last": {
                "type": "integer",
                "minimum": 1,
                "description": "The number of the last entry; without it one entry.",
            },
            "skip": {"type": "integer", "minimum": 0, "description": "Bytes of the first entry to leave out."},
        },
        "required": ["first"],
        "additionalProperties": False,
    }


NUMBERS = ("first", "last", "skip")


class RecallContext(Simple):
    """A `Tool` that reads the session's own log."""

    def __init__(self, past: Callable[[], Past]) -> None:
        self._past = past
        text = Path(__file__).with_name(f"{NAME}.md").read_text(encoding="utf-8").strip()
        super().__init__(ToolSpec(name=NAME, description=text, input_schema=_schema()), Effects.NONE)

    def check(self, input: JsonObject) -> str:
        if strange := [name for name in input if name not in NUMBERS]:
            return f"`{strange[0]}` is not known: {NAME} takes first, last and skip."
        wrong = [name for name in NUMBERS if name in input and not _is_number(input[name], least=int(name != "skip"))]
        if "first" not in input or wrong:
            return f"`{wrong[0] if wrong else 'first'}` has to be a whole number, as in the list of parts: 12 for #12."
        return "`last` comes before `first`." if input.get("last", input["first"]) < input["first"] else ""

    async def run(self, input: JsonObject, context: CallContext) -> Output:
        past = self._past()
        first, last = input["first"], input.get("last", input["first"])
        found = past.between(first, last)
        if not found:
            return Output(content=_nothing(past, first, last), is_error=True)
        return Output(content=_page(found, input.get("skip", 0)), details={"first": first, "last": last})


def worth_offering(messages: Sequence[Message]) -> bool:
    """Whether a summary stands for something that could be brought back."""
    first = messages[0].content[0] if messages and messages[0].content else None
    return isinstance(first, Text) and first.text.startswith(SUMMARY)


def _page(found: Sequence[Placed], skip: int) -> str:
    """As many entries as fit, and where to go on."""
    lines: list[str] = []
    left = MOST
    for placed in found:
        data = entry(placed).encode("utf-8", "surrogatepass")[skip:]
        if len(data) > left:
            if not lines:
                lines.append(data[:left].decode("utf-8", "ignore"))
                skip += len(lines[0].encode())
            else:
                skip = 0
            told = f", skip={skip}" if skip else ""
            return "\n".join((*lines, f"[It goes on: {NAME} with first={placed.seq}, last={found[-1].seq}{told}]"))
        lines.append(data.decode("utf-8", "replace"))
        left -= len(data) + 1
        skip = 0
    return "\n".join(filter(None, lines))


def _nothing(past: Past, first: int, last: int) -> str:
    if not past.entries:
        return "Nothing was said yet."
    return (
        f"Nothing that counts stands at #{first}–#{last}: there is #{past.entries[0].seq} to #{past.entries[-1].seq}."
    )


def _is_number(value: object, *, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least
