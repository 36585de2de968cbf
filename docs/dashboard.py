"""Takes the pictures of the dashboard: a real daemon with something to show, in a real browser without a window."""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.daemon.browser import FOUND, MISSING, Page, page  # noqa: E402 - the browser is driven as the tests drive it

NAMES = frozenset({"dashboard", "dashboard-narrow", "daemon-dashboard"})
COLOURS = 256
LARGEST = 150_000
"""Bytes of a picture."""

TOKEN = "a-token-for-the-pictures"
CONFIG = f"""\
[provider]
name = "scripted"
script = "{{home}}/script.json"

[daemon.auth]
bearer_tokens = ["{TOKEN}"]

[daemon.heartbit_pulse]
enabled = true

[heartbeat]
workspaces = ["~/notes"]

[[daemon.schedules]]
name = "dependencies"
cron = "0 9 * * MON-FRI"
task = "Look for new versions of our dependencies and say which ones matter."

[[daemon.schedules]]
name = "changelog"
cron = "30 17 * * FRI"
task = "Draft the changelog of this week."
"""
BASKET = "class Basket:\n    def total(self) -> float:\n        return sum(self.prices)\n"
TODO = {
    "entries": [
        {"id": "a", "title": "Mend the receipt of an empty basket", "priority": "high", "due": "2026-12-01"},
        {"id": "b", "title": "Ask for the new logo", "status": "blocked"},
    ]
}
BEATS = {
    "HEARTBEAT.md": "---\nevery: 1h\n---\nLook whether the build is green.\n",
    "HEARTBEAT-mail.md": '---\nevery: 10m\nactive_hours: "09:00-17:00"\n---\nLook for mail that cannot wait.\n',
}
NOTES = (
    {"text": "The tests of this project run with python3 -m unittest.", "category": "preference", "pinned": True},
    {"text": "A mean of no gaps is 0, not an error.", "memory_type": "semantic", "tags": ["pulse"]},
    {"text": "Olga reviews what touches the till.", "category": "person", "importance": 6},
)


def _call(name: str, given: dict[str, Any], when: str) -> dict[str, Any]:
    usage = {"input_tokens": 7_100, "output_tokens": 210}
    return {"blocks": [{"call": name, "input": given}], "when": when, "usage": usage, "cost_usd": 0.0181}


def _says(text: str, **more: Any) -> dict[str, Any]:
    return {"blocks": [{"text": text}], "usage": {"input_tokens": 9_000, "output_tokens": 95}, "cost_usd": 0.01, **more}


ROUNDED = {"old_string": "        return sum(self.prices)", "new_string": "        return round(sum(self.prices), 2)"}
QUESTION = {
    "question": "Which regions does a delivery go to?",
    "options": [
        {"label": "The union", "description": "no forms are needed"},
        {"label": "Everywhere", "description": "with forms for the customs"},
    ],
}
REPLIES = (
    _call("read", {"file_path": "basket.py"}, "Round the total"),
    _call("edit", {"file_path": "basket.py", **ROUNDED}, "class Basket"),
    _says("`basket.py` rounds totals to cents now: three times 0.1 was 0.30000000000000004.", when="basket.py"),
    _call(
        "write", {"file_path": "CHANGES.md", "content": "# Changes\n\n- Totals are rounded.\n"}, "notes of this release"
    ),
    _call("question", {"questions": [QUESTION]}, "a delivery"),
    _says("It is green.", when="nightly", wait=3_600, times=0),
    _says("Two of them matter: one mends a leak of connections, the other drops a call that we use.", times=0),
)

MEAN = "def mean(gaps: list[float]) -> float:\n    return sum(gaps) / len(gaps)\n"
MENDED = {
    "old_string": "    return sum(gaps) / len(gaps)",
    "new_string": "    return sum(gaps) / len(gaps) if gaps else 0.0",
}
MEND = "The mean of no gaps is an error. Mend it."
MENDING = (
    {"blocks": [{"call": "read", "input": {"file_path": "pulse.py"}}], "when": "no gaps is an error"},
    {
        "blocks": [
            {"text": "`mean` divides by zero where there are no gaps."},
            {"call": "edit", "input": {"file_path": "pulse.py", **MENDED}},
        ],
        "when": "def mean",
    },
    {"blocks": [{"text": "Done: the mean of no gaps is 0 now."}], "when": "pulse.py"},
)
"""What the model answers to the task whose beginning and end are shown, which is `MEND`."""


def _furnish(home: Path, replies: Sequence[Any] = REPLIES) -> None:
    """Write the settings, the script of the model, and what there is to be shown."""
    files = {
        ".config/heartbit/config.toml": CONFIG.format(home=home),
        "script.json": json.dumps({"replies": replies}),
        "shop/basket.py": BASKET,
        "shop/pulse.py": MEAN,
        "shop/TODO.json": json.dumps(TODO),
        "notes.jsonl": "\n".join(map(json.dumps, NOTES)),
        **{f"notes/{name}": text for name, text in BEATS.items()},
    }
    for name, text in files.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text, "utf-8")


@asynccontextmanager
async def _daemon(home: Path) -> AsyncGenerator[httpx.AsyncClient]:
    """A daemon of the machine with this home, as its person speaks with it."""
    environment = {"HOME": str(home), "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}"}
    shop = home / "shop"
    importing = await asyncio.create_subprocess_exec(
        "heartbit", "memory", "import", str(home / "notes.jsonl"), cwd=shop, env=environment
    )
    if await importing.wait():
        raise SystemExit("The notes for the pictures could not be taken in.")
    process = await asyncio.create_subprocess_exec(
        *("heartbit", "daemon", "--bind", "127.0.0.1:0"), stderr=asyncio.subprocess.PIPE, cwd=shop, env=environment
    )
    assert process.stderr is not None
    try:
        told = (await process.stderr.readline()).decode()
        url = told.partition("http://")[2].split('"')[0].split()[0]
        headers = {"authorization": f"Bearer {TOKEN}"}
        async with httpx.AsyncClient(base_url=f"http://{url}", headers=headers, trust_env=False) as caller:
            yield caller
    finally:
        process.terminate()
        process.terminate()
        await process.wait()


async def _until(caller: httpx.AsyncClient, task: str, word: str = "event: end") -> None:
    """Return once this is told of a task."""
    async with caller.stream("GET", f"/tasks/{task}/events") as answer:
        async for line in answer.aiter_lines():
            if word in line:
                return


async def _live(caller: httpx.AsyncClient) -> str:
    """Let the daemon do things; the id of the task that is shown."""

    async def submit(task: str) -> str:
        return (await caller.post("/tasks", json={"task": task})).json()["id"]

    shown = await submit("Round the total of the basket to cents.")
    await _until(caller, shown, '"approval_requested"')
    (each,) = (await caller.get("/approvals")).json()["approvals"]
    await caller.post(f"/approvals/{each['session_id']}/{each['interaction_id']}", json={"decision": "allow"})
    await _until(caller, shown)
    await _until(caller, (await caller.post("/schedules/run", json={"name": "dependencies"})).json()["id"])
    await submit("Watch the nightly build.")
    await _until(caller, await submit("Work out what a delivery costs."), '"question_asked"')
    await _until(caller, await submit("Write the notes of this release."), '"approval_requested"')
    return shown


async def _enter(shown: Page, caller: httpx.AsyncClient, task: str) -> None:
    """Log in, and choose a task."""
    await shown.open(f"{str(caller.base_url).rstrip('/')}/#task={task}")
    await shown.until("!document.getElementById('door').hidden")
    await shown.js("document.getElementById('token').focus()")
    await shown.type(TOKEN)
    await shown.press("Enter", 13)


async def _look(shown: Page, caller: httpx.AsyncClient, task: str) -> None:
    """Log in, choose a task that has ended, and wait until all is there."""
    await _enter(shown, caller, task)
    await shown.until("document.querySelector('#changed .diff')")
    await shown.until(
        "!document.getElementById('outcome').hidden && document.querySelectorAll('.request').length === 2"
    )
    await shown.until("document.querySelectorAll('#panels section:not([hidden])').length === 8")
    await shown.js("document.activeElement.blur()")


async def _take(folder: Path, wanted: frozenset[str]) -> None:
    with tempfile.TemporaryDirectory() as home:
        _furnish(Path(home))
        async with _daemon(Path(home)) as caller, page(Path(home) / "profile") as shown:
            await shown.size(1280, 1640)
            await _look(shown, caller, await _live(caller))
            for name, size, dark in (("dashboard", (1280, 1760), False), ("dashboard-narrow", (390, 1180), True)):
                if name not in wanted:
                    continue
                await shown.size(*size, dark=dark)
                await shown.js("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
                await shown.picture(Path(home) / f"{name}.png")
                _keep(Path(home) / f"{name}.png", folder)


async def _begin(folder: Path) -> None:
    """The picture of a task at its beginning, alone, with its call that waits."""
    with tempfile.TemporaryDirectory() as home:
        _furnish(Path(home), MENDING)
        async with _daemon(Path(home)) as caller, page(Path(home) / "profile") as shown:
            await shown.size(1100, 900, dark=True)
            task = (await caller.post("/tasks", json={"task": MEND})).json()["id"]
            await _until(caller, task, '"approval_requested"')
            await _enter(shown, caller, task)
            await shown.until("document.querySelectorAll('.request').length === 1")
            await shown.until("document.querySelectorAll('#panels section:not([hidden])').length === 8")
            await shown.js("document.activeElement.blur()")
            await shown.picture(Path(home) / "daemon-dashboard.png")
            _keep(Path(home) / "daemon-dashboard.png", folder)


def _keep(picture: Path, folder: Path) -> None:
    """Keep a picture with as many colours as it needs to look the same."""
    with Image.open(picture) as opened:
        opened.convert("RGB").quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE).save(
            folder / picture.name, optimize=True
        )
    if (weight := (folder / picture.name).stat().st_size) > LARGEST:
        raise SystemExit(f"{picture.name} has {weight:,} bytes, and may have {LARGEST:,}.")


def take(folder: Path, wanted: frozenset[str] = NAMES) -> None:
    """Take the pictures with these names anew, where there is a browser."""
    if FOUND:
        if "daemon-dashboard" in wanted:
            asyncio.run(_begin(folder))
        if wanted - {"daemon-dashboard"}:
            asyncio.run(_take(folder, wanted))
    else:
        print(f"The pictures of the dashboard stay as they are: {MISSING}.")
