"""How the daemon itself stands: whether it lives, whether it takes tasks, and what it is."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from heartbit_tui import __version__
from heartbit_tui.auth.roles import allowed
from heartbit_tui.daemon.http.doors import who_of
from heartbit_tui.daemon.metrics import TYPE
from heartbit_tui.daemon.opening import Daemon
from heartbit_tui.kernel.errors import StoreError


class Standing:
    """The routes that tell of the daemon itself."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon

    @property
    def routes(self) -> list[BaseRoute]:
        """What is answered."""
        return [
            Route("/healthz", self._health),
            Route("/health", self._health),
            Route("/readyz", self._ready),
            Route("/metrics", self._metrics),
        ]

    async def _health(self, request: Request) -> Response:
        """200 while it takes tasks, 503 once it is stopping."""
        stopping = self._daemon.service.draining
        status = "shutting_down" if stopping else "ok"
        uptime = int((self._daemon.clock.now() - self._daemon.since).total_seconds())
        return JSONResponse({"status": status, "uptime_seconds": uptime}, 503 if stopping else 200)

    async def _metrics(self, request: Request) -> Response:
        """The figures of all tenants: for an admin, or for everybody where the settings say so."""
        if not self._daemon.config.boolean("daemon.metrics.enabled"):
            raise HTTPException(404, "metrics not enabled")
        if not self._daemon.door.open_metrics:
            allowed(who_of(request.scope), "metrics")
        return Response(self._daemon.figures.text(), media_type=TYPE)

    async def _ready(self, request: Request) -> Response:
        """200 where all checks hold: that it is not stopping, and that its file can be read."""
        checks = [{"name": "shutdown", "ok": not self._daemon.service.draining}]
        try:
            await self._daemon.queue.waits()
        except StoreError:
            checks.append({"name": "store", "ok": False, "message": "the data file cannot be read"})
        else:
            checks.append({"name": "store", "ok": True})
        ready = all(each["ok"] for each in checks)
        body = {"ready": ready, "checks": checks, "version": __version__}
        return JSONResponse(body, 200 if ready else 503)
