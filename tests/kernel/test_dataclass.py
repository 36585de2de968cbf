"""heartbit's quick `dataclass` makes what the standard library's makes."""

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from heartbit_tui.kernel import dataclass as quick, messages, ops

TRAITS = {"frozen": True, "slots": True}


def made_by(maker: Callable[..., Any], *, kw_only: bool) -> list[Any]:
    """The same classes, each with another kind of fields, made by one of the two."""

    @maker(**TRAITS, kw_only=kw_only)
    class Empty:
        """Nothing."""

    @maker(**TRAITS, kw_only=kw_only)
    class One:
        """One field."""

        a: int

    @maker(**TRAITS, kw_only=kw_only)
    class Many:
        """Fields of every kind."""

        a: int
        b: str = "b"
        c: list[int] = dataclasses.field(default_factory=lambda: [1])
        d: str = dataclasses.field(default="secret", repr=False)
        e: int = dataclasses.field(default=-1, compare=False)
        f: Any = dataclasses.field(default=(), hash=False)

    @maker(**TRAITS, kw_only=kw_only)
    class Own:  # noqa: PLW1641 - whether it gets a hash is asked below
        """A class with methods that nobody replaces."""

        a: int
        seen: Any = ()

        def __post_init__(self) -> None:
            object.__setattr__(self, "seen", (self.a,))

        def __repr__(self) -> str:
            return "own"

        def __eq__(self, other: object) -> bool:
            return isinstance(other, type(self))

    return [Empty, One, Many, Own]


def told(work: Callable[[], object]) -> object:
    """What some work gives, or how it fails; names of classes and addresses apart."""
    try:
        return work()
    except Exception as error:  # noqa: BLE001 - whatever it is, both have to raise it
        return type(error), str(error)


def trial(cls: Any) -> list[object]:
    """Everything that can be asked of such a class."""
    names = [field.name for field in dataclasses.fields(cls)]
    first = {name: number for number, name in enumerate(names)}
    full, same = cls(**first), cls(**first)
    other = cls(**{**first, "a": 9}) if "a" in first else cls()
    return [
        names,
        cls.__slots__,
        cls.__match_args__,
        cls.__qualname__.rpartition(".")[2],
        str(inspect.signature(cls)).replace("<factory>", "").partition("->")[0].count(","),
        [parameter.kind for parameter in inspect.signature(cls).parameters.values()],
        [getattr(cls.__dataclass_params__, name) for name in ("init", "repr", "eq", "order", "frozen")],
        repr(full).rpartition(".")[2],
        full == same,
        full == other,
        full == 1,
        told(lambda: hash(full) == hash(same)),
        told(lambda: hash(full) == hash(tuple(first.values()))),
        dataclasses.asdict(full),
        repr(dataclasses.replace(full)).rpartition(".")[2],
        dataclasses.replace(full) == full,
        copy.copy(full) == full,
        copy.deepcopy(full) == full,
        "a" in first and told(lambda: setattr(full, "a", 1)),
        "a" in first and told(lambda: delattr(full, "a")),
        told(lambda: repr(cls(a=1)).rpartition(".")[2]),
        told(lambda: repr(cls(1)).rpartition(".")[2]),
        told(lambda: cls(wrong=1)),
        told(lambda: cls(1, 2, 3, 4, 5, 6, 7, 8)),
    ]


@pytest.mark.parametrize("kw_only", [False, True])
def test_everything_asked_of_a_class_is_answered_as_by_the_standard_library(kw_only: bool) -> None:
    ours, theirs = (made_by(maker, kw_only=kw_only) for maker in (quick.dataclass, dataclasses.dataclass))
    for one, other in zip(ours, theirs, strict=True):
        assert trial(one) == trial(other)


def test_no_name_is_added_to_what_is_made() -> None:
    for cls in made_by(quick.dataclass, kw_only=True):
        with pytest.raises(dataclasses.FrozenInstanceError):
            (cls() if not dataclasses.fields(cls) else cls(a=1)).unknown = 1


def test_a_default_that_is_made_is_made_anew_each_time() -> None:
    many = made_by(quick.dataclass, kw_only=True)[2]
    assert many(a=1).c is not many(a=1).c


def test_a_value_within_itself_is_shown_once() -> None:
    one = made_by(quick.dataclass, kw_only=True)[1]
    held: list[object] = []
    held.append(one(a=held))
    assert repr(held[0]).endswith("One(a=[...])")


def test_what_is_made_can_be_pickled() -> None:
    text = messages.Text(text="hi")
    assert pickle.loads(pickle.dumps(text)) == text
    assert pickle.loads(pickle.dumps(ops.Interrupt())) == ops.Interrupt()
    assert copy.deepcopy(messages.Text(text="hi")) == messages.Text(text="hi")


@pytest.mark.parametrize("traits", [{}, {"slots": True}, {"frozen": True}, {**TRAITS, "order": True}, {"eq": False}])
def test_what_is_made_otherwise_is_the_standard_librarys(traits: dict[str, bool]) -> None:
    @quick.dataclass(**traits)
    class Plain:
        a: int = 0

    assert Plain.__init__.__code__.co_filename == "<string>"
    assert (Plain() == Plain()) == traits.get("eq", True)


def test_what_it_cannot_make_is_refused_when_it_is_defined() -> None:
    def inherits() -> None:
        @quick.dataclass(**TRAITS)
        class Base:
            a: int

        @quick.dataclass(**TRAITS)
        class Derived(Base):
            b: int

    def shares() -> None:
        @quick.dataclass(**TRAITS)
        class Shared:
            a: ClassVar[int] = 0

    for attempt in (inherits, shares):
        with pytest.raises(TypeError, match=r"make it with dataclasses\.dataclass"):
            attempt()
