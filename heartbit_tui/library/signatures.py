"""What a function takes, as the arguments of a tool: names, types, defaults and descriptions."""

import inspect
import keyword
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast, get_type_hints

from pydantic import BaseModel, Field, create_model
from pydantic.errors import PydanticUserError
from pydantic.fields import FieldInfo

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.protocols import CallContext
from heartbit_tui.wire.arguments import Arguments, schema

NO_SCHEMA = "{function}: its arguments have no JSON Schema: {error}."
NO_TYPE = "{function}: {name} has no type. Write one behind it, such as `{name}: str`."
NOT_NAMED = "{function}: {name} cannot be given by name, as a model gives arguments."
UNKNOWN = "{function}: a type is not known where the function is defined: {error}."
_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What a function takes: `model` checks it, `fields` tells the parameter for each field of the model.

    `context` is the parameter that gets the `CallContext`, empty where there is none.
    """

    model: type[Arguments]
    schema: JsonObject
    fields: Mapping[str, str]
    context: str

    def given(self, input: JsonObject) -> dict[str, Any]:
        """The arguments for the function, as its types have them; raises `ValidationError`."""
        checked = self.model.model_validate(dict(input))
        return {parameter: getattr(checked, field) for field, parameter in self.fields.items()}


def signature_of(function: Callable[..., object], descriptions: Mapping[str, str]) -> Signature:
    """What `function` takes. Raises `TypeError` where a model could not call it."""
    name = getattr(function, "__qualname__", repr(function))
    hints = _hints(function, name)
    parameters = tuple(_parameters(function, name))
    context = next((each.name for each in parameters if hints.get(each.name) is CallContext), "")
    definitions: dict[str, tuple[Any, FieldInfo]] = {}
    fields: dict[str, str] = {}
    for parameter in parameters:
        if parameter.name == context:
            continue
        if parameter.name not in hints:
            raise TypeError(NO_TYPE.format(function=name, name=parameter.name))
        field = _field_name(parameter.name)
        fields[field] = parameter.name
        definitions[field] = (hints[parameter.name], _field(parameter, field, descriptions.get(parameter.name)))
    model, found = _model(name, definitions)
    return Signature(model=model, schema=found, fields=fields, context=context)


def _model(name: str, definitions: Mapping[str, Any]) -> tuple[type[Arguments], JsonObject]:
    try:
        model = create_model("Given", __base__=Arguments, **definitions)
        return model, schema(model)
    except RecursionError as error:
        raise TypeError(NO_SCHEMA.format(function=name, error="a type contains itself")) from error
    except (PydanticUserError, TypeError) as error:
        first = str(error).splitlines()[0].rstrip(".")
        raise TypeError(NO_SCHEMA.format(function=name, error=first)) from error


def _hints(function: Callable[..., object], name: str) -> dict[str, Any]:
    try:
        return get_type_hints(function, include_extras=True)
    except NameError as error:
        raise TypeError(UNKNOWN.format(function=name, error=error)) from error


def _parameters(function: Callable[..., object], name: str) -> Iterator[inspect.Parameter]:
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind not in _NAMED:
            raise TypeError(NOT_NAMED.format(function=name, name=str(parameter).partition(":")[0]))
        yield parameter


def _field_name(parameter: str) -> str:
    """The name of the field; another one where pydantic has a use of its own for the parameter's."""
    plain = parameter.lstrip("_") or "argument"
    taken = plain != parameter or hasattr(BaseModel, parameter) or parameter.startswith("model_")
    return f"{plain}_given" if taken or keyword.iskeyword(plain) else parameter


def _field(parameter: inspect.Parameter, field: str, description: str | None) -> FieldInfo:
    named: dict[str, Any] = {} if field == parameter.name else {"alias": parameter.name}
    told: dict[str, Any] = {"description": description} if description else {}
    default: Any = ... if parameter.default is inspect.Parameter.empty else parameter.default
    return cast("FieldInfo", Field(default, **named, **told))
