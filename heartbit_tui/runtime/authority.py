"""Who signs the requests to servers over HTTP: what their definition says, or whom the session works for."""

from collections.abc import Callable
from functools import partial
from typing import Any

from heartbit_tui.auth.static import StaticAuthProvider
from heartbit_tui.auth.types import AuthProvider
from heartbit_tui.config import Config
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.mcp.types import Address, Server
from heartbit_tui.runtime import plugins
from heartbit_tui.runtime.options import Identity, Options
from heartbit_tui.runtime.settings import Settings

EXCHANGE = "daemon.auth.token_exchange"
AUTH = "heartbit_tui.auth"
OPEN_CLIENT = "heartbit_tui.providers.http:open_client"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """An `AuthProvider` in the name of one user."""

    provider: AuthProvider
    user: str = ""
    tenant: str = ""

    async def header(self) -> str | None:
        """The value of `Authorization`. Raises `ExchangeError`."""
        return await self.provider.auth_header_for(self.user, self.tenant)

    def rejected(self, header: str) -> bool:
        """It was not accepted; whether there may be another one now."""
        return self.provider.rejected(self.user, self.tenant, header)


def authority(options: Options, settings: Settings, clock: Clock) -> Callable[[Server], Signer | None]:
    """What signs the requests to each server; None where a login of the person at this machine does. Raises `ConfigError`."""
    return partial(_of, of_user(options, settings, clock))


def of_user(options: Options, settings: Settings, clock: Clock) -> Signer | None:
    """What signs in the name of whom the session works for; None for the person at this machine. Raises `ConfigError`."""
    return exchanging(settings.config, options.identity, clock) if options.identity is not None else None


def signer(own: str, named: Signer | None, *, project: bool) -> Signer | None:
    """A definition's own header counts first; a user's token goes to nobody that a project names."""
    if own:
        return Signer(provider=StaticAuthProvider(own))
    return None if project else named


def exchanging(config: Config, identity: Identity, clock: Clock) -> Signer | None:
    """What exchanges the user's token where the settings say so. Raises `ConfigError`."""

    def subject(user: str, tenant: str) -> str:
        return identity.token() if (user, tenant) == (identity.user, identity.tenant) else ""

    provider = identity.signs or exchanger(config, subject, clock)
    return Signer(provider=provider, user=identity.user, tenant=identity.tenant) if provider else None


def exchanger(config: Config, subject: Callable[[str, str], str], clock: Clock) -> AuthProvider | None:
    """What exchanges the tokens that `subject` gives for users of tenants, where the settings say so.

    A process with many sessions makes one, so that all sessions of a user have one exchange. Raises `ConfigError`.
    """
    if not config.is_set(EXCHANGE):
        return None
    exchange: Any = plugins.resolve(f"{AUTH}.granting:Exchange")
    names = ("client_id", "client_secret", "agent_token", "audience")
    asked = {name: config.string(f"{EXCHANGE}.{name}") for name in names}
    wanted = exchange(
        url=config.string(f"{EXCHANGE}.exchange_url"), scopes=config.strings(f"{EXCHANGE}.scopes"), **asked
    )
    send = plugins.resolve(f"{AUTH}.endpoint:Endpoint")(plugins.resolve(OPEN_CLIENT))
    made: AuthProvider = plugins.resolve(f"{AUTH}.exchange:TokenExchangeAuthProvider")(wanted, subject, send, clock)
    return made


def _of(named: Signer | None, server: Server) -> Signer | None:
    if not isinstance(server.way, Address):
        return None
    own = next((text for name, text in server.way.headers.items() if name.casefold() == "authorization"), "")
    return signer(own, named, project=server.origin.project)
