"""What each key means for an approval."""

from collections.abc import Mapping
from dataclasses import replace

from heartbit_tui.kernel.events import ApprovalRequested
from heartbit_tui.kernel.ops import Decide, Interrupt
from heartbit_tui.tui.sheets.entry import Entry
from heartbit_tui.tui.sheets.waiting import LASTING, Act, Outcome, Waiting


def press(state: Waiting, key: str, keys: Mapping[str, Act]) -> Outcome | None:
    """What a key does while nothing is being written; None where it means nothing."""
    if key == "escape":
        return (replace(state, explained=False), ()) if state.explained else refuse(state)
    if key == "enter":
        return (state, ()) if state.lit is None else act(state, state.acts[state.lit])
    found = keys.get(key) or keys.get(key.lower())
    return None if found is None else act(state, found)


def act(state: Waiting, wanted: Act) -> Outcome | None:
    """Do one act; None for one that is not offered."""
    if wanted in LASTING and wanted not in state.acts:
        return None
    return _view(state, wanted) or _decide(state, wanted)


def written(state: Waiting, text: str) -> Outcome:
    """What Enter does with the line that was written: a rule to keep, or words for the model."""
    said = text.strip()
    if state.stage == "reason":
        return state, (Decide(id=state.ticket.id, allow=False, note=said),)
    if not said:
        return state, ()
    rule = proposal(state)
    pattern = rule if said == rule.strip() else said
    return state, (Decide(id=state.ticket.id, allow=True, scope="project", pattern=pattern),)


def refuse(state: Waiting) -> Outcome:
    """Refuse, and give the turn back."""
    return state, (Decide(id=state.ticket.id, allow=False), Interrupt())


def proposal(state: Waiting) -> str:
    """The rule that would let such a call pass from now on; empty where none may be remembered."""
    return state.request.proposal if isinstance(state.request, ApprovalRequested) else ""


def _view(state: Waiting, wanted: Act) -> Outcome | None:
    match wanted:
        case "split-diff":
            return replace(state, split=not state.split), ()
        case "full-screen":
            return replace(state, full=not state.full), ()
        case "explain":
            return replace(state, explained=not state.explained), ()
        case _:
            return None


def _decide(state: Waiting, wanted: Act) -> Outcome:
    request_id = state.ticket.id
    match wanted:
        case "allow-once":
            return state, (Decide(id=request_id, allow=True),)
        case "allow-session":
            return state, (Decide(id=request_id, allow=True, scope="session"),)
        case "allow-always":
            return replace(state, stage="rule", entry=Entry.of(proposal(state))), ()
        case "refuse-saying":
            return replace(state, stage="reason", entry=Entry()), ()
        case _:
            return state, (Decide(id=request_id, allow=False),)
