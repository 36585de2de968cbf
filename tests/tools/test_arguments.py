"""One pydantic model gives a tool's schema, its check and its values."""

import json
from typing import Literal

import pytest
from pydantic import Field

from heartbit_tui.kernel.protocols import CallContext, Effects, Output, Tool
from heartbit_tui.tools.arguments import Arguments, TypedTool, fault, schema


class Leaf(Arguments):
    """One leaf."""

    title: str = Field(description="What it says.")
    state: Literal["green", "brown"] = "green"


class Tree(Arguments):
    """A tree."""

    name: str = Field(description="Its name.")
    height: int = Field(default=1, ge=0)
    leaves: tuple[Leaf, ...] = ()


class Plant(TypedTool[Tree]):
    """Plants a tree."""

    name = "plant"
    effects = Effects.NONE
    arguments = Tree

    def objection(self, given: Tree) -> str:
        return "No tree is that high." if given.height > 100 else ""

    async def act(self, given: Tree, context: CallContext) -> Output:
        return Output(content=f"{given.name} with {len(given.leaves)} leaves")


PLANT: Tool = Plant()


def test_a_schema_has_no_references_and_no_titles_but_keeps_properties_of_that_name() -> None:
    made = schema(Tree)
    assert made == {
        "additionalProperties": False,
        "description": "A tree.",
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"description": "Its name.", "type": "string"},
            "height": {"default": 1, "minimum": 0, "type": "integer"},
            "leaves": {
                "default": [],
                "type": "array",
                "items": {
                    "additionalProperties": False,
                    "description": "One leaf.",
                    "type": "object",
                    "required": ["title"],
                    "properties": {
                        "title": {"description": "What it says.", "type": "string"},
                        "state": {"default": "green", "enum": ["green", "brown"], "type": "string"},
                    },
                },
            },
        },
    }
    assert json.loads(json.dumps(made)) == made


def test_usable_arguments_bring_no_complaint() -> None:
    assert PLANT.check({"name": "elm", "leaves": [{"title": "x"}]}) == ""


COMPLAINTS: tuple[tuple[dict[str, object], str], ...] = (
    ({}, "`name` is missing"),
    ({"nam": "elm", "name": "elm"}, "`nam` is not an argument (did you mean `name`?)"),
    ({"name": "elm", "zzz": 1}, "`zzz` is not an argument (there are `name`, `height`, `leaves`)"),
    ({"name": "elm", "height": "tall"}, "`height`: input should be a valid integer"),
    ({"name": "elm", "height": -1}, "`height`: input should be greater than or equal to 0"),
    ({"name": "elm", "leaves": [{}]}, "`leaves.0.title` is missing"),
    ({"height": "tall"}, "`name` is missing; `height`: input should be"),
)


@pytest.mark.parametrize(("given", "said"), COMPLAINTS)
def test_each_bad_argument_is_named_in_one_sentence(given: dict[str, object], said: str) -> None:
    sentence = PLANT.check(given)
    assert said in sentence
    assert sentence.startswith("plant cannot take these arguments: ")
    assert "\n" not in sentence
    assert fault("plant", Tree, given) == sentence


def test_what_no_schema_tells_is_checked_too() -> None:
    assert PLANT.check({"name": "elm", "height": 101}) == "No tree is that high."
