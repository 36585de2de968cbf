"""Whatever a daemon is told, asked or fails with, its log and what it writes to stderr hold no secret."""

import asyncio
import base64
import json
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.daemon.test_commands import prepared
from tests.headless.machine import ROOT, Machine, told

LOGIN = base64.b64encode(b"anna:open-sesame-99").decode()
KNOWN: Mapping[str, str] = {
    "a key of a model service in the environment": "nothing-like-a-key-4711",
    "a token of the settings": "plain-words-of-the-settings",
    "a variable that is secret by its name": "value-of-some-variable",
    "a variable that settings name": "value-of-a-named-variable",
    "a key that login kept": "kept-by-login-0815-0815",
    "the password of an address in the settings": "pa55word-in-an-address",
}
"""What the daemon knows to be secret: it may stand nowhere, in whatever surroundings."""

SHAPED: Mapping[str, str] = {
    "a key by its shape": "sk-ant-api03-abcdefghijklmnopqrstuvwx",
    "a token of GitHub": "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    "a token of a daemon": "hbt_" + "A1b2C3d4E5" * 4 + "xyz",
    "a signed token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm5hIn0.c2lnbmF0dXJl",
}
AROUND: Mapping[str, str] = {
    "Authorization: Bearer {}": "bearer-without-shape-12",
    "authorization: Basic {}": LOGIN,
    "https://anna:{}@example.com/path": "pa55-of-an-address",
    "postgresql://user:{}@db/x": "pa55-of-a-database",
    "GET /x?page=2&access_token={}": "token-in-a-query",
    "GET /x?api_key={}&page=2": "key-in-a-query-1",
    "password = {}": "pa55-with-a-label",
    '{{"client_secret": "{}"}}': "secret-in-json-value",
    "token.{}": "token-of-a-subprotocol",
}
"""What is a secret by what stands around it."""

LEAK = "\n".join((*KNOWN.values(), *SHAPED.values(), *(text.format(value) for text, value in AROUND.items())))
CORPUS = (*KNOWN.values(), *SHAPED.values(), *AROUND.values())

PLUGIN = """
import os
import threading
from pathlib import Path


def leaky(settings, **means):
    leak = Path(os.environ["LEAKS"]).read_text()

    def broken():
        raise RuntimeError("in a thread: " + leak)

    thread = threading.Thread(target=broken)
    thread.start()
    thread.join()
    raise RuntimeError("cannot be built: " + leak)
"""
SETTINGS = """
[daemon.auth]
bearer_tokens = [{{ token = "{token}", name = "person" }}]
[daemon.notify.webhook]
url = "http://anna:{password}@127.0.0.1:9/hook?secret=abcdefgh1234"
secret_env = "A_NAMED_VARIABLE"
allow_private = true
tries = 1
"""

TELLING = """
import logging, sys, threading, warnings
from pathlib import Path
from heartbit_tui.client.local import local
from heartbit_tui.daemon.log_file import LogFile
from heartbit_tui.daemon.logs import telling
from heartbit_tui.cli.options import environment
from heartbit_tui.runtime.masking import mask_for_logs
from heartbit_tui.runtime.options import Options
options = Options(cwd=Path.cwd(), environment=environment(), surface="daemon")
keep = LogFile(Path(sys.argv[1]), 10_000_000, 1)
tell = telling(sys.stderr, mask_for_logs(options), verbose=True, keep=keep.write)
leak = Path(sys.argv[2]).read_text()
tell(leak)
for name in ("heartbit.daemon", "uvicorn.access", "uvicorn.error", "httpx", "asyncio"):
    logging.getLogger(name).error("about %s", leak)
    logging.getLogger(name).error("%d", leak)
    logging.getLogger(name).info(leak)
    for line in leak.splitlines():
        logging.getLogger(name).warning("%s", line)
try:
    try:
        raise ValueError(leak)
    except ValueError as error:
        raise KeyError(leak) from error
except KeyError:
    logging.getLogger("heartbit.daemon").exception("it failed: %s", leak)
warnings.warn(leak)
raise RuntimeError(leak)
"""


def leaky(machine: Machine) -> Machine:
    """The machine that knows all secrets, with a package whose provider tells them in what it raises."""
    prepared(
        machine,
        settings=SETTINGS.format(
            token=KNOWN["a token of the settings"], password=KNOWN["the password of an address in the settings"]
        ),
    )
    file = machine.home / ".config/heartbit/config.toml"
    file.write_text(file.read_text().replace('"scripted"', '"leaky"'))
    folder = machine.root / "installed"
    info = folder / "leaky-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: leaky\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[heartbit.providers]\nleaky = leaky_plugin:leaky\n")
    (folder / "leaky_plugin.py").write_text(PLUGIN)
    (machine.root / "leaks").write_text(LEAK)
    return machine.having(
        PYTHONPATH=f"{ROOT}:{folder}",
        PYTHONWARNINGS="default",
        LEAKS=str(machine.root / "leaks"),
        ANTHROPIC_API_KEY=KNOWN["a key of a model service in the environment"],
        MY_SERVICE_TOKEN=KNOWN["a variable that is secret by its name"],
        A_NAMED_VARIABLE=KNOWN["a variable that settings name"],
    )


def found(text: str) -> list[str]:
    """The secrets that stand in a text."""
    return [each for each in CORPUS if each in text]


@pytest.mark.security("D14")
async def test_what_is_logged_anywhere_in_the_process_holds_no_secret(machine: Machine, tmp_path: Path) -> None:
    known = leaky(machine)
    kept = KNOWN["a key that login kept"].encode()
    assert (await known.run("auth", "login", "anthropic", input=kept)).code == 0
    path = tmp_path / "daemon.log"
    given = (sys.executable, "-c", TELLING, str(path), known.variables["LEAKS"])
    process = await asyncio.create_subprocess_exec(
        *given, env=known.variables, cwd=known.project, stderr=asyncio.subprocess.PIPE
    )
    _, err = await process.communicate()
    log = path.read_text()
    assert (process.returncode, found(log), found(err.decode())) == (1, [], [])
    lines = [json.loads(line) for line in log.splitlines()]
    assert log == err.decode()
    assert lines[-1]["level"] == "critical"
    assert "RuntimeError" in lines[-1]["exception"]
    assert {"uvicorn.access", "uvicorn.error", "httpx", "asyncio", "py.warnings"} <= {each["logger"] for each in lines}


@pytest.mark.security("D14")
async def test_a_daemon_that_is_told_secrets_and_fails_with_them_logs_none(machine: Machine) -> None:
    known = leaky(machine)
    assert (await known.run("auth", "login", "anthropic", input=KNOWN["a key that login kept"].encode())).code == 0
    process = await known.start("daemon", "--bind", "127.0.0.1:0", "--verbose")
    first = await told(process.stderr, b"heartbit listens at ")
    url = json.loads(first)["message"].rpartition(" ")[2]
    token = KNOWN["a token of the settings"]
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=20) as http:
        good = {"authorization": f"Bearer {token}"}
        accepted = await http.post("/tasks", json={"task": LEAK}, headers=good)
        task = accepted.json()["id"]
        async with http.stream("GET", f"/tasks/{task}/events", headers=good) as answer:
            async for _ in answer.aiter_lines():
                pass
        state = (await http.get(f"/tasks/{task}", headers=good)).json()["state"]
        for value in CORPUS:
            for headers in (
                {"authorization": f"Bearer {value}"},
                {"authorization": f"Basic {value}"},
                {"cookie": f"token={value}"},
            ):
                await http.get("/tasks", params={"token": value, "q": value}, headers=headers)
    for value in CORPUS:
        await raw(
            url,
            f"GET /ws?token={value} HTTP/1.1\r\nHost: {url.removeprefix('http://')}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: heartbit, token.{token}\r\n\r\n",
        )
        await raw(url, f"{value} is no request\r\nAuthorization: Bearer {value}\r\n\r\n")
    process.send_signal(signal.SIGTERM)
    _, rest = await asyncio.wait_for(process.communicate(), 30)
    log = (machine.home / ".local/state/heartbit/daemon.log").read_text()
    shown = (await machine.run("daemon", "logs", "-n", "10000")).text
    assert state == "failed"
    assert "cannot be built" in log
    assert "in a thread" in log
    assert '"exception"' in log
    assert "could not be told" in log
    assert "/ws?token=[redacted]" in log
    assert [found(each) for each in (log, (first + rest).decode(), shown)] == [[], [], []]


async def raw(url: str, request: str) -> None:
    """Send something over a connection of its own, and read what comes until it ends or the beginning was answered."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(request.encode())
    writer.write_eof()
    await reader.read(4096)
    writer.close()
