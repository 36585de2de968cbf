"""What can be wrong with JSON that should be an event, a message or an op.

WireError
├── UnknownTypeError   a `type` that this version does not know   (type)
└── InvalidError       a known type with wrong fields             (type)
"""

from typing import ClassVar

from heartbit_tui.kernel.errors import HeartbitError


class WireError(HeartbitError):
    """This JSON is not what the wire form promises; `type` is what it says it is, empty where it says nothing."""

    kind: ClassVar[str] = "wire"

    def __init__(self, message: str, *, type: str = "") -> None:
        super().__init__(message)
        self.type = type


class UnknownTypeError(WireError):
    """The `type` is not known here: it was probably written by a newer version."""

    def __init__(self, type: str) -> None:
        super().__init__(f"Unknown type {type!r}; a newer heartbit may know it.", type=type)


class InvalidError(WireError):
    """The type is known but its fields are not as they should be."""
