"""The first and the last line of every run."""

from heartbit_tui import __version__
from heartbit_tui.client.tally import Tally
from heartbit_tui.client.types import About
from heartbit_tui.headless.endings import Ending
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.wire.names import SCHEMA

NOTHING = About(session_id="", cwd="", provider="", model="", mode=Mode.ASK, tools=())
"""What is known of a session that never began."""


def init(about: About) -> JsonObject:
    """What the session is made of; names that are not known yet are empty."""
    return {
        "type": "system",
        "subtype": "init",
        "schema": SCHEMA,
        "session_id": about.session_id,
        "cwd": about.cwd,
        "model": about.model,
        "provider": about.provider,
        "permission_mode": about.mode.value,
        "tools": list(about.tools),
        "mcp_servers": [{"name": each.name, "status": each.phase} for each in about.mcp_servers],
        "skills": list(about.skills),
        "version": __version__,
    }


def result(tally: Tally, ending: Ending, *, session_id: str, duration_ms: int) -> JsonObject:
    """How it all ended; `exit_code` is the process's.

    `total_cost_usd` is null where the price of any call is unknown, as it is of one that was cut off. `error` is null after a success; `result` then
    is the answer, and else what there was of one. `cascade` is null where no other model took over and nothing is known
    to be saved; `judged` is null where nothing was judged, and `plan` is the file of the plan, where one was made.
    """
    return {
        "type": "result",
        "subtype": ending.subtype,
        "is_error": ending.is_error,
        "exit_code": ending.exit_code,
        "session_id": session_id,
        "num_turns": tally.turns,
        "duration_ms": duration_ms,
        "usage": usage(tally),
        "total_cost_usd": tally.cost_usd,
        "cascade": cascade(tally),
        "judged": judged(tally),
        "plan": tally.plan or None,
        "permission_denials": list(tally.denials),
        "changed_files": list(tally.changed_files),
        "result": tally.text,
        "structured_output": tally.structured,
        "error": {"kind": ending.kind, "message": ending.error} if ending.is_error else None,
    }


def cascade(tally: Tally) -> JsonObject | None:
    """Which models took over from which, and what was saved by that: US dollars, an estimate, null where unknown."""
    if not tally.escalations and tally.saved_usd is None:
        return None
    steps = [
        {"from_tier": each.from_tier, "to_tier": each.to_tier, "reason": each.reason, "detail": each.detail}
        for each in tally.escalations
    ]
    return {"escalations": steps, "saved_usd": tally.saved_usd}


def judged(tally: Tally) -> JsonObject | None:
    """How each criterion stands, and who judged; None where nothing was."""
    last = tally.judged
    if last is None:
        return None
    grades = [
        {"criterion": each.criterion, "outcome": each.outcome, "reason": each.reason, "place": each.place}
        for each in last.grades
    ]
    return {"reached": last.is_reached, "grades": grades, "model": last.model, "left_out": list(last.left_out)}


def usage(tally: Tally) -> JsonObject:
    """The tokens of all model calls, under the names that the wire form gives them."""
    spent = tally.usage
    return {
        "input_tokens": spent.input_tokens,
        "output_tokens": spent.output_tokens,
        "cache_creation_input_tokens": spent.cache_creation_input_tokens,
        "cache_read_input_tokens": spent.cache_read_input_tokens,
        "reasoning_tokens": spent.reasoning_tokens,
    }
