"""Each way into heartbit judges calls by the same rules: a deny of the person's holds in all of them, also in yolo."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable

import pytest

from heartbit_tui.client.local import local
from heartbit_tui.kernel.events import PermissionDenied, Terminal
from heartbit_tui.kernel.messages import Text
from heartbit_tui.kernel.ops import Mode, Prompt
from heartbit_tui.runtime.options import Options
from tests.acp.talk import new, prompt, started
from tests.headless.machine import Machine, bash, ended, says, service
from tests.mcp.test_serving import BY_HAND
from tests.repl.terminal import Screen

LINE = "touch made.txt"
YOLO = ("--permission-mode", "yolo")
SAID = json.dumps({"type": "user", "message": {"role": "user", "content": "hi"}}).encode() + b"\n"

Entry = Callable[[Machine], Awaitable[bool]]
"""Goes in by one way and has the model call the tool; whether the call was told to be denied."""


def by(*words: str, input: bytes | None = None, before: tuple[str, ...] = ()) -> Entry:
    async def enter(machine: Machine) -> bool:
        if before:
            await machine.run(*before)
        done = await machine.run(*words, *YOLO, input=input)
        return "forbids this call" in done.out.decode() + done.err or "denied: bash" in done.err

    return enter


def at_a_terminal(*words: str, typed: str = "", until: str) -> Entry:
    """At a pseudo terminal, where a person who sees a question would have to answer it."""

    def enter(machine: Machine) -> bool:
        command = (sys.executable, "-m", "heartbit_tui", *words, *YOLO)
        env = {**machine.variables, "TERM": "xterm-256color"}
        with Screen(command, cwd=machine.project, env=env, rows=30, columns=120) as screen:
            if typed:
                screen.until("yolo>")
                screen.keys(typed)
            screen.until(until)
            screen.keys("\x03\x03\x04")
            return "forbids" in screen.text

    return lambda machine: asyncio.to_thread(enter, machine)


async def as_a_library(machine: Machine) -> bool:
    options = Options(cwd=machine.project, environment=machine.variables, mode=Mode.YOLO)
    async with local(options) as client:
        client.submit(Prompt(content=(Text(text="hi"),)))
        denied = False
        async for envelope in client.envelopes():
            denied = denied or isinstance(envelope.event, PermissionDenied)
            if isinstance(envelope.event, Terminal):
                return denied
    return denied


async def of_an_editor(machine: Machine) -> bool:
    talk = await started(machine, *YOLO)
    session = (await talk.ask(new(machine)))["result"]["sessionId"]
    await talk.ask(prompt(session, "hi"))
    talk.leave()
    assert (await ended(talk.process)).code == 0
    return "forbids this call" in str(talk.heard)


async def of_another_agent(machine: Machine) -> bool:
    talk = await started(machine, *YOLO, command=("mcp", "serve"))
    hello, ready, _ = BY_HAND
    await talk.ask(hello)
    talk.say(ready)
    call = {"name": "run_task", "arguments": {"task": "hi"}}
    await talk.ask({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": call})
    talk.leave()
    assert (await ended(talk.process)).code == 0
    return "forbids this call" in str(talk.heard)


ENTRIES: dict[str, Entry] = {
    "-p": by("-p", "hi"),
    "-p --json": by("-p", "hi", "--json"),
    "run": by("run", "hi"),
    "headless": by("--headless", "hi"),
    "stdin": by("-p", "-", input=b"hi"),
    "stream-json": by("-p", "--input-format", "stream-json", "--output-format", "stream-json", input=SAID),
    "continue": by("-c", "-p", "hi", before=("-p", "first")),
    "fork": by("-c", "--fork", "-p", "hi", before=("-p", "first")),
    "ephemeral": by("-p", "hi", "--ephemeral"),
    "bare": by("-p", "hi", "--bare", "--deny", "bash(touch:*)"),
    "chat --plain": by("chat", "--plain", input=b"hi\n"),
    "chat": at_a_terminal("chat", typed="hi\r", until="Hello\\."),
    "screen": at_a_terminal("hi", until="Hello\\."),
    "library": as_a_library,
    "acp": of_an_editor,
    "mcp serve": of_another_agent,
}


@pytest.mark.security("P15")
@pytest.mark.parametrize("entry", ENTRIES)
async def test_a_deny_holds_by_every_way_in(machine: Machine, entry: str) -> None:
    machine.config('[permissions]\ndeny = ["bash(touch:*)"]\n')
    first = (says("First."),) if entry in ("continue", "fork") else ()
    async with service(machine, *first, bash(LINE), says()) as (server, known):
        assert await ENTRIES[entry](known)
        assert server.left == 0
    assert not (machine.project / "made.txt").exists()


@pytest.mark.security("P15")
async def test_a_deny_of_a_flag_holds_in_the_demonstration(machine: Machine) -> None:
    done = await machine.run("--headless", "--demo", "run", "--json", "--deny", "bash", *YOLO)
    denials = done.result["permission_denials"]
    assert {denial["tool_name"] for denial in denials} == {"bash"}


@pytest.mark.parametrize("entry", ["-p", "chat --plain", "chat", "screen", "library", "acp", "mcp serve"])
async def test_without_the_deny_the_same_call_passes(machine: Machine, entry: str) -> None:
    async with service(machine, bash(LINE), says()) as (_, known):
        assert not await ENTRIES[entry](known)
    assert (machine.project / "made.txt").exists()
