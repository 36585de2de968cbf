"""The standard library's `dataclass`, made quickly: a process that starts makes hundreds of them."""

import dataclasses
from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any, NoReturn

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(cls: type | None = None, /, **traits: bool) -> Any:
        """A dataclass as `dataclasses.dataclass` makes it; one that is frozen and has slots in a sixth of the time.

        The standard library compiles six methods for each such class. Here all but `__init__` are shared. Fields that
        `__init__` does not take, `InitVar`, `ClassVar` and dataclasses as bases raise `TypeError`: for them there is
        `dataclasses.dataclass`.
        """
        if not (traits.get("frozen") and traits.get("slots")) or traits.keys() - {"frozen", "slots", "kw_only"}:
            return dataclasses.dataclass(cls, **traits)
        if cls is None:
            return lambda cls: _frozen(cls, kw_only=traits.get("kw_only", False))
        return _frozen(cls, kw_only=traits.get("kw_only", False))


def _frozen(cls: type, *, kw_only: bool) -> type:
    if any(map(dataclasses.is_dataclass, cls.__bases__)):
        raise TypeError(f"{cls.__qualname__} has a dataclass as a base; make it with dataclasses.dataclass.")
    return _complete(cls, dataclasses.dataclass(init=False, repr=False, eq=False, slots=True, kw_only=kw_only)(cls))


def _complete(cls: type, made: Any) -> type:
    if len(fields(made)) != len(made.__dataclass_fields__) or not all(field.init for field in fields(made)):
        raise TypeError(f"{cls.__qualname__} has a field that is none of its own; make it with dataclasses.dataclass.")
    for name, method in _methods(made).items():
        if name not in cls.__dict__ or (name == "__hash__" and cls.__dict__[name] is None):
            setattr(made, name, method)
    made.__setattr__, made.__delattr__ = _refuse_change, _refuse_removal
    made.__getstate__, made.__setstate__ = _state, _restore
    traits = made.__dataclass_params__
    traits.init = traits.repr = traits.eq = traits.frozen = True
    return made


def _methods(made: Any) -> dict[str, Callable[..., Any]]:
    compared = _values(tuple(field.name for field in fields(made) if field.compare))
    hashed = _values(tuple(f.name for f in fields(made) if (f.compare if f.hash is None else f.hash)))

    def equal(self: Any, other: object) -> bool:
        return compared(self) == compared(other) if other.__class__ is self.__class__ else NotImplemented

    def digest(self: Any) -> int:
        return hash(hashed(self))

    return {"__init__": _init(made), "__eq__": equal, "__hash__": digest, "__repr__": _shown}


def _values(names: tuple[str, ...]) -> Callable[[Any], tuple[object, ...]]:
    """What reads these attributes of an object."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda owner: tuple(getattr(owner, name) for name in names)


def _init(made: Any) -> Callable[..., None]:
    names: dict[str, Any] = {"_put": object.__setattr__, "_missing": dataclasses.MISSING}
    parameters, lines = ["self"], [] if not hasattr(made, "__post_init__") else ["self.__post_init__()"]
    body: list[str] = []
    for field in sorted(fields(made), key=lambda field: bool(field.kw_only)):
        if field.kw_only and "*" not in parameters:
            parameters.append("*")
        name = value = field.name
        if field.default is not dataclasses.MISSING:
            names[f"_default_{name}"] = field.default
            parameters.append(f"{name}=_default_{name}")
        elif field.default_factory is not dataclasses.MISSING:
            names[f"_factory_{name}"] = field.default_factory
            parameters.append(f"{name}=_missing")
            value = f"_factory_{name}() if {name} is _missing else {name}"
        else:
            parameters.append(name)
        body.append(f"_put(self, '{name}', {value})")
    text = "\n ".join([f"def __init__({', '.join(parameters)}):", *body, *lines, "pass"])
    exec(text, names)  # noqa: S102 - the names of fields and nothing else, as the standard library does it
    init = names["__init__"]
    init.__qualname__, init.__module__ = f"{made.__qualname__}.__init__", made.__module__
    init.__annotations__ = {field.name: field.type for field in fields(made)} | {"return": None}
    return init


@recursive_repr()
def _shown(self: Any) -> str:
    told = (f"{field.name}={getattr(self, field.name)!r}" for field in fields(self) if field.repr)
    return f"{self.__class__.__qualname__}({', '.join(told)})"


def _refuse_change(self: object, name: str, value: object) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_removal(self: object, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[object]:
    return [getattr(self, field.name) for field in fields(self)]


def _restore(self: Any, state: list[object]) -> None:
    for field, value in zip(fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
