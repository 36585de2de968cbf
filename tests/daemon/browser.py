"""A real browser without a window, spoken with over the pipes of its debugging protocol."""

import asyncio
import base64
import json
import os
import shutil
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FOUND = next(filter(None, map(shutil.which, NAMES)), "")
MISSING = "no Chromium is installed"

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-proxy-server"),
    *("--disable-extensions", "--hide-scrollbars", "--lang=en-US", "--remote-debugging-pipe"),
)
AT_ITS_PLACES = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); os.execv(sys.argv[3], sys.argv[3:])"
)
"""The browser reads commands from file 3 and answers in file 4."""

PATIENCE = 30.0
"""Seconds for what should come to be on a page."""

LONGEST = 1 << 26
"""Bytes of one answer; a picture is one."""


class Page:
    """One page. `faults` are what it said went wrong: what was thrown, what its policy refused, what asked the person."""

    def __init__(self, commands: asyncio.StreamWriter, answers: asyncio.StreamReader) -> None:
        self.faults: list[str] = []
        self._commands = commands
        self._answers = answers
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._session = ""
        self._numbers = count(1)

    async def listen(self) -> None:
        """Hear the browser until it has gone."""
        with suppress(asyncio.IncompleteReadError):
            while True:
                told: dict[str, Any] = json.loads((await self._answers.readuntil(b"\0"))[:-1])
                if waiting := self._waiting.pop(told.get("id", -1), None):
                    waiting.set_result(told)
                elif told.get("method") in ("Runtime.exceptionThrown", "Page.javascriptDialogOpening"):
                    self.faults.append(json.dumps(told["params"]))
                elif told.get("method") == "Log.entryAdded" and told["params"]["entry"]["level"] == "error":
                    self.faults.append(told["params"]["entry"]["text"])

    async def begin(self) -> None:
        """Open the one page."""
        target = await self.do("Target.createTarget", url="about:blank")
        attached = await self.do("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            await self.do(f"{domain}.enable")

    async def do(self, method: str, **given: Any) -> dict[str, Any]:
        """What comes of a command."""
        number = next(self._numbers)
        self._waiting[number] = asyncio.get_running_loop().create_future()
        place = {"sessionId": self._session} if self._session else {}
        command = json.dumps({"id": number, "method": method, "params": given, **place})
        self._commands.write(command.encode() + b"\0")
        told = await self._waiting[number]
        assert "error" not in told, told
        return told["result"]

    async def js(self, expression: str) -> Any:
        """The value of an expression, once it is there."""
        found = await self.do("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    async def until(self, expression: str) -> Any:
        """The value of an expression, once it is true; looked at with every frame."""
        look = f"try {{ const found = ({expression}); if (found) return done(found); }} catch {{}}"
        try:
            async with asyncio.timeout(PATIENCE):
                return await self.js(f"new Promise((done) => (function look() {{ {look} setTimeout(look, 15); }})())")
        except TimeoutError:
            seen = await self.js("document.body.innerText")
            raise AssertionError(f"It was never so that {expression}. The page shows:\n{seen}") from None

    async def open(self, url: str) -> None:
        """Go there, and wait until it is read."""
        await self.do("Page.navigate", url=url)
        await self.until(f"location.href.startsWith({json.dumps(url)}) && document.readyState === 'complete'")

    async def type(self, text: str) -> None:
        """Type into what has the focus."""
        await self.do("Input.insertText", text=text)

    async def press(self, key: str, code: int, **more: Any) -> None:
        """Press one key."""
        for kind in ("keyDown", "keyUp"):
            text = {"text": "\r"} if key == "Enter" and kind == "keyDown" else {}
            await self.do(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **text, **more
            )

    async def size(self, width: int, height: int, *, dark: bool = False) -> None:
        """Be so large, and light or dark."""
        await self.do(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.do("Emulation.setEmulatedMedia", features=[scheme])

    async def picture(self, path: Path) -> None:
        """Write what is seen as PNG."""
        taken = await self.do("Page.captureScreenshot", format="png")
        await asyncio.to_thread(path.write_bytes, base64.b64decode(taken["data"]))


@asynccontextmanager
async def page(folder: Path) -> AsyncGenerator[Page]:
    """A page of a browser whose profile is empty and stays in this folder."""
    loop = asyncio.get_running_loop()
    (theirs_in, ours_out), (ours_in, theirs_out) = os.pipe(), os.pipe()
    words = (FOUND, *FLAGS, f"--user-data-dir={folder}", "about:blank")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", AT_ITS_PLACES, str(theirs_in), str(theirs_out), *words),
        pass_fds=(theirs_in, theirs_out),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env={"HOME": str(folder), "PATH": os.environ["PATH"]},
    )
    os.close(theirs_in)
    os.close(theirs_out)
    answers = asyncio.StreamReader(limit=LONGEST)
    reading, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(answers), os.fdopen(ours_in, "rb"))
    protocol: Any = asyncio.streams.FlowControlMixin
    writing, flow = await loop.connect_write_pipe(protocol, os.fdopen(ours_out, "wb"))
    found = Page(asyncio.StreamWriter(writing, flow, None, loop), answers)
    listening = asyncio.create_task(found.listen(), name="browser")
    try:
        await found.begin()
        yield found
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
        await listening
        reading.close()
        writing.close()
