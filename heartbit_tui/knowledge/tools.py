"""knowledge_search: what the model looks documents up with."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeAlias

from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.protocols import CallContext, Effects, Output, ToolSpec, Touch
from heartbit_tui.knowledge.shown import beginning, cited, passages
from heartbit_tui.knowledge.types import Found, Wanted

NAME = "knowledge_search"
USUAL, MOST = 5, 20

Find: TypeAlias = Callable[[Wanted], Awaitable[Found]]
"""Searches. Raises `HeartbitError` where it cannot."""


def schema() -> JsonObject:
    """The JSON Schema of the input."""
    query = {"type": "string", "minLength": 1, "description": "What to look for, in words or as a question."}
    told = "Only documents whose path or URL begins so, such as `docs/` or `https://example.com/`."
    limit = {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}
    return {
        "type": "object",
        "properties": {
            "query": query,
            "source_filter": {"type": "string", "description": told},
            "limit": {**limit, "description": "How many passages at most."},
        },
        "required": ["query"],
        "additionalProperties": False,
    }


class KnowledgeSearch:
    """A `Tool` that searches what is indexed; places are told as seen from `folder`, where the agent stands."""

    effects = Effects.READ
    keeps_own_time = False

    def __init__(self, find: Find, folder: Path) -> None:
        self._find = find
        self._folder = folder

    @property
    def spec(self) -> ToolSpec:
        """How the model sees it."""
        description = Path(__file__).with_name(f"{NAME}.md").read_text(encoding="utf-8").strip()
        return ToolSpec(name=NAME, description=description, input_schema=schema())

    def touches(self, input: JsonObject) -> tuple[Touch, ...]:
        """Nothing: the index holds what a person had indexed."""
        return ()

    def check(self, input: JsonObject) -> str:
        """Empty when the input is usable; otherwise a sentence that tells the model what to change."""
        problems = tuple(_problems(input))
        if not problems:
            return ""
        return f"{NAME} cannot take these arguments: {'; '.join(problems)}. Call it again with the arguments corrected."

    async def preview(self, input: JsonObject) -> str:
        """The query."""
        return str(input.get("query", ""))

    async def run(self, input: JsonObject, context: CallContext) -> Output:
        """Search, and give passages with where they stand."""
        wanted = Wanted(
            text=input["query"], source=self._filter(input.get("source_filter") or ""), limit=input.get("limit", USUAL)
        )
        try:
            found = await self._find(wanted)
        except HeartbitError as problem:
            return Output(content=str(problem), is_error=True)
        folder = str(self._folder)
        details = {"count": len(found.hits), "places": [cited(hit, folder) for hit in found.hits]}
        return Output(content=passages(found, folder), details=details)

    def _filter(self, text: str) -> str:
        """The beginning of a URI that a filter means: a path counts from the folder where the agent stands."""
        return text and beginning(text, self._folder)


def _problems(input: JsonObject) -> list[str]:
    known = schema()["properties"]
    found = [f"`{name}` is not an argument (there are {', '.join(known)})" for name in input if name not in known]
    query, source, limit = input.get("query"), input.get("source_filter"), input.get("limit", USUAL)
    if not isinstance(query, str) or not query.strip():
        found.append("`query` has to be a text that is not empty")
    if not isinstance(source, str | None):
        found.append("`source_filter` has to be a text")
    if not isinstance(limit, int) or isinstance(limit, bool) or not 1 <= limit <= MOST:
        found.append(f"`limit` has to be a whole number from 1 to {MOST}")
    return found
