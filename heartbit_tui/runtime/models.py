"""Models by name: chosen, given their key, built, retried, and with a fallback behind them."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import fields, replace
from random import Random
from types import MappingProxyType
from typing import Any, Literal, Self, TypeVar, cast

import httpx

from heartbit_tui.config import Config
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import AuthenticationError, ConfigError, NetworkError, UntrustedError
from heartbit_tui.kernel.ops import SetModel
from heartbit_tui.kernel.protocols import Clock, Provider, Tiered
from heartbit_tui.providers import table
from heartbit_tui.providers.fallback import Fallback
from heartbit_tui.providers.http import open_client
from heartbit_tui.providers.pricing import Prices, prices_from
from heartbit_tui.providers.remote import usual_timeouts
from heartbit_tui.providers.retrying import Retrying
from heartbit_tui.providers.types import Build, Retry, Settings as ProviderSettings, Timeouts
from heartbit_tui.runtime import cascade, plugins
from heartbit_tui.runtime.settings import Settings

PREFERRED = ("openrouter", "anthropic", "openai")
"""Whose key decides when no provider is named: the seed's order, then OpenAI."""

APIS: Mapping[str, str] = MappingProxyType({"anthropic": "messages", "openai-responses": "responses"})
"""The wire format for each `kind` of a service of a person's own; any other speaks Chat Completions."""

NO_MODEL = (
    "No model is set up. Set ANTHROPIC_API_KEY, OPENROUTER_API_KEY or OPENAI_API_KEY, or keep a key with "
    "`heartbit auth login anthropic`, or start ollama or llama.cpp on this machine, or look around with --demo."
)
UNTRUSTED = (
    "The provider {name} is set up by this project alone ({keys}), and this folder is not trusted. Look at its settings, "
    "then run `heartbit trust add` in this folder; or choose another provider with --provider."
)
SERVED_HERE = frozenset({"ollama", "llamacpp"})
"""Providers whose models are those that somebody loaded on this machine."""

LOCAL_WAIT = 2.0
"""Seconds for a server that was asked for by name to tell its models."""

NO_SERVER = "{name} does not answer at {address}, or has no model. Start it, or say where it is with --config."
NO_KEY = "There is no key for {name}. Set {variable}, or keep one with `heartbit auth login {name}`."


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which model of which service; empty fields take what is usual there."""

    name: str
    model: str = ""
    base_url: str = ""


class Models:
    """Finds providers by configuration and op; all of them share one HTTP client."""

    def __init__(self, settings: Settings, client: httpx.AsyncClient, clock: Clock) -> None:
        self._config = settings.config
        self._changed = settings.changed.text if settings.changed else ""
        self._environment = settings.environment
        self._credentials = settings.credentials
        self._client = client
        self._clock = clock
        self._chosen = Choice(name="")
        self._home: Choice | None = None

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings, clock: Clock) -> AsyncGenerator[Self]:
        """The models that these settings reach, for as long as the block lasts."""
        async with open_client() as client:
            yield cls(settings, client, clock)

    async def first(self) -> Provider:
        """The configured model, else that of the first key, else one that runs on this machine.

        Raises `AuthenticationError` where there is none, `ConfigError`.
        """
        name, model = self._config.string("provider.name"), self._config.string("provider.model")
        if not name:
            name, model = self._split(model)
        named = Choice(name=_plain(name), model=model, base_url=self._config.string("provider.base_url"))
        if not name:
            return self._use(self._by_key(model) or await self._local(model))
        return self._use(await self._with_model(named) if named.name in SERVED_HERE and not model else named)

    def with_settings(self, settings: Settings) -> "Models":
        """The models as other settings name them, over the same connections."""
        return Models(settings, self._client, self._clock)

    def brought(self, provider: Provider) -> Provider:
        """A provider that was given as an object, tried again as the configured ones are; a cascade stays one."""
        self._chosen = Choice(name=provider.name, model=provider.model)
        if isinstance(provider, Tiered):
            return provider
        retry = _section(self._config, "provider.retry", Retry())
        return Retrying(provider, retry, self._clock, Random())

    def connect(self, op: SetModel) -> Provider:
        """The provider that this op asks for. Raises `ConfigError`, `AuthenticationError`."""
        name, model = (op.provider, op.model) if op.provider else self._split(op.model)
        return self._use(Choice(name=_plain(name) or self._chosen.name, model=model))

    def beside(self, name: str, model: str) -> Provider:
        """Another provider for other work, such as judging; the chosen one stays chosen.

        Without a name it is the chosen one's service. Raises `ConfigError`, `AuthenticationError`.
        """
        split, rest = (_plain(name), model) if name else self._split(model)
        return self._patient(Choice(name=split or self._chosen.name, model=rest))

    def _split(self, text: str) -> tuple[str, str]:
        """Provider and model of `PROVIDER/MODEL`, also of a service of the person's own.

        The first part is OpenRouter's own when only its key is there.
        """
        first, slash, rest = text.partition("/")
        if slash and first not in table.PROVIDERS and self._config.is_set(f"providers.{first}"):
            return first, rest
        name, model = table.split_model(text)
        variable = table.PROVIDERS[name].key_variable if name else ""
        if variable and not self._environment.get(variable) and self._environment.get("OPENROUTER_API_KEY"):
            return "openrouter", text
        return name, model

    async def _with_model(self, choice: Choice) -> Choice:
        """A server on this machine, with the first model that it has."""
        own = choice.base_url or self._config.string(f"providers.{choice.name}.base_url")
        address = own or table.PROVIDERS[choice.name].base_url
        find = plugins.resolve("heartbit_tui.providers.discover:find")
        found = await find(self._client, addresses={choice.name: address}, limit=LOCAL_WAIT)
        if not found:
            raise NetworkError(NO_SERVER.format(name=choice.name, address=address))
        return replace(choice, model=found[0].models[0], base_url=address)

    def _use(self, choice: Choice) -> Provider:
        provider = self._patient(choice)
        second = self._config.string("provider.fallback_model")
        self._chosen = choice
        self._home = self._home or choice
        if second:
            name = self._config.string("provider.fallback_provider") or choice.name
            provider = Fallback(provider, self._patient(Choice(name=name, model=second)), self._clock)
        wanted = cascade.wanted(self._config)
        if wanted is None:
            return provider
        return cascade.before(wanted, provider, self._tier, self._clock, prices_of(self._config))

    def _tier(self, model: str) -> Provider:
        """A model of the cascade: of the service of the settings, unless it names another one."""
        home = self._home or self._chosen
        name, rest = ("", model) if home.name == "openrouter" else self._split(model)
        choice = Choice(name=_plain(name), model=rest) if name else replace(home, model=model)
        return self._patient(choice)

    def _by_key(self, model: str) -> Choice | None:
        """The service whose key is in the environment, else one whose key is kept: a keyring is slow to ask."""
        at_hand = (name for name in PREFERRED if self._environment.get(table.PROVIDERS[name].key_variable))
        kept = (name for name in PREFERRED if self._credentials.find(name))
        return next((Choice(name=name, model=model) for found in (at_hand, kept) for name in found), None)

    async def _local(self, model: str) -> Choice:
        """What runs on this machine; looked for only where there is no key."""
        found = await plugins.resolve("heartbit_tui.providers.discover:find")(self._client)
        if not found:
            raise AuthenticationError(NO_MODEL)
        return Choice(name=found[0].provider, model=model or found[0].models[0], base_url=found[0].base_url)

    def _patient(self, choice: Choice) -> Provider:
        settings = self._settings(choice)
        return Retrying(self._built(settings), settings.retry, self._clock, Random())

    def _built(self, settings: ProviderSettings) -> Provider:
        ours = settings.name in table.PROVIDERS or bool(settings.api)
        build: Build = (
            plugins.resolve(f"{table.module(settings.name, settings.api)}:build")
            if ours
            else plugins.load("heartbit.providers", settings.name)
        )
        key, prices = self._key(settings), prices_of(self._config)

        def built() -> Provider:
            return build(settings, key=key, client=self._client, clock=self._clock, prices=prices)

        return built() if ours else plugins.guarded(settings.name, built)

    def _settings(self, choice: Choice) -> ProviderSettings:
        config, own = self._config, f"providers.{choice.name}"
        self._check_trust(choice.name)
        kind = config.string(f"{own}.kind")
        base_url = choice.base_url or config.string(f"{own}.base_url")
        if kind and not base_url:
            raise ConfigError(f"{own}.base_url is not set: it says where the service is.", key=f"{own}.base_url")
        return ProviderSettings(
            name=choice.name,
            model=choice.model or config.string(f"{own}.model"),
            base_url=base_url,
            api=cast("Literal['messages']", config.string("provider.api") or (APIS.get(kind, "chat") if kind else "")),
            api_key_env=config.string(f"{own}.api_key_env") or config.string("provider.api_key_env"),
            prompt_caching=config.boolean("provider.prompt_caching"),
            cache_ttl="1h" if has_hour(config) else "5m",
            script=config.string("provider.script"),
            retry=_section(config, "provider.retry", Retry()),
            timeouts=_section(config, "provider.timeouts", usual_timeouts(choice.name)),
        )

    def _check_trust(self, name: str) -> None:
        """Refuse a provider that is known from the settings of an untrusted project alone. Raises `UntrustedError`."""
        own = f"providers.{name}"
        known = name in table.PROVIDERS and name != "scripted"
        if known or self._config.is_set(own) or self._config.is_set("provider.script"):
            return
        means = ("provider.script",) if name == "scripted" else (f"{own}.", "provider.base_url")
        waiting = tuple(key for key in self._config.ignored if key.startswith(means))
        if waiting:
            refusal = UNTRUSTED.format(name=name, keys=", ".join(waiting))
            raise UntrustedError(f"{refusal}\n{self._changed}".rstrip())

    def _key(self, settings: ProviderSettings) -> str:
        """The service's key, empty for one that takes none. Raises `AuthenticationError`."""
        entry = table.PROVIDERS.get(settings.name)
        if entry is not None and entry.is_nowhere:
            return ""
        found = self._credentials.find(settings.name, variable_name=settings.api_key_env)
        variable = settings.api_key_env or (entry.key_variable if entry else "")
        if found is None and variable:
            raise AuthenticationError(NO_KEY.format(name=settings.name, variable=variable))
        return found.value if found else ""


def has_hour(config: Config) -> bool:
    """Whether Claude is asked to keep prompts for an hour."""
    return config.string("provider.cache_ttl") == "1h"


def prices_of(config: Config) -> Prices:
    """The prices that hold by this configuration. Raises `ConfigError`."""
    return prices_from(cast("Mapping[str, Any]", config.value("pricing") or {}), hour=has_hour(config))


def _plain(name: str) -> str:
    """A provider's name as the table has it."""
    return "llamacpp" if name == "llama.cpp" else name


Section = TypeVar("Section", Retry, Timeouts)


def _section(config: Config, name: str, usual: Section) -> Section:
    """A section with what was set of it; the rest as usual."""
    keys = [each.name for each in fields(usual) if config.is_set(f"{name}.{each.name}")]
    return replace(usual, **{key: cast("Any", config.value(f"{name}.{key}")) for key in keys})
