"""The dashboard: one page with its style and its scripts, which ask for all that it shows with the token of its reader."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

FOLDER: Final = Path(__file__).parent / "page"

FILES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "/": ("dashboard.html", "text/html"),
        "/dashboard.css": ("dashboard.css", "text/css"),
        "/dashboard.js": ("dashboard.js", "text/javascript"),
        "/dashboard-words.js": ("dashboard-words.js", "text/javascript"),
        "/dashboard-daemon.js": ("dashboard-daemon.js", "text/javascript"),
        "/dashboard-waiting.js": ("dashboard-waiting.js", "text/javascript"),
        "/dashboard-events.js": ("dashboard-events.js", "text/javascript"),
        "/dashboard-changes.js": ("dashboard-changes.js", "text/javascript"),
        "/dashboard-panels.js": ("dashboard-panels.js", "text/javascript"),
        "/dashboard.svg": ("dashboard.svg", "image/svg+xml"),
    }
)
"""Which file is at which path, and its type. They say nothing of this daemon, so they need no token."""

POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        # A browser then refuses to make elements or scripts of strings, whatever a later change of the page tries.
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "content-security-policy": POLICY,
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
        "x-frame-options": "DENY",
    }
)


class Dashboard:
    """The routes of the page."""

    def __init__(self) -> None:
        self._files = {path: ((FOLDER / name).read_bytes(), kind) for path, (name, kind) in FILES.items()}

    @property
    def routes(self) -> list[BaseRoute]:
        """What is answered."""
        return [Route(path, self._file, methods=["GET"]) for path in self._files]

    async def _file(self, request: Request) -> Response:
        content, kind = self._files[request.url.path]
        return Response(content, media_type=kind, headers=HEADERS)
