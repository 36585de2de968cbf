"""What heartbit is tested with, shipped so that its users can test with it too.

`FakeClock` is time moved by hand, `FakeCallContext` what a tool is called with, `ScriptedProvider` a model that plays a script, `model_server` a service that
speaks the three wire formats, `Obedient` a model that does whatever any text tells it to, and the `conformance_*` modules hold the suites for one's own providers and tools.
"""

from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from heartbit_tui.providers.scripted import Scripted as ScriptedProvider
    from heartbit_tui.testing.calls import FakeCallContext
    from heartbit_tui.testing.clock import FakeClock
    from heartbit_tui.testing.model_server import ModelServer
    from heartbit_tui.testing.obedient import Obedient

__all__ = ["FakeCallContext", "FakeClock", "ModelServer", "Obedient", "ScriptedProvider"]

_PLACES: MappingProxyType[str, tuple[str, str]] = MappingProxyType(
    {
        "FakeCallContext": ("heartbit_tui.testing.calls", "FakeCallContext"),
        "FakeClock": ("heartbit_tui.testing.clock", "FakeClock"),
        "ModelServer": ("heartbit_tui.testing.model_server", "ModelServer"),
        "Obedient": ("heartbit_tui.testing.obedient", "Obedient"),
        "ScriptedProvider": ("heartbit_tui.providers.scripted", "Scripted"),
    }
)


def __getattr__(name: str) -> Any:
    place = _PLACES.get(name)
    if place is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(place[0]), place[1])
