"""What happens to commands that go on in the background of a session."""

from typing import Literal, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass

Who: TypeAlias = Literal["model", "person", "heartbit"]

How: TypeAlias = Literal["exited", "stopped", "closed", "lost"]
"""It ended by itself; somebody stopped it; the session was closed; the process that it belonged to died."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandStarted:
    """A person runs a command line of their own in the folder of the session, which no model asked for.

    What it writes is told as `ToolProgress` with this `id`; `command` is cut at `PAYLOAD_BYTES`.
    """

    id: str
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandEnded:
    """A person's command has ended, with everything that it started; the model learns of it with their next prompt.

    `exit_code` is None where it did not end by itself; `output` has its beginning and its end.
    """

    id: str
    how: How
    exit_code: int | None = None
    output: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStarted:
    """A command goes on in the background, and its call has its result.

    `id` counts within the session (`bash_1`), `command` is cut at `PAYLOAD_BYTES`, `log` is the file that takes its
    output. `by` says who wanted it there.
    """

    id: str
    command: str
    tool_call_id: str
    cwd: str = ""
    log: str = ""
    by: Who = "model"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEnded:
    """A command in the background has ended, with everything that it started.

    `exit_code` is None where it did not end by itself; `output` is the end of what it wrote, cut at `PAYLOAD_BYTES`,
    and `size` counts the bytes of all of it. `by` says who stopped it.
    """

    id: str
    how: How
    exit_code: int | None = None
    duration_ms: int = 0
    output: str = ""
    size: int = 0
    by: Who = "heartbit"
