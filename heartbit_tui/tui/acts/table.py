"""The function of each action, by its name."""

from collections.abc import Callable, Coroutine, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from heartbit_tui.tui.acts import run

if TYPE_CHECKING:
    from heartbit_tui.tui.app import HeartbitApp

Act: TypeAlias = "Callable[[HeartbitApp, str], Coroutine[Any, Any, None] | None]"

ACTS: Mapping[str, Act] = MappingProxyType({**run.ACTS})
