"""`heartbit permissions explain`: a call taken apart, with what decides each part and the whole."""

import asyncio
import json
import sys
from argparse import Namespace
from typing import cast

from heartbit_tui.cli.judging import action_of
from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, columns, one_line, say, say_json
from heartbit_tui.client.visible import revealed
from heartbit_tui.headless.endings import UsageError
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.kernel.protocols import Action, Allow, Ask, Verdict
from heartbit_tui.permissions import Explanation, Workspace
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.settings import read

LONGEST = 80
"""Characters of a part that are shown in the table; JSON has all of them."""


def main(values: Namespace) -> int:
    """Explain one call; the exit code."""
    return attempt(lambda: _explain(values))


def _explain(values: Namespace) -> int:
    settings = asyncio.run(read(Surroundings(values).options, SystemClock()))
    action = _action(values, settings.workspace)
    mode = Mode(values.mode) if values.mode else settings.mode
    explained = settings.gate.explain(action, mode)
    if values.json:
        say_json(_object(explained, action, mode))
    else:
        say(_text(explained, mode))
    return 0


def _action(values: Namespace, place: Workspace) -> Action:
    text = sys.stdin.read() if values.call == "-" else values.call
    tool = values.tool or "bash"
    try:
        return action_of({"tool": tool, "input": _input(tool, text)}, place)
    except ValueError as error:
        raise UsageError(f"This is no call of {tool}: {error}") from None


def _input(tool: str, text: str) -> JsonObject:
    """The arguments: a command line as it is, or a JSON object for any other tool."""
    if tool == "bash" and not text.lstrip().startswith("{"):
        return {"command": text}
    try:
        value: object = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        if tool == "bash":
            return {"command": text}
        raise ValueError('write its arguments as a JSON object, such as {"file_path": "notes.txt"}.')
    return cast("JsonObject", value)


def _text(explained: Explanation, mode: Mode) -> str:
    rows = [
        (part.ruling, one_line(revealed(part.what), LONGEST), part.where, revealed(part.why))
        for part in explained.parts
    ]
    verdict = explained.verdict
    table = [columns(rows), ""] if rows else []
    by = f" (by {revealed(verdict.rule)})" if verdict.rule else ""
    return "\n".join((*table, f"The whole: {_ruling(verdict)} in the {mode} mode{by}. {revealed(verdict.reason)}"))


def _object(explained: Explanation, action: Action, mode: Mode) -> JsonObject:
    verdict = explained.verdict
    return {
        "tool": action.call.name,
        "input": dict(action.call.input),
        "mode": mode,
        "decision": _ruling(verdict),
        "rule": verdict.rule,
        "reason": verdict.reason,
        "proposal": verdict.proposal if isinstance(verdict, Ask) else "",
        "parts": [
            {"what": part.what, "where": part.where, "decision": part.ruling, "why": part.why}
            for part in explained.parts
        ],
        "rules": [{"rule": look.rule.title, "applies": look.applies} for look in explained.looked],
    }


def _ruling(verdict: Verdict) -> str:
    return "allow" if isinstance(verdict, Allow) else "ask" if isinstance(verdict, Ask) else "deny"
