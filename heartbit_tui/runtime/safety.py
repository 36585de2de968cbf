"""What stands between an agent and the machine, in words that a surface can show."""

from typing import Literal, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass

Trust: TypeAlias = Literal["trusted", "untrusted", "changed"]
"""How things stand with the folder; `changed` says that a watched file is not as it was when it was trusted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Safety:
    """What protects a session; paths are absolute, rules and guardrails in the order in which they are asked.

    `ignored` names the settings of the folder that do not count before it is trusted. `writable`, `hidden` and
    `network` are what the sandbox allows its commands, and say nothing where there is none.
    """

    trust: Trust = "untrusted"
    ignored: tuple[str, ...] = ()
    writable: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    network: bool = False
    rules: tuple[str, ...] = ()
    guardrails: tuple[str, ...] = ()
    audited: bool = False


NOTHING_KNOWN = Safety()
"""What is taken for granted where nothing was found out: no trust, no rule, no audit."""
