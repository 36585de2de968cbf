"""Turns kernel dataclasses into schemas of pydantic's validator.

pydantic's own schema generation is passed by: it would need field aliases on the kernel's classes, which may
import nothing, and it takes longer than reading a session does.
"""

import dataclasses
from collections.abc import Mapping
from enum import Enum
from functools import cache
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints

from pydantic_core import SchemaValidator, ValidationError, core_schema

from heartbit_tui.wire.names import TAGS, key_of

_SIMPLE = MappingProxyType(
    {
        str: core_schema.str_schema,
        int: core_schema.int_schema,
        float: core_schema.float_schema,
        bool: core_schema.bool_schema,
    }
)


@cache
def validator(kind: Any) -> SchemaValidator:
    """The validator for a class or a union of classes of the kernel, built when it is first asked for."""
    return SchemaValidator(_schema(kind))


def sentence(error: ValueError) -> str:
    """Where it is wrong and how, without the values, which may be secret."""
    if not isinstance(error, ValidationError):
        return str(error)
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    told = (f"`{'.'.join(map(str, each['loc']))}`: {each['msg']}" for each in problems[:3])
    return "; ".join(told) + (f"; and {len(problems) - 3} more" if len(problems) > 3 else "")


def _schema(kind: Any) -> core_schema.CoreSchema:
    if kind in _SIMPLE:
        return _SIMPLE[kind]()
    if dataclasses.is_dataclass(kind):
        return _dataclass(cast("type[Any]", kind))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return core_schema.enum_schema(kind, list(kind))
    return _generic(get_origin(kind), get_args(kind))


def _generic(origin: Any, arguments: tuple[Any, ...]) -> core_schema.CoreSchema:
    if origin is Literal:
        return core_schema.literal_schema(list(arguments))
    if origin in (Union, UnionType):
        return _union(arguments)
    if origin is tuple:
        return core_schema.tuple_schema([_schema(arguments[0])], variadic_item_index=0)
    if origin is Mapping:
        return core_schema.dict_schema(core_schema.str_schema(), core_schema.any_schema())
    raise TypeError(f"{origin}{list(arguments)} has no form in JSON")


def _union(members: tuple[Any, ...]) -> core_schema.CoreSchema:
    kinds = [member for member in members if member is not NoneType]
    schema = _schema(kinds[0]) if len(kinds) == 1 else _tagged(kinds)
    return core_schema.nullable_schema(schema) if len(kinds) < len(members) else schema


def _tagged(kinds: list[Any]) -> core_schema.CoreSchema:
    choices = {TAGS[kind][1]: _schema(kind) for kind in kinds}
    return core_schema.tagged_union_schema(choices, discriminator=TAGS[kinds[0]][0])


def _dataclass(kind: type[Any]) -> core_schema.CoreSchema:
    hints = get_type_hints(kind)
    parts = [_field(kind, field, _schema(hints[field.name])) for field in dataclasses.fields(kind)]
    arguments = core_schema.dataclass_args_schema(kind.__name__, parts, extra_behavior="ignore")
    return core_schema.dataclass_schema(kind, arguments, list(hints), slots=True, frozen=True)


def _field(
    kind: type[Any], field: "dataclasses.Field[Any]", schema: core_schema.CoreSchema
) -> core_schema.DataclassField:
    """A field that may be missing where the class has a default, so that older JSON still loads."""
    if field.default is not dataclasses.MISSING:
        schema = core_schema.with_default_schema(schema, default=field.default)
    elif field.default_factory is not dataclasses.MISSING:
        schema = core_schema.with_default_schema(schema, default_factory=field.default_factory)
    return core_schema.dataclass_field(field.name, schema, kw_only=True, validation_alias=key_of(kind, field.name))
