"""What each mode does with a call that no rule decides."""

from collections.abc import Mapping
from types import MappingProxyType

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.kernel.protocols import Action, Allow, Ask, Deny, Effects, Verdict
from heartbit_tui.permissions.matching import touches
from heartbit_tui.permissions.paths import Workspace, is_readable_text

PROTECTED = "protected files"
AUTO_MODE = "auto mode"
"""The rule that a verdict names where the auto mode lets something pass."""

READ_ONLY = frozenset({Effects.NONE, Effects.READ})
AUTO_WAITS = "Auto mode needs a sandbox and none is active, so it asks as the ask mode does. "
REMEMBERING = ("memory_", "shared_memory_")
"""How the tools are called that change heartbit's own memory, which touches no file that anybody sees.

Where edits pass, so do they: a person sees each in the log, and can take it back.
"""

SANDBOXED = "bash"
"""The tool whose programs run in the sandbox; those of any other do not."""

WANTS: Mapping[Effects, str] = MappingProxyType(
    {
        Effects.NETWORK: "The {tool} tool would use the network.",
        Effects.WRITE: "The {tool} tool would change files.",
        Effects.EXECUTE: "The {tool} tool would run a program, and no rule allows exactly this.",
    }
)

MEMORY = "The {tool} tool would change what is remembered beyond this session."


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is remarkable about the paths of a call; an empty string says that nothing is."""

    broken: str = ""
    outside: str = ""
    protected: str = ""
    secret: str = ""
    undeclared: bool = False


def find(action: Action, workspace: Workspace) -> Finding:
    """Look at every path that the call touches; reads the file system to resolve links."""
    found = touches(action)
    paths = tuple(touch for touch in found if touch.kind in ("read", "write"))
    broken = next((touch.what for touch in found if not is_readable_text(touch.what)), "")
    if broken:
        return Finding(broken=broken)
    written = tuple(touch for touch in paths if touch.kind == "write")
    return Finding(
        outside=next((touch.what for touch in paths if not workspace.is_inside(touch.what, touch.real)), ""),
        protected=next((name for touch in written if (name := workspace.protected(touch.what, touch.real))), ""),
        secret=next((name for touch in paths if (name := workspace.secret(touch.what, touch.real))), ""),
        undeclared=not found,
    )


def forbid(action: Action, mode: Mode) -> Deny | None:
    """What a mode forbids before any rule is looked at: in plan mode, everything but reading."""
    if mode is not Mode.PLAN or action.effects in READ_ONLY:
        return None
    reason = (
        f"Plan mode is on, and {action.call.name} does more than read. Look around with the reading tools and "
        "describe the change; the person ends plan mode to carry it out."
    )
    return Deny(reason=reason, rule="plan mode")


def insist(action: Action, finding: Finding) -> Ask | None:
    """What is asked about in every mode, whatever the rules allow: changing a protected file."""
    if not finding.protected:
        return None
    reason = (
        f"{finding.protected} decides what runs or what is allowed here, so each change of it by "
        f"{action.call.name} needs an approval of its own."
    )
    return Ask(reason=reason, rule=PROTECTED)


def fall_back(action: Action, mode: Mode, finding: Finding, *, sandboxed: bool = False) -> Verdict:
    """The verdict where no rule decides; an Ask has no proposal yet. Without a sandbox the auto mode is the ask mode."""
    if mode is Mode.YOLO:
        return Allow(reason="Yolo mode lets everything pass that no rule denies.", rule="yolo mode")
    auto = mode is Mode.AUTO and sandboxed
    if auto and action.effects is Effects.EXECUTE and action.call.name == SANDBOXED:
        return Allow(reason="The auto mode lets commands run in the sandbox.", rule=AUTO_MODE)
    reason = _doubt(action, Mode.ACCEPT_EDITS if auto else mode, finding)
    if not reason:
        return Allow(reason=f"The {mode} mode lets this pass.", rule=f"{mode} mode")
    return Ask(reason=f"{AUTO_WAITS if mode is Mode.AUTO and not sandboxed else ''}{reason}", rule=f"{mode} mode")


def _doubt(action: Action, mode: Mode, finding: Finding) -> str:
    """Why this needs a person in any mode but yolo, or empty."""
    if finding.secret:
        return f"{finding.secret} may hold a secret, so {action.call.name} of it is asked about."
    if finding.outside:
        return f"{finding.outside} lies outside the workspace."
    if action.effects is Effects.READ:
        return ""
    free = not finding.undeclared or action.call.name.startswith(REMEMBERING)
    if action.effects is Effects.WRITE and mode is Mode.ACCEPT_EDITS and free:
        return ""
    if action.call.name.startswith(REMEMBERING):
        return MEMORY.format(tool=action.call.name)
    return WANTS[action.effects].format(tool=action.call.name)
