"""Who may do what: rules that a person writes or gives by answering, and modes for everything else.

A `RuleGate` is the kernel's `Gate`. It judges a call by what the call would touch (`matching`): files by where their
paths really lead (`paths`), addresses by their hosts (`urls`), command lines as whole lines (`shell`).
"""

from heartbit_tui.permissions.gate import Explanation, Looked, RuleGate, UnlearnableError
from heartbit_tui.permissions.learned import Document, Memory
from heartbit_tui.permissions.paths import Workspace, workspace
from heartbit_tui.permissions.rules import Rule, allow_all, parse, read
from heartbit_tui.permissions.trust import Bounds

__all__ = [
    "Bounds",
    "Document",
    "Explanation",
    "Looked",
    "Memory",
    "Rule",
    "RuleGate",
    "UnlearnableError",
    "Workspace",
    "allow_all",
    "parse",
    "read",
    "workspace",
]
