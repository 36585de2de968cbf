"""How a session of the demonstration differs from any other."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar

from heartbit_tui.demo import project
from heartbit_tui.kernel.ops import Mode

INSTANT = "HEARTBIT_DEMO_INSTANT"
"""The environment variable that leaves out all waiting, for tests."""


class Options(Protocol):
    """What is read of the options of a session; `runtime.options.Options` is one."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def environment(self) -> Mapping[str, str]: ...
    @property
    def surface(self) -> str: ...
    @property
    def mode(self) -> Mode | None: ...
    @property
    def allow(self) -> tuple[str, ...]: ...


Given = TypeVar("Given", bound=Options)


def options_for_demo(options: Given, directory: Path) -> Given:
    """The options of a demonstration in `directory`: nothing of the user's is read, nothing is kept.

    Without a person at hand (headless) edits pass, and so does the one command that runs the tests; else the mode
    is ask, so that the approvals are part of what is shown. A mode of the user's own choice stands.
    """
    headless = options.surface == "headless"
    rule = f"bash({command_for(options)})"
    return replace(
        options,
        cwd=directory,
        mode=options.mode or (Mode.ACCEPT_EDITS if headless else Mode.ASK),
        allow=(*options.allow, rule) if headless else options.allow,
        bare=True,
        ephemeral=True,
        demo=True,
    )


def command_for(options: Options) -> str:
    """The command line that runs the tests of the sample in this environment."""
    return project.command(options.environment.get("PATH"))


def is_instant(environment: Mapping[str, str]) -> bool:
    """Whether the script is to be played without any waiting."""
    return environment.get(INSTANT, "") not in ("", "0")
