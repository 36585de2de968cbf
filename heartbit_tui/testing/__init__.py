"""What heartbit is tested with, shipped so that its users can test with it too.

`FakeClock` is time moved by hand, `FakeCallContext` what a tool is called with, `ScriptedProvider` a model that plays a script, `model_server` a service that
speaks the three wire formats, and the `conformance_*` modules hold the suites for one's own providers and tools.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from heartbit_tui.providers.scripted import Scripted as ScriptedProvider
    from heartbit_tui.testing.calls import FakeCallContext
    from heartbit_tui.testing.clock import FakeClock
    from heartbit_tui.testing.model_server import ModelServer

__all__ = ["FakeCallContext", "FakeClock", "ModelServer", "ScriptedProvider"]


def __getattr__(name: str) -> Any:
    match name:
        case "FakeCallContext":
            from heartbit_tui.testing.calls import FakeCallContext

            return FakeCallContext
        case "FakeClock":
            from heartbit_tui.testing.clock import FakeClock

            return FakeClock
        case "ScriptedProvider":
            from heartbit_tui.providers.scripted import Scripted

            return Scripted
        case "ModelServer":
            from heartbit_tui.testing.model_server import ModelServer

            return ModelServer
        case _:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
