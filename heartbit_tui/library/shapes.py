"""The shape of a wanted answer: a JSON Schema, or a type that has one."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter

from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.wire.arguments import without_references

T = TypeVar("T")


def schema_of(shape: JsonObject | type | None) -> JsonObject | None:
    """The JSON Schema of a shape; one that is given stays as it is."""
    if shape is None or isinstance(shape, Mapping):
        return shape
    adapter: TypeAdapter[Any] = TypeAdapter(shape)
    return without_references(adapter.json_schema())


def read_as(kind: type[T], value: JsonObject) -> T:
    """A value as an object of this type. Raises `ValidationError`."""
    return TypeAdapter(kind).validate_python(value)
