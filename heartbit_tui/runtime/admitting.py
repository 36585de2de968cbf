"""Who may speak to a daemon, as the settings say; nothing here knows how requests arrive."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, cast
from urllib.parse import urlsplit

from heartbit_tui.auth.admission import Admission, Issuer
from heartbit_tui.auth.bearer import KEY, SHORT, WEAK, Tokens, entries_of, of_environment
from heartbit_tui.auth.claims import Expected
from heartbit_tui.auth.hosts import Site, fault_of_host, fault_of_origin, is_loopback
from heartbit_tui.auth.own_token import NAME, Own, OwnToken
from heartbit_tui.auth.subjects import Subjects
from heartbit_tui.auth.types import AuthProvider
from heartbit_tui.auth.users import ROLES, Owner, Role, UserContext
from heartbit_tui.config import Config, Directories
from heartbit_tui.config.locked import LockedFile
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.runtime import plugins
from heartbit_tui.runtime.authority import exchanger
from heartbit_tui.runtime.options import Identity

AUTH = "daemon.auth"
VARIABLE = "HEARTBIT_API_KEY"
OPEN_CLIENT = "heartbit_tui.providers.http:open_client"
OPEN = (
    "{bind} can be reached from other machines, and nothing says who may speak to the daemon. Set daemon.auth.bearer_tokens "
    "(`heartbit auth token` makes one) or daemon.auth.jwks_url, or bind to 127.0.0.1."
)
NO_ADDRESS = "daemon.bind takes a host and a port, as 127.0.0.1:3000, and not {text!r}."
NOT_SAFE = "has to begin with https://, because whoever changes what comes from there can sign for anybody."
NO_AUDIENCE = (
    "daemon.auth.audience is not set: every token of the issuer counts, also one that was made for another program."
)
NO_ISSUER = "daemon.auth.issuer is not set: the keys alone say whose tokens count."
NOT_ENCRYPTED = "Tokens are sent to {bind} as they are: put something in front of it that speaks TLS."


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """All that a daemon needs to let requests in, and to work in the name of whom they are from.

    `own` is the token that it made for itself, where it did. `warnings` are for its log. `open_metrics` says that the
    figures are for everybody.
    """

    admission: Admission
    site: Site
    subjects: Subjects
    signs: AuthProvider | None = None
    own: Own | None = None
    open_metrics: bool = False
    warnings: tuple[str, ...] = ()

    async def admit(self, headers: Sequence[str]) -> UserContext:
        """Whom a request with these `Authorization` headers is from; what can be exchanged for them is kept meanwhile.

        Raises `Refused`.
        """
        who = await self.admission.admit(headers)
        self.subjects.keep(who)
        return who

    def identity(self, owner: Owner, through: tuple[str, ...] = ()) -> Identity | None:
        """Whom a session for this owner works for; None for the person at this machine.

        Whether the user's token is there is asked when something is to be signed: tasks of one user share it, and where
        it has ended, or went with an earlier process, nothing is sent.
        """
        if owner == Owner():
            return None

        def token() -> str:
            return self.subjects.token(owner.user, owner.tenant)

        return Identity(user=owner.user, tenant=owner.tenant, token=token, signs=self.signs, through=through)


def entrance(config: Config, places: Directories, environment: Mapping[str, str], clock: Clock, bind: str) -> Entrance:
    """What lets in those whom the settings name; `bind` is the daemon's `host:port`.

    Where they name nobody, a daemon that only this machine reaches takes a token of its own. Raises `ConfigError`.
    """
    tokens = _tokens(config, environment)
    issuer = _issuer(config, clock)
    own = None if len(tokens) or issuer else _own(places, bind)
    subjects = Subjects(clock)
    return Entrance(
        subjects=subjects,
        signs=exchanger(config, subjects.token, clock),
        admission=Admission(own.tokens if own else tokens, issuer, clock),
        site=_site(config, bind),
        own=own,
        open_metrics=config.boolean("daemon.metrics.public"),
        warnings=tuple(_warnings(config, tokens, issuer, bind)),
    )


def parted(bind: str) -> tuple[str, int]:
    """The host to listen at, empty where it is left out, and the port; 0 is one that is free. Raises `ConfigError`."""
    host, colon, port = bind.rpartition(":")
    if not colon or not (port.isascii() and port.isdecimal() and len(port) <= 5) or int(port) > 65_535:
        raise ConfigError(NO_ADDRESS.format(text=bind), key="daemon.bind")
    return host.removeprefix("[").removesuffix("]"), int(port)


def host_of(bind: str) -> str:
    """The host of `host:port`; empty where it is left out, which means all addresses."""
    if bind.count(":") > 1 and not bind.startswith("["):
        return bind
    host, colon, port = bind.rpartition(":")
    return host if colon and port.isdigit() else bind


def _tokens(config: Config, environment: Mapping[str, str]) -> Tokens:
    listed = config.value(KEY)
    try:
        entries = entries_of(cast("list[object]", listed) if isinstance(listed, list | tuple) else ())
    except ConfigError as error:
        source = config.source(KEY)
        raise ConfigError(f"{source}: {error}", key=KEY, source=source) from error
    return Tokens((*entries, *of_environment(VARIABLE, environment.get(VARIABLE, ""))))


def _issuer(config: Config, clock: Clock) -> Issuer | None:
    url = config.string(f"{AUTH}.jwks_url")
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        raise _wrong(config, f"{AUTH}.jwks_url", NOT_SAFE)
    webtokens, jwks = "heartbit_tui.auth.webtokens", "heartbit_tui.auth.jwks"
    published = plugins.resolve("heartbit_tui.auth.endpoint:Published")(plugins.resolve(OPEN_CLIENT))
    keeping = plugins.resolve(f"{jwks}:Keeping")(
        fresh=float(config.integer(f"{AUTH}.jwks_seconds") or 0),
        stale=float(config.integer(f"{AUTH}.jwks_stale_seconds") or 0),
    )
    fetch = plugins.resolve(f"{webtokens}:fetching")(published, url)
    keys: Any = plugins.resolve(f"{jwks}:Keys")(fetch, clock, keeping)
    algorithms = frozenset(config.strings(f"{AUTH}.algorithms"))
    made: Issuer = plugins.resolve(f"{webtokens}:WebTokens")(keys, algorithms, _expected(config), clock)
    return made


def _expected(config: Config) -> Expected:
    usual = config.string(f"{AUTH}.default_role")
    names: dict[str, Role] = {name: role for role in ROLES for name in config.strings(f"{AUTH}.role_names.{role}")}
    return Expected(
        issuer=config.string(f"{AUTH}.issuer"),
        audience=config.string(f"{AUTH}.audience"),
        user_claim=config.string(f"{AUTH}.user_id_claim"),
        tenant_claim=config.string(f"{AUTH}.tenant_id_claim"),
        roles_claim=config.string(f"{AUTH}.roles_claim"),
        names=MappingProxyType(names),
        usual=None if usual == "none" else cast("Role", usual),
        leeway=config.number(f"{AUTH}.leeway_seconds") or 0.0,
    )


def _own(places: Directories, bind: str) -> Own:
    if not is_loopback(host_of(bind)):
        raise ConfigError(OPEN.format(bind=bind), key="daemon.bind")
    return OwnToken(LockedFile(places.state / NAME)).take()


def _site(config: Config, bind: str) -> Site:
    hosts, origins = (config.strings(f"daemon.allowed_{name}") for name in ("hosts", "origins"))
    for name, given, fault_of in (("hosts", hosts, fault_of_host), ("origins", origins, fault_of_origin)):
        for each in given:
            if fault := fault_of(each):
                raise _wrong(config, f"daemon.allowed_{name}", f"{each!r} {fault}")
    return Site(bound=host_of(bind), hosts=hosts, origins=origins)


def _warnings(config: Config, tokens: Tokens, issuer: Issuer | None, bind: str) -> list[str]:
    said = [WEAK.format(place=name, count=SHORT) for name in tokens.weak]
    if issuer is not None:
        said += [NO_AUDIENCE] if not config.string(f"{AUTH}.audience") else []
        said += [NO_ISSUER] if not config.string(f"{AUTH}.issuer") else []
    return said if is_loopback(host_of(bind)) else [*said, NOT_ENCRYPTED.format(bind=bind)]


def _wrong(config: Config, key: str, text: str) -> ConfigError:
    source = config.source(key)
    return ConfigError(f"{source}: {key}: {text}", key=key, source=source)
