"""What `heartbit doctor` finds."""

from typing import Literal, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass

State: TypeAlias = Literal["ok", "note", "bad"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at; `bad` ones keep heartbit from working."""

    state: State
    name: str
    what: str
