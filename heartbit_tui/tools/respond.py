"""The tool through which a model gives an answer in a wanted shape; it is checked and never run."""

from pathlib import Path

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError

from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.protocols import CallContext, Effects, Output, ToolSpec, Touch

NAME = "__respond__"
MOST_PROBLEMS = 5


class Respond:
    """Checks answers against a JSON Schema (2020-12) of an object.

    Raises `ConfigError` when the schema is none, or is not one of an object.
    """

    keeps_own_time = True
    effects = Effects.NONE

    def __init__(self, schema: JsonObject) -> None:
        try:
            Draft202012Validator.check_schema(schema)
        except SchemaError as error:
            raise ConfigError(f"The answer's JSON Schema is not valid: {error.message}", key="schema") from error
        if schema.get("type", "object") != "object":
            raise ConfigError('The answer\'s JSON Schema must be of an object ("type": "object").', key="schema")
        self._schema: JsonObject = {"type": "object", **schema}
        self._validator = Draft202012Validator(self._schema)

    @property
    def spec(self) -> ToolSpec:
        description = Path(__file__).with_suffix(".md").read_text(encoding="utf-8").strip()
        return ToolSpec(name=NAME, description=description, input_schema=self._schema)

    def touches(self, input: JsonObject) -> tuple[Touch, ...]:
        return ()

    def check(self, input: JsonObject) -> str:
        found = self._validator.iter_errors(input)  # pyright: ignore[reportUnknownMemberType] - the stubs leave it open
        problems: list[ValidationError] = sorted(found, key=_place)
        if not problems:
            return ""
        told = "; ".join(f"{_place(problem)}: {problem.message}" for problem in problems[:MOST_PROBLEMS])
        return f"The answer does not fit the schema: {told}. Call {NAME} again with these corrected."

    async def preview(self, input: JsonObject) -> str:
        return ""

    async def run(self, input: JsonObject, context: CallContext) -> Output:
        return Output(content="Accepted as the answer.")


def _place(problem: ValidationError) -> str:
    return ".".join(str(part) for part in problem.path) or "the answer"
