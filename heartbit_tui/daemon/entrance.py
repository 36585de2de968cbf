"""Who is let in, as the settings say: the tokens of one's own, those of an issuer, or the daemon's own token."""

from collections.abc import Mapping, Sequence
from typing import Final, cast

from heartbit_tui.auth.admission import Admission
from heartbit_tui.auth.bearer import Tokens, entries_of, of_environment
from heartbit_tui.auth.hosts import Site, is_loopback
from heartbit_tui.auth.own_token import OwnToken
from heartbit_tui.config import Config, Directories
from heartbit_tui.config.locked import LockedFile
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.protocols import Clock

VARIABLE: Final = "HEARTBIT_API_KEY"
FILE: Final = "daemon-token"
OPEN_TO_ALL: Final = (
    "daemon.bind is {host}, which others can reach, and nobody is set up who may speak to the daemon. "
    "Set daemon.auth.bearer_tokens or daemon.auth.jwks_url, or bind to 127.0.0.1."
)
MADE: Final = "Who speaks to it needs this token, which {path} keeps: {token}"
EXPOSED: Final = "Others could read the old token in {path}, so there is a new one: {token}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """Where the daemon is, who gets in, and what whoever has started it has to be told of that."""

    site: Site
    admission: Admission
    told: str = ""


def entrance(host: str, config: Config, environment: Mapping[str, str], places: Directories, clock: Clock) -> Entrance:
    """The entrance of a daemon that is bound to this host. Raises `ConfigError` where everybody could come in."""
    site = Site(
        bound=host,
        hosts=tuple(config.strings("daemon.allowed_hosts")),
        origins=tuple(config.strings("daemon.allowed_origins")),
    )
    configured = cast("Sequence[object]", config.value("daemon.auth.bearer_tokens") or ())
    entries = (*entries_of(configured), *of_environment(VARIABLE, environment.get(VARIABLE, "")))
    if entries:
        return Entrance(site=site, admission=Admission(Tokens(entries), None, clock))
    if not is_loopback(host):
        raise ConfigError(OPEN_TO_ALL.format(host=host), key="daemon.auth")
    path = places.state / FILE
    own = OwnToken(LockedFile(path)).take()
    told = {"": "", "new": MADE, "exposed": EXPOSED}[own.made].format(path=path, token=own.token)
    return Entrance(site=site, admission=Admission(own.tokens, None, clock), told=told)
