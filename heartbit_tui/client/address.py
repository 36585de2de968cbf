"""Where the daemon is that a person means, and what proves to it who asks."""

from pathlib import Path
from typing import Final

from heartbit_tui.auth.own_token import NAME
from heartbit_tui.config import Config, Directories
from heartbit_tui.config.directories import directories
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import configuration

URL: Final = "HEARTBIT_URL"
TOKEN: Final = "HEARTBIT_API_KEY"


def address(options: Options, url: str = "") -> tuple[str, str]:
    """The address of a daemon, this machine's own unless another is named, and the token for it. Raises `ConfigError`.

    It reads files: to be called in a thread where a screen waits.
    """
    config, environment = configuration(options), options.environment
    places = directories(environment, Path(environment.get("HOME") or "/"))
    found = url or environment.get(URL) or config.string("client.url") or _bound(config)
    return found.rstrip("/"), environment.get(TOKEN) or config.string("client.token") or _own(places)


def _bound(config: Config) -> str:
    """The address of this machine's own daemon."""
    host, _, port = (config.string("daemon.bind") or "127.0.0.1:3000").rpartition(":")
    return f"http://{'127.0.0.1' if host in ('', '0.0.0.0', '[::]') else host}:{port}"


def _own(places: Directories) -> str:
    kept = places.state / NAME
    return kept.read_text("utf-8").strip() if kept.is_file() else ""
