"""Whether an answer has the form that its server promised: JSON Schema by jsonschema, within bounds that nobody can break."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from jsonschema import Draft202012Validator, SchemaError, ValidationError, validators
from referencing import Registry
from referencing.exceptions import Unresolvable

from heartbit_tui.mcp.shapes import list_of, table_of
from heartbit_tui.mcp.types import Json

MOST_SCHEMA = 65_536
MOST_ANSWER = 2_000_000
"""Characters, as JSON, of what is looked at."""

STEPS = 20_000
"""Keywords of a schema that are looked at for one answer."""

MOST_WORDS = 300
LONGEST = 256
"""Characters of a string that a pattern of a server's is matched with."""

DATA = frozenset({"const", "enum", "default", "examples"})
"""Keywords whose value is no schema."""

_VARIABLE = re.compile(r"(?<!\\)(?:[*+?]|\{\d*,\d*\})")
_RISKY = re.compile(r"\)[*+?{]|\||\\[1-9]|\(\?")
MOST_VARIABLE = 2
TOO_LONG = "it is too long to be checked"
TOO_MUCH = "it takes too much to be checked"
MISSING = "there is no structured content"
NO_SCHEMA = "its schema cannot be used: {why}"
Check = Callable[..., Iterator[ValidationError]]


class Shape:
    """The form of the answers of one tool; it is read when it is first needed."""

    def __init__(self, schema: Mapping[str, Json]) -> None:
        self._schema = schema
        self._validator: Any = None
        self._budget = _Budget()

    def fault(self, answer: Json) -> str:
        """What is wrong with an answer, in a few words; empty where nothing is. May take a quarter of a second."""
        if answer is None:
            return MISSING
        try:
            if len(json.dumps(answer)) > MOST_ANSWER:
                return TOO_LONG
            if self._validator is None:
                self._validator = _validator(self._schema, self._budget)
            self._budget.left = STEPS
            for error in self._validator.iter_errors(answer):
                return f"{error.json_path}: {error.message}"[:MOST_WORDS]
        except (_SpentError, RecursionError):
            return TOO_MUCH
        except (SchemaError, Unresolvable, re.error, TypeError, ValueError, AttributeError) as error:
            said = error.message if isinstance(error, SchemaError) else str(error)
            return NO_SCHEMA.format(why=said)[:MOST_WORDS]
        return ""


def is_quick(pattern: str) -> bool:
    """Whether a pattern surely takes no time to speak of with a string of `LONGEST`: no choices, nothing repeated twice."""
    return not _RISKY.search(pattern) and len(_VARIABLE.findall(pattern)) <= MOST_VARIABLE


class _SpentError(Exception):
    """The steps are used up."""


class _Budget:
    def __init__(self) -> None:
        self.left = STEPS

    def step(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise _SpentError


def _validator(schema: Mapping[str, Json], budget: _Budget) -> Any:
    """Raises `SchemaError`, `ValueError`."""
    text = json.dumps(schema)
    if len(text) > MOST_SCHEMA:
        raise ValueError(TOO_LONG)
    kind: Any = validators.validator_for(schema, default=Draft202012Validator)
    kind.check_schema(schema)
    own = {name: _counted(check, budget) for name, check in kind.VALIDATORS.items()}
    own["pattern"] = _counted(_short(kind.VALIDATORS["pattern"]), budget)
    own["uniqueItems"] = _counted(_unique, budget)
    made: Any = cast("Any", validators).extend(kind, own)
    referring = "$ref" in text or "$dynamicRef" in text
    return made(_tamed(schema, referring), registry=cast("Any", Registry)())


def _counted(check: Check, budget: _Budget) -> Check:
    def checked(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        budget.step()
        yield from check(validator, value, instance, schema) or ()

    return checked


def _short(check: Check) -> Check:
    def checked(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        if not isinstance(instance, str) or len(instance) <= LONGEST:
            yield from check(validator, value, instance, schema) or ()

    return checked


def _unique(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    """The package compares each with each, which for many takes forever."""
    if value and isinstance(instance, list):
        texts = [json.dumps(_plain(each), sort_keys=True) for each in cast("list[Json]", instance)]
        if len(set(texts)) < len(texts):
            yield ValidationError("some of its items are the same")


def _plain(value: Json) -> Json:
    """The value with whole numbers written in one way."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in table_of(value).items()}
    return [_plain(each) for each in list_of(value)] if isinstance(value, list) else value


def _tamed(schema: Json, referring: bool) -> Json:
    """The schema without patterns that may take forever, and without what is found out anew for every reference."""
    if isinstance(schema, list):
        return [_tamed(each, referring) for each in list_of(schema)]
    if not isinstance(schema, dict):
        return schema
    left = {key: value if key in DATA else _tamed(value, referring) for key, value in table_of(schema).items()}
    if isinstance(left.get("pattern"), str) and not is_quick(left["pattern"]):
        del left["pattern"]
    names = left.get("patternProperties")
    if isinstance(names, dict) and (len(table_of(names)) > 1 or not all(map(is_quick, table_of(names)))):
        left = {key: value for key, value in left.items() if key not in ("patternProperties", "additionalProperties")}
    unsure = ("unevaluatedProperties", "unevaluatedItems") if referring else ()
    return {key: value for key, value in left.items() if key not in unsure}
