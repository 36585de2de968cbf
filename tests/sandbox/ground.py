"""What the tests of the sandbox share: sandboxes that work here, or a counted skip."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from heartbit_tui.kernel.protocols import Output
from heartbit_tui.permissions import workspace
from heartbit_tui.permissions.sandbox import Absent, Confinement, Wanted, find, grounds
from heartbit_tui.tools.bash import Bash
from tests.tools.calls import Context

KINDS: tuple[Wanted, ...] = ("bubblewrap", "landlock")
"""What Linux has for a sandbox."""


def sandboxed(
    root: Path, environment: Mapping[str, str] = os.environ, *, network: bool = False, kind: Wanted = "bubblewrap"
) -> Confinement:
    """Sandboxes in which this folder is writable; their temporary folder lies beside it."""
    found = find(environment, [str(root)], kind)
    if isinstance(found, Absent):
        pytest.skip(f"no sandbox: {found.reason}")
    home = environment.get("HOME", "/")
    planned = grounds(workspace([str(root)], home=home), environment, writable=(), network=network)
    temporary = root.with_name("temporary")
    temporary.mkdir(exist_ok=True)
    return Confinement(found, planned, temporary=str(temporary))


async def ran(bash: Bash, command: str, **more: object) -> Output:
    return await bash.run({"command": command, **more}, Context())
