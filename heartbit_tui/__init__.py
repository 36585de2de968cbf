"""heartbit: a coding agent for the terminal, and the library that it is made of.

The public names are found when they are asked for, so that importing the package costs nothing.
"""

TYPE_CHECKING = False  # type checkers take this name as true; `typing` alone would cost as much as a bare start

if TYPE_CHECKING:
    from heartbit_tui.client.local import local
    from heartbit_tui.client.types import Client
    from heartbit_tui.kernel.events import Envelope, Event
    from heartbit_tui.kernel.messages import Text, User
    from heartbit_tui.kernel.ops import Answer, Decide, Interrupt, Mode, Op, Prompt, Steer
    from heartbit_tui.kernel.protocols import Guardrail, Provider, Tool
    from heartbit_tui.runtime.options import New, Options, Resume

__version__ = "0.1.0"

__all__ = (
    "Answer",
    "Client",
    "Decide",
    "Envelope",
    "Event",
    "Guardrail",
    "Interrupt",
    "Mode",
    "New",
    "Op",
    "Options",
    "Prompt",
    "Provider",
    "Resume",
    "Steer",
    "Text",
    "Tool",
    "User",
    "__version__",
    "local",
)


def __getattr__(name: str) -> object:
    """The public name `name`, from the module that has it."""
    from importlib import import_module

    homes = {
        "heartbit_tui.client.local": ("local",),
        "heartbit_tui.client.types": ("Client",),
        "heartbit_tui.kernel.events": ("Envelope", "Event"),
        "heartbit_tui.kernel.messages": ("Text", "User"),
        "heartbit_tui.kernel.ops": ("Answer", "Decide", "Interrupt", "Mode", "Op", "Prompt", "Steer"),
        "heartbit_tui.kernel.protocols": ("Guardrail", "Provider", "Tool"),
        "heartbit_tui.runtime.options": ("New", "Options", "Resume"),
    }
    for module, names in homes.items():
        if name in names:
            return getattr(import_module(module), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
