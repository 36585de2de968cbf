"""Tells others at once what came of a task: a web address, a program, the desktop."""

import asyncio
import contextlib
import hashlib
import hmac
import json
import logging
import os
import shutil
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, Self

import httpx

from heartbit_tui.auth.users import Owner
from heartbit_tui.config import Config
from heartbit_tui.daemon.outcomes import Notice, is_silent, notice_of, notice_of_beat
from heartbit_tui.daemon.planning import owner_of
from heartbit_tui.daemon.waiting import first_of
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.runtime.guarded_transport import Guarded
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.schedules.beats import Said
from heartbit_tui.schedules.windows import Window, minutes
from heartbit_tui.schedules.zones import zone
from heartbit_tui.tasks import Task

LOG = logging.getLogger("heartbit.daemon")

KEY: Final = "daemon.notify"
STAMP: Final = "x-heartbit-timestamp"
SIGNATURE: Final = "x-heartbit-signature"
ANSWERING: Final = 10.0
"""Seconds that an address has to answer."""

PAUSE: Final = 2.0
"""Seconds before the second try; each further one comes twice as long after."""

MOST: Final = 32
"""Notices that are on their way at a time; further ones are left out, and that is told."""

CLOSING: Final = 5.0
"""Seconds that notices still have when the daemon ends."""

NO_SECRET = "{key} names the variable {name}, which is not set; without it no notice can be signed."
NO_ADDRESS = "{key} is no address of the web; write it as in https://hooks.example.org/heartbit."
NO_HOURS = "{where}: {key}: {error}"
HALF = "daemon.notify.quiet_hours needs both a start and an end."


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """An address that gets each notice as JSON, signed where there is a `secret`."""

    url: str
    secret: str = ""
    tries: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is told of whom to: `states` of tasks, never while it is `quiet`."""

    states: tuple[str, ...]
    webhook: Webhook | None = None
    command: tuple[str, ...] = ()
    seconds: float = 30.0
    desktop: tuple[str, ...] = ()
    quiet: Window | None = None


def terms(settings: Settings) -> Terms:
    """`[daemon.notify]`. Raises `ConfigError`."""
    config, environment = settings.config, settings.environment
    return Terms(
        states=config.strings(f"{KEY}.states"),
        webhook=_webhook(config, environment),
        command=config.strings(f"{KEY}.command"),
        seconds=config.number(f"{KEY}.command_seconds") or 30.0,
        desktop=desktop(environment) if config.boolean(f"{KEY}.desktop") else (),
        quiet=_quiet(config, environment),
    )


class Notifying:
    """Sends notices behind the back of whoever made them; `async with` it. What cannot be told is told in the log."""

    def __init__(self, terms: Terms, clock: Clock, environment: Mapping[str, str], client: httpx.AsyncClient) -> None:
        self._terms = terms
        self._clock = clock
        self._environment = environment
        self._client = client
        self._under_way = set[asyncio.Task[None]]()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *failure: object) -> None:
        if self._under_way:
            await first_of(self.sent(), self._clock.sleep(CLOSING))
        for each in self._under_way:
            each.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await self._client.aclose()

    async def sent(self) -> None:
        """Return once nothing is on its way."""
        while self._under_way:
            await asyncio.wait(tuple(self._under_way))

    def task(self, task: Task) -> None:
        """Hear how a task stands; sends what is to be sent of it."""
        if not is_silent(task):
            self._send(task.state, notice_of(task), owner_of(task))

    async def beat(self, said: Said) -> None:
        """Hear what a beat had to say that was no task, such as a meditation; the others are told of as tasks."""
        if not said.task:
            self._send("completed" if said.ok else "failed", notice_of_beat(said), Owner())

    def _send(self, state: str, notice: Notice, owner: Owner) -> None:
        terms = self._terms
        if state not in terms.states:
            return
        if terms.quiet is not None and terms.quiet.holds(self._clock.now()):
            return
        if terms.webhook is not None:
            self._begin(self._post(terms.webhook, notice))
        if terms.command:
            self._begin(run(terms.command, _json(notice), self._environment, terms.seconds))
        if terms.desktop and owner == Owner():
            self._begin(run(_shown(terms.desktop, notice), b"", self._environment, terms.seconds))

    def _begin(self, sending: Awaitable[None]) -> None:
        if len(self._under_way) >= MOST:
            asyncio.ensure_future(sending).cancel()
            LOG.warning("%s notices are on their way already; one is left out", MOST)
            return
        task = asyncio.ensure_future(sending)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _post(self, webhook: Webhook, notice: Notice) -> None:
        """Send a notice, again where there is no answer or it is one of trouble; each time with its own time."""
        body, pause, why = _json(notice), PAUSE, ""
        for number in range(webhook.tries):
            if number:
                await self._clock.sleep(pause)
                pause *= 2
            headers = {"content-type": "application/json", **self._signed(webhook.secret, body)}
            try:
                answer = await self._client.post(webhook.url, content=body, headers=headers)
            except httpx.HTTPError as error:
                why = str(error) or type(error).__name__
                continue
            if answer.is_success:
                return
            why = f"it answered {answer.status_code}"
            if answer.status_code < 500 and answer.status_code not in (408, 425, 429):
                break
        host = httpx.URL(webhook.url).host
        LOG.warning("%s could not be told of task %s: %s", host, notice.body["id"], why)

    def _signed(self, secret: str, body: bytes) -> dict[str, str]:
        stamp = str(int(self._clock.now().timestamp()))
        return {STAMP: stamp, **({SIGNATURE: signature(secret, stamp, body)} if secret else {})}


def client(settings: Settings) -> httpx.AsyncClient:
    """What sends notices: to addresses of this machine and its network only where the settings say so."""
    private = settings.config.boolean(f"{KEY}.webhook.allow_private")
    transport = Guarded(settings.environment, private=private)
    return httpx.AsyncClient(transport=transport, timeout=ANSWERING, trust_env=False, follow_redirects=False)


def signature(secret: str, stamp: str, body: bytes) -> str:
    """What proves that a notice is from here and when it was sent: HMAC-SHA256 of the time, a dot and the body."""
    return "sha256=" + hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


async def run(command: Sequence[str], given: bytes, environment: Mapping[str, str], seconds: float) -> None:
    """Run a program, no shell, with this on its input; after so many seconds it is killed with all that it began."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env=dict(environment),
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        LOG.warning("%s could not be started: %s", command[0], error)
        return
    try:
        async with asyncio.timeout(seconds):
            await process.communicate(given)
    except TimeoutError:
        LOG.warning("%s was stopped after %g s", command[0], seconds)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
    if process.returncode:
        LOG.warning("%s ended with %s", command[0], process.returncode)


def desktop(
    environment: Mapping[str, str],
    find: Callable[[str, str | None], str | None] = lambda name, path: shutil.which(name, path=path),
) -> tuple[str, ...]:
    """The program that shows a notice on this desktop; none where there is none."""
    path = environment.get("PATH")
    if notify := find("notify-send", path):
        return (notify, "--app-name=heartbit", "--", "heartbit")
    if script := find("osascript", path):
        words = "on run argv", 'display notification (item 1 of argv) with title "heartbit"', "end run"
        return (script, *(part for word in words for part in ("-e", word)), "--")
    return ()


def _shown(command: tuple[str, ...], notice: Notice) -> tuple[str, ...]:
    return (*command, notice.text.replace("**", "").replace("\0", ""))


def _json(notice: Notice) -> bytes:
    return json.dumps({**notice.body, "text": notice.text}, ensure_ascii=False).encode()


def _webhook(config: Config, environment: Mapping[str, str]) -> Webhook | None:
    url, name = config.string(f"{KEY}.webhook.url"), config.string(f"{KEY}.webhook.secret_env")
    if not url:
        return None
    if not _is_address(url):
        key = f"{KEY}.webhook.url"
        raise ConfigError(NO_ADDRESS.format(key=key), key=key, source=config.source(key))
    secret = environment.get(name, "") if name else ""
    if name and not secret:
        key = f"{KEY}.webhook.secret_env"
        raise ConfigError(NO_SECRET.format(key=key, name=name), key=key, source=config.source(key))
    return Webhook(url=url, secret=secret, tries=config.integer(f"{KEY}.webhook.tries") or 1)


def _is_address(url: str) -> bool:
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL:
        return False
    return parts.scheme in ("http", "https") and bool(parts.host)


def _quiet(config: Config, environment: Mapping[str, str]) -> Window | None:
    start, end = (config.string(f"{KEY}.quiet_hours.{name}") for name in ("start", "end"))
    if not start and not end:
        return None
    if not start or not end:
        raise ConfigError(HALF, key=f"{KEY}.quiet_hours")
    key = f"{KEY}.quiet_hours"
    try:
        return Window(minutes(start), minutes(end), zone(config.string(f"{key}.timezone"), environment))
    except ValueError as error:
        where = config.source(f"{key}.start")
        raise ConfigError(NO_HOURS.format(where=where, key=key, error=error), key=key, source=where) from error
