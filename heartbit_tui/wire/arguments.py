"""The arguments of a tool: one pydantic model gives the schema, the check and the values."""

import difflib
import inspect
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.protocols import CallContext, Effects, Output, ToolSpec, Touch


class Arguments(BaseModel):
    """What a tool takes; a subclass names each argument and describes it with `Field(description=...)`."""

    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)


class Unable(HeartbitError):
    """A tool cannot do what was asked; the message tells the model why and what to do instead."""


Given = TypeVar("Given", bound=Arguments)


class TypedTool(ABC, Generic[Given]):
    """A `Tool` whose input is an `Arguments` model and whose description is the file NAME.md beside its own module.

    A subclass sets `name`, `effects` and `arguments`, and writes `act`; `reach`, `show` and `objection` where
    it touches something, can be previewed, or has rules that no schema tells.
    """

    name: str
    effects: Effects
    keeps_own_time: bool = False
    arguments: type[Given]

    @property
    def spec(self) -> ToolSpec:
        """How the model sees this tool."""
        return _spec(self.name, Path(inspect.getfile(type(self))).parent, self.arguments)

    def touches(self, input: JsonObject) -> tuple[Touch, ...]:
        """All that a call would read, write, run or fetch."""
        return self.reach(self.parse(input))

    def check(self, input: JsonObject) -> str:
        """Empty when the input is usable; otherwise a sentence that tells the model what to change."""
        return fault(self.name, self.arguments, input) or self.objection(self.parse(input))

    async def preview(self, input: JsonObject) -> str:
        """What a call would do, for the person who has to approve it; why it would fail where that is known."""
        try:
            return await self.show(self.parse(input))
        except Unable as problem:
            return str(problem)

    async def run(self, input: JsonObject, context: CallContext) -> Output:
        """Do it; `Unable` becomes an output that is an error."""
        try:
            return await self.act(self.parse(input), context)
        except Unable as problem:
            return Output(content=str(problem), is_error=True)

    def parse(self, input: JsonObject) -> Given:
        """The input as a model; raises `ValidationError` where `check` would object."""
        return self.arguments.model_validate(dict(input))

    def reach(self, given: Given) -> tuple[Touch, ...]:
        """All that a call with these arguments would touch."""
        return ()

    def objection(self, given: Given) -> str:
        """A sentence against arguments that fit the schema and still make no sense; empty for none."""
        return ""

    async def show(self, given: Given) -> str:
        """What a call with these arguments would do."""
        return ""

    @abstractmethod
    async def act(self, given: Given, context: CallContext) -> Output:
        """Do it, with arguments that were checked; raises `Unable` where the model has to do something else."""
        ...


@cache
def _spec(name: str, folder: Path, arguments: type[Arguments]) -> ToolSpec:
    description = (folder / f"{name}.md").read_text(encoding="utf-8").strip()
    return ToolSpec(name=name, description=description, input_schema=schema(arguments))


def schema(arguments: type[Arguments]) -> JsonObject:
    """The JSON Schema of an object with these arguments; no titles and no references, which some services refuse.

    A model that contains itself has no such schema.
    """
    return without_references(arguments.model_json_schema())


def without_references(full: dict[str, Any]) -> JsonObject:
    """A JSON Schema with what it refers to in its place, and no titles."""
    return _plain_object(full, full.get("$defs", {}))


def _plain_object(node: dict[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    if "$ref" in node:
        node = definitions[node["$ref"].rpartition("/")[2]] | {key: node[key] for key in node if key != "$ref"}
    kept = {key: _plain(value, definitions) for key, value in node.items() if key not in _LEFT_OUT}
    if "properties" in node:
        kept["properties"] = {name: _plain(value, definitions) for name, value in node["properties"].items()}
    return kept


def _plain(node: Any, definitions: Mapping[str, Any]) -> Any:
    if isinstance(node, dict):
        return _plain_object(cast("dict[str, Any]", node), definitions)
    if isinstance(node, list):
        return [_plain(value, definitions) for value in cast("list[Any]", node)]
    return node


_LEFT_OUT = frozenset({"title", "$defs", "properties"})


def fault(tool: str, arguments: type[Arguments], input: JsonObject) -> str:
    """A sentence about each argument that is missing, unknown or of the wrong kind; empty when all fit."""
    try:
        arguments.model_validate(dict(input))
    except ValidationError as error:
        known = tuple(arguments.model_fields)
        sentences = [_sentence(detail, known) for detail in error.errors(include_url=False)]
        return (
            f"{tool} cannot take these arguments: {'; '.join(sentences)}. Call it again with the arguments corrected."
        )
    return ""


def _sentence(detail: ErrorDetails, known: Sequence[str]) -> str:
    where = ".".join(str(part) for part in detail["loc"])
    match detail["type"]:
        case "missing":
            return f"`{where}` is missing"
        case "extra_forbidden":
            return f"`{where}` is not an argument ({_known(detail['loc'], known)})"
        case _:
            message = detail["msg"].removeprefix("Value error, ")
            return f"`{where}`: {message[:1].lower()}{message[1:]}" if where else message


def _known(location: Sequence[int | str], known: Sequence[str]) -> str:
    close = difflib.get_close_matches(str(location[-1]), known, n=1) if len(location) == 1 else []
    return f"did you mean `{close[0]}`?" if close else f"there are {', '.join(f'`{name}`' for name in known)}"
