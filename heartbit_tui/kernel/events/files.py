"""What became of files, and what a person took back."""

from typing import Literal

from heartbit_tui.kernel.dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesChanged:
    """A call changed files, or several that ran side by side did; `record` names what undo keeps of it.

    What a person's own `commands` did comes the same way, beside calls or alone. What is `unsure` was changed while
    the commands of these calls ran in the background: by them, or by somebody else. `lost` tells what of it cannot be
    brought back, a sentence each.
    """

    tool_call_ids: tuple[str, ...]
    record: str
    created: int = 0
    changed: int = 0
    deleted: int = 0
    lost: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    unsure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """A person went back to right before the event `to`: with the files, the chat, or both.

    `id` tells one such step from others. `redo` is the seq of the `Undone` that it takes back, 0 for an undo. `record`
    names what undo keeps of what it changed, empty for nothing; `restored` and `left` count the files that were changed
    and those that were left because somebody else had changed them. `rewound` is the seq of the `Rewound` that came
    with it, 0 for none.
    """

    id: str
    to: int
    what: Literal["files", "chat", "both"]
    record: str = ""
    restored: int = 0
    left: int = 0
    redo: int = 0
    rewound: int = 0
