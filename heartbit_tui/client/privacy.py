"""Who on the network could be contacted with the settings as they are, and why: looked up, never asked."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from heartbit_tui.client.privacy_sentences import (
    ANY,
    COMMANDS,
    CONFINED,
    DOWNLOAD,
    EMBEDDING,
    FALLBACK,
    HOOKS,
    LANGUAGE,
    LOCAL,
    MODEL,
    OTHER_MODEL,
    PEER,
    PLUGINS,
    PROXY,
    SERVER,
    SERVER_HERE,
    SETTING,
    SOURCE,
    SPANS,
    WEBFETCH,
    WEBSEARCH,
)
from heartbit_tui.config.keys import dotted
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.mcp.types import Address, Server
from heartbit_tui.permissions.sandbox import Active
from heartbit_tui.providers.discover import ADDRESSES
from heartbit_tui.providers.table import PROVIDERS, split_model
from heartbit_tui.runtime import peers, server_definitions, telemetry
from heartbit_tui.runtime.models import PREFERRED
from heartbit_tui.runtime.settings import Settings

SEARCH = "https://api.exa.ai"
OPENAI = "https://api.openai.com"
HUB = "https://huggingface.co"
PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
DEFAULT = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Somebody who could be contacted: `host`, with its port where that is not the usual one, or what can be any host.

    `why` is a sentence, `source` says which setting, variable or key is behind it.
    """

    host: str
    why: str
    source: str


def contacts(settings: Settings, cwd: Path) -> tuple[Contact, ...]:
    """Everybody, each for each reason once: first the model, then what works beside it."""
    every = (
        *_models(settings),
        *_embedding(settings),
        *_tools(settings),
        *_servers(settings, cwd),
        *_peers(settings),
        *_telemetry(settings),
        *_programs(settings),
        *_proxies(settings.environment),
    )
    told = {each.host for each in every}
    others = (each for each in _others(settings) if each.host not in told)
    return tuple(dict.fromkeys((*every, *others)))


def host_of(url: str) -> str:
    """The host of an address, with its port where it names one, and without a login; empty where there is none."""
    try:
        parts = urlsplit(url if "://" in url else f"//{url}")
        return parts.netloc.rpartition("@")[2].lower() if parts.hostname else ""
    except ValueError:
        return ""


def _models(settings: Settings) -> Iterator[Contact]:
    config = settings.config
    name, source = _chosen(settings)
    with_key = dict(_keyed(settings))
    if name:
        own = config.string("provider.base_url")
        url, where = (own, config.source("provider.base_url")) if own else _address(settings, name)
        yield Contact(host=host_of(url), why=MODEL.format(name=name), source=source if where == DEFAULT else where)
    else:
        yield from (Contact(host=host_of(url), why=LOCAL, source="no key is set") for url in ADDRESSES.values())
    if config.string("provider.fallback_model"):
        second = config.string("provider.fallback_provider") or name
        where = config.source("provider.fallback_model")
        yield Contact(host=host_of(_address(settings, second)[0]), why=FALLBACK.format(name=second), source=where)
    for other, found in with_key.items():
        if other != name:
            yield Contact(host=host_of(_address(settings, other)[0]), why=OTHER_MODEL.format(name=other), source=found)


def _chosen(settings: Settings) -> tuple[str, str]:
    """The service whose model answers, and what chose it; empty where none is."""
    config = settings.config
    if name := config.string("provider.name"):
        return "llamacpp" if name == "llama.cpp" else name, config.source("provider.name")
    keys = dict(_keyed(settings))
    name, _ = split_model(config.string("provider.model"))
    if name and (name in keys or not PROVIDERS[name].key_variable):
        return name, config.source("provider.model")
    if name and "openrouter" not in keys:
        return name, config.source("provider.model")
    found = next((each for each in PREFERRED if each in keys), "")
    return found, keys.get(found, "")


def _keyed(settings: Settings) -> Iterator[tuple[str, str]]:
    """The services that there is a key for, and where it is."""
    for name, entry in PROVIDERS.items():
        if entry.key_variable and name != "openai-responses" and (found := settings.credentials.find(name)):
            yield name, f"the key of {name}: {found.place}"


def _address(settings: Settings, name: str) -> tuple[str, str]:
    """Where a service is, and what says so."""
    key = f"providers.{name}.base_url"
    if own := settings.config.string(key):
        return own, settings.config.source(key)
    return (PROVIDERS[name].base_url if name in PROVIDERS else ""), DEFAULT


def _embedding(settings: Settings) -> Iterator[Contact]:
    config, key = settings.config, "memory.embedding"
    source = config.source(f"{key}.provider")
    match config.string(f"{key}.provider"):
        case "openai":
            yield Contact(host=host_of(config.string(f"{key}.base_url") or OPENAI), why=EMBEDDING, source=source)
        case "local" if not settings.environment.get("HF_HUB_OFFLINE"):
            yield Contact(host=host_of(HUB), why=DOWNLOAD, source=source)
        case _:
            return


def _tools(settings: Settings) -> Iterator[Contact]:
    config = settings.config
    off = config.strings("tools.disabled")
    if "websearch" not in off and (config.string("tools.websearch.api_key") or settings.credentials.find("exa")):
        url = config.string("tools.websearch.base_url") or SEARCH
        source = config.source("tools.websearch.api_key")
        yield Contact(host=host_of(url), why=WEBSEARCH, source="the key of exa" if source == DEFAULT else source)
    if "webfetch" not in off:
        yield Contact(host=ANY, why=WEBFETCH, source="tools.disabled does not name webfetch")
    if "bash" not in off:
        confined = isinstance(settings.sandbox, Active) and not config.boolean("sandbox.network")
        source = f"sandbox.network: {config.source('sandbox.network')}" if confined else "tools.disabled, sandbox"
        yield Contact(host=ANY, why=CONFINED if confined else COMMANDS, source=source)


def _servers(settings: Settings, cwd: Path) -> Iterator[Contact]:
    for each in server_definitions.every(settings, cwd):
        if isinstance(each, Server) and each.enabled:
            there = isinstance(each.way, Address)
            host = host_of(str(each.way)) if there else ANY
            why = (SERVER if there else SERVER_HERE).format(name=each.name)
            yield Contact(host=host, why=why, source=each.origin.where)


def _peers(settings: Settings) -> Iterator[Contact]:
    for each in peers.every(settings.config):
        if isinstance(each, peers.Peer):
            for origin in each.origins:
                yield Contact(host=host_of(origin), why=PEER.format(name=each.name or each.url), source=each.where)


def _telemetry(settings: Settings) -> Iterator[Contact]:
    try:
        endpoint = telemetry.endpoint_of(settings)
    except HeartbitError:
        return
    if endpoint:
        mode = settings.config.string(telemetry.MODE)
        source = settings.config.source(telemetry.ENDPOINT)
        yield Contact(host=host_of(endpoint), why=SPANS.format(mode=mode), source=source)


def _programs(settings: Settings) -> Iterator[Contact]:
    """What is run and may reach whom it likes."""
    config = settings.config
    if config.boolean("lsp.enabled"):
        yield Contact(host=ANY, why=LANGUAGE, source=f"lsp.enabled: {config.source('lsp.enabled')}")
    if config.is_set("hooks"):
        yield Contact(host=ANY, why=HOOKS, source="hooks")
    if config.is_set("plugins"):
        yield Contact(host=ANY, why=PLUGINS, source="plugins")


def _proxies(environment: Mapping[str, str]) -> Iterator[Contact]:
    for name in PROXIES:
        if host := host_of(environment.get(name, "")):
            yield Contact(host=host, why=PROXY, source=f"environment {name}")


def _others(settings: Settings) -> Iterator[Contact]:
    """Whatever else of the settings is an address, such as the documents that are indexed."""
    for path, entry in settings.config.entries.items():
        name = dotted(path)
        for url in _addresses(entry.value) if name != telemetry.ENDPOINT else ():
            why = SOURCE if name.startswith("knowledge") else SETTING.format(key=name)
            yield Contact(host=host_of(url), why=why, source=str(entry.source))


def _addresses(value: object) -> Iterator[str]:
    match value:
        case str(text) if text.startswith(("http://", "https://")):
            yield text
        case dict():
            yield from _addresses(list(cast("Mapping[str, object]", value).values()))
        case list() | tuple():
            for each in cast("Iterable[object]", value):
                yield from _addresses(each)
        case _:
            return
