"""What a run leaves on the disk has no secret in it, but for the session itself, which is kept as it happened."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from heartbit_tui.auth import KEY_NAMES
from heartbit_tui.providers.script import Reply, call
from tests.config.test_redact import SHAPES
from tests.headless.machine import Machine, bash, calls, kept, says, service

PLANTED = {
    name: f"planted-{number:02}-{'q7W' * 6}" for number, name in enumerate(sorted(KEY_NAMES - {"ANTHROPIC_API_KEY"}))
}
MORE = {f"HEARTBIT_{name}": f"planted-{name}-{'z4T' * 6}" for name in ("API_KEY", "TELEGRAM_TOKEN")}
SESSION = "heartbit.db"
LONG = "cat secrets.txt; seq 20000"
MADE = {"password": SHAPES[0], "path": "a.txt"}


def script() -> tuple[Reply, ...]:
    """A model that reads secrets, is told them by a command in short and at length, and repeats them all over."""
    wanted = call("write", file_path="copy.txt", content="\n".join(SHAPES))
    return (
        calls(call("read", file_path="secrets.txt")),
        bash("cat secrets.txt; env"),
        bash(LONG),
        calls(wanted, call("no-such-tool", **MADE), call("webfetch", url=f"http://127.0.0.1:9/?key={SHAPES[1]}")),
        calls(call("edit", file_path="copy.txt", old_string=SHAPES[2], new_string=SHAPES[3])),
        says(f"The keys are {' '.join(SHAPES)}."),
    )


def files(home: Path) -> dict[str, bytes]:
    """Everything below a home, the tables of what was audited apart from the rest of the session file."""
    found = {path.relative_to(home).as_posix(): path.read_bytes() for path in home.rglob("*") if path.is_file()}
    return {name: data for name, data in found.items() if SESSION not in name}


def audited(home: Path) -> bytes:
    with closing(sqlite3.connect(f"file:{next(home.rglob(SESSION))}?mode=ro", uri=True)) as connection:
        return "\n".join(str(row) for row in connection.execute("SELECT * FROM audit")).encode()


@pytest.mark.security("I6", n=len(SHAPES) + len(PLANTED) + len(MORE))
async def test_i6_nothing_but_the_session_has_a_secret_in_it_after_a_run(machine: Machine) -> None:
    (machine.project / "secrets.txt").write_text("\n".join(SHAPES))
    machine.config('[log]\nlevel = "debug"\n[guardrails.secrets]\nenabled = false\n')
    assert len(PLANTED | MORE) >= 10
    known = machine.having(**PLANTED, **MORE)
    async with service(known, *script()) as (server, known):
        done = await known.stream(
            "-p", f"Use {SHAPES[4]} please.", "--permission-mode", "yolo", "--provider", "anthropic", "-v"
        )
        sent = b"\n".join(request.raw for request in server.requests)
    assert kept(done)["result"].startswith("The keys are"), kept(done)
    left = files(machine.home)
    whole = {name: data for name, data in left.items() if "/outputs/" in name}
    assert any(name.endswith("heartbit.log") for name in left)
    assert len(whole) == 1
    planted = (*PLANTED.values(), *MORE.values())
    secrets = (*(line for shape in SHAPES for line in shape.splitlines() if "KEY---" not in line), *planted)
    others = {name: data for name, data in left.items() if name not in whole}
    assert found(others, secrets) == []
    assert found({"audit": audited(machine.home)}, secrets) == []
    every = {path.name: path.read_bytes() for path in machine.home.rglob("*") if path.is_file()}
    assert found(every | {"sent": sent, "said": done.out + done.err.encode()}, planted) == []
    assert b"HOME=" in sent  # so that the command did see an environment
    assert len(found(whole, secrets)) >= len(SHAPES)  # as SECURITY.md says
    assert all(path.stat().st_mode & 0o077 == 0 for path in machine.home.rglob(f"{SESSION}*"))
    assert all((machine.home / name).stat().st_mode & 0o077 == 0 for name in whole)
    assert json.loads(done.out.splitlines()[-1])["type"] == "result"


def found(files: dict[str, bytes], secrets: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(name, secret) for name, data in files.items() for secret in secrets if secret.encode() in data]
