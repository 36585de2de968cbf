"""Where the daemon is that a person means, and what proves to it who asks."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from heartbit_tui.auth.hosts import is_loopback
from heartbit_tui.auth.own_token import NAME
from heartbit_tui.client import registered
from heartbit_tui.config import Config, Directories
from heartbit_tui.config.directories import directories
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import configuration
from heartbit_tui.store.locks import leases

URL: Final = "HEARTBIT_URL"
TOKEN: Final = "HEARTBIT_API_KEY"
NEVER: Final = datetime.min.replace(tzinfo=UTC)

NO_ADDRESS: Final = "{where} takes the address of a daemon, such as http://127.0.0.1:3000, and not {given!r}."
NO_HEADER: Final = "{where} holds signs that no token has, such as a space or a line break. Set it anew."


def address(options: Options, url: str = "", session_id: str = "") -> tuple[str, str]:
    """The address of a daemon, this machine's own unless another is named, and the token for it. Raises `ConfigError`.

    Its own is the one that holds this session, else the newest that works on the data file, else where one would listen
    by the settings. The token that it made for itself goes to no other machine. It reads files: to be called in a thread
    where a screen waits.
    """
    config, environment = configuration(options), options.environment
    places = directories(environment, Path(environment.get("HOME") or "/"))
    named = {"--url": url, URL: environment.get(URL), "client.url": config.string("client.url")}
    where, found = next(((name, each) for name, each in named.items() if each), ("", ""))
    found = found or _registered(places.sessions_file, session_id) or _bound(config)
    host = _host(found, where or "daemon.bind")
    return found.rstrip("/"), _given(config, environment) or (_own(places) if is_loopback(host) else "")


def _host(url: str, where: str) -> str:
    """The host of an address. Raises `ConfigError` for what is none."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # one that is no number up to 65535 is found out when it is asked for
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or not url.isprintable() or " " in url:
        raise ConfigError(NO_ADDRESS.format(where=where, given=url))
    return parts.hostname


def _given(config: Config, environment: Mapping[str, str]) -> str:
    """The token that a person set. Raises `ConfigError` for what no header can hold, without telling it."""
    given = {TOKEN: environment.get(TOKEN), "client.token": config.string("client.token")}
    where, token = next(((name, each.strip()) for name, each in given.items() if each and each.strip()), ("", ""))
    if not all("!" <= sign <= "~" for sign in token):
        raise ConfigError(NO_HEADER.format(where=where))
    return token


def _registered(file: Path, session_id: str) -> str:
    """Where a daemon listens that works on this data file; empty where none does."""
    living = [each for each in registered.found(file) if each.lives and each.address]
    holder = leases(file).holder(session_id) if session_id else 0
    found = max(living, key=lambda each: (each.pid == holder, each.since or NEVER), default=None)
    return "" if found is None else reachable(found.address)


def reachable(url: str) -> str:
    """The address for a caller of this machine, where a daemon listens at all that it has."""
    return url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")


def _bound(config: Config) -> str:
    """The address of this machine's own daemon."""
    host, _, port = (config.string("daemon.bind") or "127.0.0.1:3000").rpartition(":")
    return f"http://{'127.0.0.1' if host in ('', '0.0.0.0', '[::]') else host}:{port}"


def _own(places: Directories) -> str:
    kept = places.state / NAME
    return kept.read_text("utf-8").strip() if kept.is_file() else ""
