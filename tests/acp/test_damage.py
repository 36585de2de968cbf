"""An editor whose messages are damaged, or come in no order: each is answered as JSON-RPC has it, and the process stays."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from acp.meta import AGENT_METHODS

from heartbit_tui.testing.model_server import ModelServer
from tests.acp.talk import Talk, new, prompt, started
from tests.headless.machine import SECONDS, Machine, ended, says

MESSAGES = 500
AT_ONCE = 25
OWN = -32768
"""Codes from here to -32000 are the protocol's."""

NOTIFICATIONS = ("session/cancel", "mcp/message", "nes/accept", "nes/reject", "document/didOpen", "document/didChange")
REFUSED = frozenset(
    {"providers/list", "providers/set", "providers/disable", "session/delete", "logout", "mcp/message"}
    | {method for method in AGENT_METHODS.values() if method.startswith(("nes/", "document/"))}
)
ODD: tuple[Any, ...] = (None, True, -1, 2**70, 1.5, "", "x" * 5000, "\ud800", "../..", [], [[]], {}, {"a": {"b": []}})


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(root=tmp_path / "machine").made()


def sane(session: str, cwd: str) -> tuple[dict[str, Any], ...]:
    """One message of each kind, as an editor would send it."""
    at: dict[str, Any] = {"sessionId": session, "cwd": cwd, "mcpServers": []}
    asked: dict[str, dict[str, Any]] = {
        "initialize": {"protocolVersion": 1, "clientCapabilities": {"fs": {"readTextFile": True}}},
        "authenticate": {"methodId": "key"},
        "session/list": {"cwd": cwd},
        "session/load": {**at, "sessionId": "none"},
        "session/resume": {**at, "sessionId": "none"},
        "session/fork": {**at, "sessionId": "none"},
        "session/close": {"sessionId": "none"},
        "session/set_mode": {"sessionId": session, "modeId": "plan"},
        "session/set_config_option": {"sessionId": session, "configId": "mode", "value": "ask"},
        "session/prompt": {"sessionId": session, "prompt": [{"type": "text", "text": "/cost"}]},
        "session/cancel": {"sessionId": session},
        "no/such": {"a": 1},
        "_extension": {},
    }
    calls = [{"jsonrpc": "2.0", "id": 0, "method": method, "params": params} for method, params in asked.items()]
    answers: list[dict[str, Any]] = [
        {"jsonrpc": "2.0", "id": 0, "result": {}},
        {"jsonrpc": "2.0", "id": 0, "error": {"code": 1, "message": "x"}},
    ]
    return (*calls, *answers, {"jsonrpc": "2.0", "method": "session/cancel", "params": {"sessionId": session}})


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each value in a message."""
    if path:
        yield path
    if isinstance(value, dict | list):
        inner = cast("Any", value)
        for key in inner if isinstance(value, dict) else range(len(inner)):
            yield from places(inner[key], (*path, key))


def damaged(message: dict[str, Any], chance: random.Random) -> bytes:
    """The message with one to three faults in it: values of other kinds, missing ones, and bytes that are none."""
    made = json.loads(json.dumps(message))
    for _ in range(chance.randint(1, 2)):
        *way, last = chance.choice(list(places(made)) or [("id",)])
        inner: Any = made
        for key in way:
            inner = inner[key]
        if chance.random() < 0.4 and isinstance(inner, dict):
            del inner[last]
        else:
            inner[last] = json.loads(json.dumps(chance.choice(ODD)))
    line = json.dumps(made).encode()
    if chance.random() < 0.15:
        cut = chance.randrange(1, len(line))
        line = line[:cut] + chance.choice((b"", b"\xff\x00", b"}", b'"'))
    return line


def expected(line: bytes) -> list[str]:
    """The ids of the answers that a line is owed, as JSON."""
    try:
        message: Any = json.loads(line)
    except ValueError:
        return ["null"]
    if not isinstance(message, dict):
        return ["null"]
    message = cast("dict[str, Any]", message)
    if not is_id(number := message.get("id")):
        return ["null"]
    if isinstance(message.get("method"), str):
        return [json.dumps(number)] if "id" in message else []
    is_answer = "method" not in message and "id" in message and ("result" in message or is_error(message.get("error")))
    return [] if is_answer else ["null"]


def is_id(value: Any) -> bool:
    """Whether JSON-RPC has such ids."""
    return not isinstance(value, bool) and isinstance(value, str | int | float | None)


def is_error(value: Any) -> bool:
    """Whether this is an error as JSON-RPC has them."""
    fields = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    return isinstance(fields.get("code"), int) and isinstance(fields.get("message"), str)


async def answers(talk: Talk, count: int) -> list[dict[str, Any]]:
    """The next answers."""
    assert talk.process.stdout is not None
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(SECONDS):
        while len(found) < count:
            line = await talk.process.stdout.readline()
            assert line, "heartbit has ended"
            message = json.loads(line)
            if "method" not in message:
                found.append(message)
    return found


def is_right(answer: dict[str, Any]) -> bool:
    """Whether an answer has a result or an error, as JSON-RPC wants them."""
    if "result" in answer:
        return "error" not in answer
    error = answer["error"]
    return OWN <= error["code"] <= -32000 and bool(error["message"]) and "Traceback" not in json.dumps(error)


@pytest.mark.security("E1", n=500)
@pytest.mark.slow
async def test_every_damaged_message_is_answered_and_the_next_one_is_served(machine: Machine) -> None:
    chance = random.Random(20)
    async with ModelServer([says("Still here.")]) as server:
        talk = await started(machine.with_service(server))
        session = (await talk.ask(new(machine)))["result"]["sessionId"]
        lines: list[bytes] = []
        for number in range(1, MESSAGES + 1):
            message = chance.choice(sane(session, str(machine.project)))
            lines.append(damaged({**message, "id": number} if "id" in message else message, chance))
        for first in range(0, MESSAGES, AT_ONCE):
            some = lines[first : first + AT_ONCE]
            owed = Counter(number for line in some for number in expected(line))
            for line in some:
                talk.say(line)
            told = await answers(talk, owed.total())
            assert Counter(json.dumps(answer["id"]) for answer in told) == owed
            assert [answer for answer in told if not is_right(answer)] == []
        talk.say(prompt(session, "Are you there?"))
        [last] = await answers(talk, 1)
        assert last["result"]["stopReason"] == "end_turn"
        talk.leave()
        assert (await ended(talk.process)).code == 0
    assert len(lines) == MESSAGES


@pytest.mark.security("E1", n=28)
async def test_every_method_of_the_protocol_is_served_or_refused_in_its_way(machine: Machine) -> None:
    talk = await started(machine.having(ANTHROPIC_API_KEY="sk-test"))
    found: dict[str, str] = {}
    for number, method in enumerate(AGENT_METHODS.values()):
        if method != "session/cancel":
            answer = await talk.ask({"jsonrpc": "2.0", "id": number, "method": method, "params": {}})
            assert answer["id"] == number
            found[method] = "refused" if answer.get("error", {}).get("code") == -32601 else "served"
    assert {method for method, way in found.items() if way == "refused"} == REFUSED
    for method in NOTIFICATIONS:
        talk.say({"jsonrpc": "2.0", "method": method, "params": {}})
    assert "result" in await talk.ask(
        {"jsonrpc": "2.0", "id": "x", "method": "initialize", "params": {"protocolVersion": 1}}
    )
    talk.leave()
    assert (await ended(talk.process)).code == 0
