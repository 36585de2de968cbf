"""A function becomes a tool: types are its schema and its check, and what it raises is told to the model."""

import asyncio
import textwrap
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, Optional

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel, Field

from heartbit_tui import CallContext, Effects, Output, Touch, Unable, tool
from heartbit_tui.testing import FakeCallContext


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass
class Point:
    """A place."""

    x: int
    y: int = 0


class Box(BaseModel):
    corner: Point
    name: str = "box"


@tool(effects="read")
def everything(
    text: str,
    count: int,
    kind: Literal["a", "b"] = "a",
    colour: Colour = Colour.RED,
    at: Point | None = None,
    boxes: Optional[list[Box]] = None,  # noqa: UP045 - the old spelling has to work too
    ratio: Annotated[float, Field(description="from the annotation", ge=0)] = 0.5,
    table: dict[str, int] | None = None,
    *,
    json: bool = False,
) -> str:
    """Take one of everything.

    Args:
        text: words
        json: a name that pydantic has a use for
    """
    return f"{text} {count} {kind} {colour!r} {at} {boxes} {ratio} {table} {json}"


@tool
async def aloud(text: str, context: CallContext) -> str:
    """Say it with the id of the call."""
    await asyncio.to_thread(lambda: None)
    return f"{context.call_id}: {text}"


def context() -> CallContext:
    return FakeCallContext()


async def told(function: Any, **given: object) -> Output:
    assert function.check(given) == ""
    return await function.run(given, context())


def test_types_defaults_and_descriptions_are_in_the_schema() -> None:
    schema = everything.spec.input_schema
    Draft202012Validator.check_schema(schema)
    properties = schema["properties"]
    assert schema["required"] == ["text", "count"]
    assert schema["additionalProperties"] is False
    assert properties["text"] == {"type": "string", "description": "words"}
    assert properties["kind"] == {"type": "string", "enum": ["a", "b"], "default": "a"}
    assert properties["colour"]["enum"] == ["red", "blue"]
    assert properties["ratio"]["description"] == "from the annotation"
    assert properties["json"]["description"] == "a name that pydantic has a use for"
    point = {"type": "object", "properties": {"x": {"type": "integer"}, "y": {"type": "integer", "default": 0}}}
    shape = properties["at"]["anyOf"][0]
    assert {key: shape[key] for key in point} | {"required": shape["required"]} == point | {"required": ["x"]}
    assert "$ref" not in str(schema)
    assert (everything.spec.name, everything.spec.description) == ("everything", "Take one of everything.")


async def test_values_reach_the_function_as_its_types_have_them() -> None:
    output = await told(
        everything, text="t", count=2, kind="b", colour="blue", at={"x": 1}, boxes=[{"corner": {"x": 3}}], json=True
    )
    assert output.content == (
        "t 2 b <Colour.BLUE: 'blue'> Point(x=1, y=0) [Box(corner=Point(x=3, y=0), name='box')] 0.5 None True"
    )


WRONG: tuple[tuple[dict[str, object], str], ...] = (
    ({"text": "t"}, "`count` is missing"),
    ({"text": "t", "count": "many"}, "`count`"),
    ({"text": "t", "count": 1, "kind": "c"}, "`kind`"),
    ({"text": "t", "count": 1, "ratio": -1}, "`ratio`"),
    ({"text": "t", "count": 1, "at": {"y": 1}}, "`at"),
    ({"text": "t", "count": 1, "at": {"x": 1, "z": 1}}, "`at"),
    ({"text": "t", "count": 1, "txt": 1}, "did you mean `text`?"),
    ({"text": None, "count": 1}, "`text`"),
    ({}, "`text` is missing; `count` is missing"),
)


def test_what_does_not_fit_is_told_in_a_sentence() -> None:
    told = [everything.check(given) for given, _ in WRONG]
    assert [words for (_, words), sentence in zip(WRONG, told, strict=True) if words not in sentence] == []
    assert all(sentence.startswith("everything cannot take these arguments") for sentence in told)


async def test_a_parameter_for_the_context_is_not_the_models() -> None:
    assert list(aloud.spec.input_schema["properties"]) == ["text"]
    assert (await told(aloud, text="hi")).content == f"{context().call_id}: hi"


async def test_a_plain_function_runs_beside_the_loop() -> None:
    @tool(effects="none")
    def where() -> bool:
        """Tell whether this is the main thread."""
        return threading.current_thread() is threading.main_thread()

    assert (await told(where)).content == "false"


RETURNED: tuple[tuple[object, str], ...] = (
    (None, "Done."),
    ("words", "words"),
    ({"a": [1, 2.5]}, '{"a":[1,2.5]}'),
    ([Point(x=1)], '[{"x":1,"y":0}]'),
    (Path("/a"), '"/a"'),
    (Output(content="own", is_error=True), "own"),
    (float("nan"), "NaN"),
    ({1}, "[1]"),
)


async def test_what_is_returned_is_told_as_words_or_json() -> None:
    def gives(value: object) -> Callable[[], object]:
        def give() -> object:
            """Give it."""
            return value

        return give

    assert [(await told(tool(gives(value)))).content for value, _ in RETURNED] == [words for _, words in RETURNED]


async def test_what_is_raised_becomes_the_tools_error() -> None:
    @tool
    def breaks(how: str) -> None:
        """Break."""
        raise Unable("Give another one.") if how == "softly" else ValueError("no good") if how else KeyError

    outputs = [await told(breaks, how=how) for how in ("softly", "hard", "")]
    assert [output.is_error for output in outputs] == [True] * 3
    expected = ["Give another one.", "breaks failed: ValueError: no good", "breaks failed: KeyError"]
    assert [output.content for output in outputs] == expected


async def test_a_cancelled_call_is_cancelled() -> None:
    begun = asyncio.Event()

    @tool
    async def waits() -> None:
        """Wait."""
        begun.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(waits.run({}, context()))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_it_can_still_be_called_as_the_function_that_it_was() -> None:
    @tool(effects="none", name="adding", description="Adds.")
    def add(a: int, b: int = 1) -> int:
        return a + b

    assert add(2) + add(2, b=3) == 8
    assert (add.spec.name, add.spec.description) == ("adding", "Adds.")


def test_what_a_call_touches_and_may_do_is_as_it_was_said() -> None:
    def written(path: str) -> list[Touch]:
        return [Touch(kind="write", what=path)]

    @tool(effects="write", touches=written)
    def put(path: str) -> None:
        """Put something there."""

    assert put.effects is Effects.WRITE
    assert put.touches({"path": "/tmp/a"}) == (Touch(kind="write", what="/tmp/a"),)
    assert (aloud.effects, aloud.touches({"text": "x"})) == (Effects.EXECUTE, ())


class Node:
    """No type that a model could give."""


def several(*args: int) -> None:
    """Take them."""


def named(**kwargs: int) -> None:
    """Take them."""


def placed(a: int, /) -> None:
    """Take it."""


def foreign(a: Node) -> None:
    """Take it."""


def silent(a: int) -> None: ...


def late(a: int) -> None:
    """Take it."""


late.__annotations__["a"] = "Missing"


@dataclass
class Chain:
    link: "Chain | None" = None


def endless(a: Chain) -> None:
    """Take it."""


def test_a_function_that_no_model_could_call_is_refused_in_words() -> None:
    faults: dict[Callable[..., Any], str] = {
        textwrap.dedent: "has no type",
        several: "cannot be given by name",
        named: "cannot be given by name",
        placed: "cannot be given by name",
        foreign: "have no JSON Schema",
        silent: "has no docstring",
        late: "is not known",
        endless: "contains itself",
    }
    for function, words in faults.items():
        with pytest.raises(TypeError, match=words):
            tool(function)
