"""A daemon that listens on a free port, and callers who speak with it as others would."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from heartbit_tui.client.local import local
from heartbit_tui.daemon.opening import Setup
from heartbit_tui.daemon.serving import Stop, serve
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.runtime.clock import SystemClock
from tests.daemon.ground import Ground

TOKEN = "a-token-of-the-person-at-this-machine"
USERS = {"anna": "the-token-of-anna-of-acme", "ben": "the-token-of-ben-of-acme", "carl": "the-token-of-carl-of-other"}
TENANTS = {"anna": "acme", "ben": "acme", "carl": "other"}
SETTINGS = f"""
[daemon.auth]
bearer_tokens = [
    {{ token = "{TOKEN}", name = "person" }},
    {", ".join(f'{{ token = "{USERS[name]}", user = "{name}", tenant = "{TENANTS[name]}" }}' for name in USERS)},
    {{ token = "the-token-of-an-operator-of-acme", user = "olga", tenant = "acme", roles = ["operator"] }},
]
"""
OPERATOR = "the-token-of-an-operator-of-acme"


class Served:
    """A daemon at an address; `told` is what it has said to whoever started it."""

    def __init__(self, told: list[str], stop: Stop) -> None:
        self.told = told
        self.stop = stop

    @property
    def url(self) -> str:
        return self.told[0].rpartition(" ")[2]

    @asynccontextmanager
    async def caller(self, token: str = TOKEN, **headers: str) -> AsyncGenerator[httpx.AsyncClient]:
        """Somebody with this token, or with none."""
        known = {"authorization": f"Bearer {token}"} if token else {}
        async with httpx.AsyncClient(
            base_url=self.url, headers={**known, **headers}, timeout=20, trust_env=False
        ) as client:
            yield client


@asynccontextmanager
async def served(ground: Ground, clock: Clock | None = None, **more: Any) -> AsyncGenerator[Served]:
    """A daemon of this machine, stopped after it."""
    told, stop, begun = list[str](), Stop(), asyncio.Event()

    def tell(text: str) -> None:
        told.append(text)
        begun.set()

    setup = Setup(options=ground.options(**more), connect=local, clock=clock or SystemClock(), bind="127.0.0.1:0")
    serving = asyncio.create_task(serve(setup, tell, stop))
    waiting = asyncio.create_task(begun.wait())
    await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if serving.done():
        serving.result()
    try:
        yield Served(told, stop)
    finally:
        stop.ask()
        stop.ask()
        with contextlib.suppress(asyncio.CancelledError):
            await serving


async def ended(caller: httpx.AsyncClient, task_id: str) -> dict[str, Any]:
    """The task, once its events have ended."""
    async with caller.stream("GET", f"/tasks/{task_id}/events") as answer:
        async for _ in answer.aiter_lines():
            pass
    return (await caller.get(f"/tasks/{task_id}")).json()


async def submitted(caller: httpx.AsyncClient, task: str, **more: Any) -> str:
    """The id of a task that was accepted."""
    answer = await caller.post("/tasks", json={"task": task, **more})
    assert answer.status_code in (200, 201), answer.text
    return answer.json()["id"]
