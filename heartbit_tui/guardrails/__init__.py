"""What looks at everything that goes to and comes from a model or a tool, and lets it pass, warns, or refuses.

Each is a `Guardrail` of the kernel: `Injection`, `Pii`, `Secrecy`, `ToolPolicy`, `Judge`, `SensorSecurity` and `Fence`
look at contents; `Chain`, `Conditional` and `WarnToDeny` are made of others.
"""

from heartbit_tui.guardrails.chain import Chain
from heartbit_tui.guardrails.conditional import Conditional, When
from heartbit_tui.guardrails.detecting import DETECTORS
from heartbit_tui.guardrails.fence import Fence
from heartbit_tui.guardrails.injection import Injection
from heartbit_tui.guardrails.judge import Judge, JudgeSettings
from heartbit_tui.guardrails.pii import Pii
from heartbit_tui.guardrails.scoring import Model, Scorer
from heartbit_tui.guardrails.secrecy import Secrecy
from heartbit_tui.guardrails.sensor import SensorSecurity, Trust
from heartbit_tui.guardrails.sources import SOURCES
from heartbit_tui.guardrails.tool_policy import Constraint, PolicyRule, ToolPolicy
from heartbit_tui.guardrails.warn_to_deny import WarnToDeny

__all__ = [
    "DETECTORS",
    "SOURCES",
    "Chain",
    "Conditional",
    "Constraint",
    "Fence",
    "Injection",
    "Judge",
    "JudgeSettings",
    "Model",
    "Pii",
    "PolicyRule",
    "Scorer",
    "Secrecy",
    "SensorSecurity",
    "ToolPolicy",
    "Trust",
    "WarnToDeny",
    "When",
]
