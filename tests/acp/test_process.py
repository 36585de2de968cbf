"""`heartbit acp` as a process: nothing but the protocol on stdout, whatever comes in; it ends when its client goes."""

import os
import signal
from pathlib import Path

import pytest

from heartbit_tui.testing.model_server import ModelServer
from tests.acp.talk import new, prompt, started
from tests.headless.machine import Machine, bash, ended, says, told
from tests.mcp.processes import processes_of

HELLO = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": 1}}
HOSTILE: tuple[tuple[bytes, int], ...] = (
    (b"{not json", -32700),
    (b"\xff\xfe\x00", -32700),
    (b"[" * 100_000, -32700),
    (b"[1, 2]", -32600),
    (b"17", -32600),
    (b'{"jsonrpc":"2.0","id":7,"method":"no/such"}', -32601),
    (b'{"jsonrpc":"2.0","id":7,"method":"session/new","params":{"cwd":5}}', -32602),
    (b'{"jsonrpc":"2.0","id":7,"method":"session/new","params":{"cwd":"relative","mcpServers":[]}}', -32602),
    (b'{"jsonrpc":"2.0","id":7,"method":"session/new","params":{"cwd":"/no/such/folder","mcpServers":[]}}', -32602),
    (b'{"jsonrpc":"2.0","id":7,"method":"session/prompt","params":{"sessionId":"x","prompt":[]}}', -32002),
    (b'{"jsonrpc":"2.0","id":7,"method":"session/list","params":{"cursor":"nonsense"}}', -32602),
    (b'{"jsonrpc":"2.0","id":7,"method":"authenticate","params":{"methodId":"magic"}}', -32602),
)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(root=tmp_path / "machine").made()


@pytest.mark.security("E1", n=12)
async def test_whatever_comes_in_is_answered_and_nothing_but_the_protocol_goes_out(machine: Machine) -> None:
    talk = await started(machine.having(ANTHROPIC_API_KEY="sk-test"), "--permission-mode", "yolo")
    for line, code in HOSTILE:
        answer = await talk.ask(line)
        assert (answer["error"]["code"], line) == (code, line)
        assert isinstance(answer["error"]["message"], str)
    hello = (await talk.ask(HELLO))["result"]
    assert hello["agentCapabilities"]["promptCapabilities"] == {"image": True, "audio": False, "embeddedContext": True}
    assert [method["id"] for method in hello["authMethods"]] == ["key"]
    talk.leave()
    done = await ended(talk.process)
    assert (done.code, done.out) == (0, b"")
    assert len(HOSTILE) == 12


async def test_a_session_without_a_key_asks_for_one(machine: Machine) -> None:
    talk = await started(machine.having(HEARTBIT_PROVIDER="anthropic"))
    refused = await talk.ask(new(machine))
    assert refused["error"]["code"] == -32000
    assert "ANTHROPIC_API_KEY" in refused["error"]["message"]
    enter = {"jsonrpc": "2.0", "id": 3, "method": "authenticate", "params": {"methodId": "key"}}
    assert (await talk.ask(enter))["error"]["code"] == -32000
    talk.leave()
    assert (await ended(talk.process)).code == 0


@pytest.mark.security("E1", n=2)
async def test_a_command_can_neither_speak_to_the_client_nor_hear_it(machine: Machine) -> None:
    async with ModelServer([bash("echo out > /proc/$PPID/fd/1; cat; echo done"), says("Done.")]) as server:
        talk = await started(machine.with_service(server), "--permission-mode", "yolo")
        session = (await talk.ask(new(machine)))["result"]["sessionId"]
        end = await talk.ask(prompt(session, "speak"))
        assert end["result"]["stopReason"] == "end_turn"
        talk.process.send_signal(signal.SIGTERM)
        done = await ended(talk.process)
    assert (done.code, done.out) == (143, b"")


@pytest.mark.security("E1")
async def test_a_client_that_goes_in_the_middle_of_a_run_leaves_nothing_behind(machine: Machine) -> None:
    seconds = f"300.{os.getpid()}"
    async with ModelServer([bash(f'echo "be""gun"; sleep {seconds}'), says("Done.")]) as server:
        talk = await started(machine.with_service(server), "--permission-mode", "yolo")
        session = (await talk.ask(new(machine)))["result"]["sessionId"]
        talk.say(prompt(session, "wait"))
        await told(talk.process.stdout, b"begun")
        assert processes_of(seconds)
        talk.leave()
        assert (await ended(talk.process)).code == 0
    assert processes_of(seconds) == []
