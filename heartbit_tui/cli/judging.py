"""`heartbit permissions test`: what would be decided about calls, without making them."""

import json
import sys
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import cast

from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt
from heartbit_tui.client.visible import revealed
from heartbit_tui.headless.endings import UsageError
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.messages import JsonObject, ToolCall
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.kernel.protocols import Action, Allow, Ask, Effects, Touch
from heartbit_tui.permissions import Rule, RuleGate, Workspace, parse, workspace
from heartbit_tui.permissions.rules import RULINGS
from heartbit_tui.runtime.clock import SystemClock

EFFECTS: Mapping[str, Effects] = MappingProxyType(
    {
        **dict.fromkeys(("read", "grep", "glob", "list", "lsp"), Effects.READ),
        **dict.fromkeys(("write", "edit", "patch", "lsp_rename"), Effects.WRITE),
        **dict.fromkeys(("webfetch", "websearch"), Effects.NETWORK),
        **dict.fromkeys(("todowrite", "todoread", "question", "bash_output", "kill_shell"), Effects.NONE),
    }
)
"""What the built-in tools may do; any other may run programs."""

_PATHS = ("file_path", "path")


def main(values: Namespace) -> int:
    """Read calls line by line and answer each with one line; the exit code."""
    return attempt(lambda: _judge_all(values))


def judged(line: str, place: Workspace) -> JsonObject:
    """The answer to one line: a decision with its rule and reason, or what is wrong with the line."""
    try:
        given = _object(line)
    except ValueError as error:
        return {"id": None, "error": f"This line is no JSON object: {error}"}
    try:
        return {"id": given.get("id"), **_decided(given, place)}
    except (ValueError, TypeError, HeartbitError) as error:
        return {"id": given.get("id"), "error": str(error)}


def _judge_all(values: Namespace) -> int:
    if not (values.stdin and values.json):
        raise UsageError("`heartbit permissions test` reads JSON lines: give it --json and --stdin.")
    around = Surroundings(values)
    place = workspace([str(around.root)], home=around.environment.get("HOME") or "/")
    for line in sys.stdin.buffer:
        text = line.decode("utf-8", "replace")
        if text.strip():
            sys.stdout.write(json.dumps(judged(text, place)) + "\n")
            sys.stdout.flush()
    return 0


def _decided(given: JsonObject, place: Workspace) -> JsonObject:
    action = action_of(given, place)
    gate = RuleGate(rules=_rules(given), workspace=place, clock=SystemClock())
    verdict = gate.decide(action, Mode(str(given.get("mode") or "ask")))
    decision = "allow" if isinstance(verdict, Allow) else "ask" if isinstance(verdict, Ask) else "deny"
    command = action.call.input.get("command")
    shown = command if isinstance(command, str) else json.dumps(action.call.input, ensure_ascii=False)
    return {"decision": decision, "rule": verdict.rule, "reason": verdict.reason, "shown": revealed(shown)}


def action_of(given: JsonObject, place: Workspace) -> Action:
    """The call that an object with `tool` and `input` stands for. Raises `ValueError` where it is none."""
    tool, value = given.get("tool"), given.get("input")
    if not isinstance(tool, str) or not isinstance(value, dict):
        raise ValueError("A call needs tool as a string and input as an object.")
    arguments = cast("JsonObject", value)
    effects = EFFECTS.get(tool, Effects.EXECUTE)
    call = ToolCall(id=str(given.get("id") or "call"), name=tool, input=arguments)
    return Action(call=call, effects=effects, touches=_touches(arguments, effects, place))


def _touches(arguments: JsonObject, effects: Effects, place: Workspace) -> tuple[Touch, ...]:
    found: list[Touch] = []
    for name in _PATHS:
        if isinstance(path := arguments.get(name), str):
            whole = str(Path(place.roots[0]) / path)
            found.append(Touch(kind="write" if effects is Effects.WRITE else "read", what=whole))
    if isinstance(url := arguments.get("url"), str):
        found.append(Touch(kind="url", what=url))
    if isinstance(command := arguments.get("command"), str):
        found.append(Touch(kind="command", what=command))
    return tuple(found)


def _rules(given: JsonObject) -> tuple[Rule, ...]:
    found: list[Rule] = []
    for ruling in RULINGS:
        listed: object = given.get(ruling) or []
        if not isinstance(listed, list):
            raise ValueError(f"{ruling} has to be a list of rules such as bash(git log:*).")
        found.extend(parse(str(text), ruling) for text in cast("list[object]", listed))
    return tuple(found)


def _object(line: str) -> JsonObject:
    value: object = json.loads(line)
    if not isinstance(value, dict):
        raise ValueError("it is another JSON value")
    return cast("JsonObject", value)
