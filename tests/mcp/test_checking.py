"""Answers are held to the form that their server promised, and no form that a server thinks up takes long."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from heartbit_tui.mcp.checking import NO_SCHEMA, Shape, is_quick
from tests.mcp.fleets import World, called, contrary

OBJECT = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 0}}, "required": ["n"]}
FITTING: tuple[tuple[dict[str, Any], Any], ...] = (
    (OBJECT, {"n": 1}),
    (OBJECT, {"n": 1.0, "more": None}),
    ({"type": "array", "uniqueItems": True}, [1, True, "1", [1], {"a": 1}]),
    ({"type": "string", "pattern": r"^\d{4}-\d{2}$"}, "2026-11"),
    ({"patternProperties": {"^x-": {"type": "integer"}}, "additionalProperties": False}, {"x-a": 1}),
    ({"$ref": "#/$defs/a", "$defs": {"a": {"items": {"$ref": "#/$defs/a"}}}}, [[], [[]]]),
    ({"properties": {"pattern": {"type": "string"}}, "enum": [{"pattern": "(a+)+"}]}, {"pattern": "(a+)+"}),
    ({"prefixItems": [{"type": "integer"}], "unevaluatedItems": False}, [1]),
    ({"$schema": "http://json-schema.org/draft-07/schema#", "items": [{"type": "integer"}]}, []),
)
WRONG: tuple[tuple[dict[str, Any], Any, str], ...] = (
    (OBJECT, None, "there is no structured content"),
    (OBJECT, {"n": -1}, "$.n: -1 is less than the minimum of 0"),
    (OBJECT, {}, "$: 'n' is a required property"),
    (OBJECT, {"n": "1"}, "$.n: '1' is not of type 'integer'"),
    ({"type": "array", "uniqueItems": True}, [{"a": 1}, {"a": 1.0}], "$: some of its items are the same"),
    ({"type": "string", "pattern": r"^\d{4}-\d{2}$"}, "x", "$: 'x' does not match '^\\\\d{4}-\\\\d{2}$'"),
    ({"patternProperties": {"^x-": {"type": "integer"}}}, {"x-a": "1"}, "$['x-a']: '1' is not of type 'integer'"),
    ({"prefixItems": [{}], "unevaluatedItems": False}, [1, 2], "$: Unevaluated items are not allowed"),
    ({"$schema": "http://json-schema.org/draft-07/schema#", "items": [{"type": "null"}]}, [1], "$[0]: 1 is not of"),
    ({"type": "nonsense"}, {}, "its schema cannot be used: "),
    ({"$ref": "#/$defs/none"}, {}, "its schema cannot be used: "),
    ({"$ref": "http://127.0.0.1:1/schema"}, {}, "its schema cannot be used: "),
    ({"description": "x" * 70_000}, {}, NO_SCHEMA.format(why="it is too long to be checked")),
    ({"pattern": "(", "type": "string"}, "x", "its schema cannot be used: "),
    ({}, "x" * 2_000_001, "it is too long to be checked"),
)
DOUBLING = {f"a{n}": {"allOf": [{"$ref": f"#/$defs/a{n + 1}"}] * 2} for n in range(60)}
DEEP = json.loads("[" * 900 + "]" * 900)
BOMBS: tuple[tuple[dict[str, Any], Any], ...] = (
    ({"$ref": "#"}, {}),
    ({"$ref": "#/$defs/a0", "$defs": {**DOUBLING, "a60": {}}}, {}),
    ({"$ref": "#/$defs/a0", "$defs": {**DOUBLING, "a60": {}}, "unevaluatedProperties": False}, {"x": 1}),
    ({"pattern": "^(a+)+$"}, "a" * 60 + "b"),
    ({"pattern": "^(a|a)*$"}, "a" * 60 + "b"),
    ({"pattern": r"^(\w+\s?)*$"}, "a" * 60 + "!"),
    ({"pattern": "^(a?){60}a{60}$"}, "a" * 60),
    ({"pattern": "^a*a*a*a*a*a*a*b$"}, "a" * 250),
    ({"pattern": "^a*a*b$"}, "a" * 1_000_000),
    ({"patternProperties": {"^(a+)+$": {}}, "additionalProperties": False}, {"a" * 60 + "b": 1}),
    ({"propertyNames": {"pattern": "^(a+)+$"}}, {"a" * 60 + "b": 1}),
    ({"uniqueItems": True}, [{"a": n} for n in range(50_000)]),
    ({"items": {"anyOf": [{"const": n} for n in range(1_000)]}}, [-1] * 10_000),
    ({"items": {"$ref": "#"}}, DEEP),
)
SECONDS = 3.0


@pytest.mark.security("X4", n=len(FITTING) + len(WRONG))
def test_what_fits_passes_and_what_does_not_is_told() -> None:
    assert {json.dumps(answer): Shape(schema).fault(answer) for schema, answer in FITTING} == {
        json.dumps(answer): "" for _, answer in FITTING
    }
    for schema, answer, told in WRONG:
        assert Shape(schema).fault(answer).startswith(told), schema


@pytest.mark.security("X4", n=len(BOMBS))
def test_no_schema_of_a_server_takes_long() -> None:
    for schema, answer in BOMBS:
        began = time.perf_counter()
        Shape(schema).fault(answer)
        assert time.perf_counter() - began < SECONDS, schema


def test_simple_patterns_are_matched_and_others_left_out() -> None:
    quick = ("^[a-z]+$", r"^\d{4}-\d{2}-\d{2}$", "^https?://", r"\+\+\+\+", "^a{2,3}$")
    slow = ("(a+)+", "(a|b)*", "(ab){3}", r"(.)\1", "a*b*c*", "a|b", "(?=a)b")
    assert ([*map(is_quick, quick)], [*map(is_quick, slow)]) == ([True] * len(quick), [False] * len(slow))


@pytest.mark.security("X4", n=4)
async def test_an_answer_of_another_form_is_an_error_that_still_says_what_came(tmp_path: Path) -> None:
    async with World(tmp_path).fleet({"s": contrary("promises")}) as fleet:
        for given, fault in (
            ({"n": 1}, ""),
            ({"n": "x"}, "$.n: 'x' is not of type 'integer'"),
            (None, "no structured"),
        ):
            output = await called(fleet, "one", give=given)
            assert (output.is_error, fault in output.content, "called" in output.content) == (bool(fault), True, True)
        assert not (await called(fleet, "free", give={"n": "x"})).is_error
