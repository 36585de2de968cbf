"""What the tool needs of the session that it is called in."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from heartbit_tui.kernel.protocols import CallContext, Output

Presented: TypeAlias = Callable[[str, CallContext], Awaitable[Output]]
"""Keeps a plan and lets a person decide on it; what the model is told of the decision."""
