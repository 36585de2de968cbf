"""The keys of model services: found in the environment, the keyring or a private file."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from functools import cache
from importlib.util import find_spec
from typing import Literal, Protocol, TypeAlias, cast

import tomli_w

from heartbit_tui.auth.providers import VARIABLES, variable
from heartbit_tui.auth.vault import SystemVault
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ConfigError

Place: TypeAlias = Literal["environment", "keyring", "file"]

_LONG = 16


class Document(Protocol):
    """A private file of text: `config.locked.LockedFile` is one."""

    @property
    def name(self) -> str:
        """Its path, for messages."""
        ...

    @property
    def is_open_to_others(self) -> bool:
        """Whether other users of the machine may read it."""
        ...

    def narrow(self) -> None:
        """Take other users' permissions away."""
        ...

    def read(self) -> str:
        """The text; empty when there is no file."""
        ...

    def update(self, change: Callable[[str], str]) -> str:
        """Replace the text by `change` of it, alone among all writers and at once."""
        ...


class Vault(Protocol):
    """Something that keeps secrets, such as the system's keyring."""

    def get(self, name: str) -> str:
        """The secret, or empty."""
        ...

    def put(self, name: str, secret: str) -> bool:
        """Keep a secret; False when it was not kept."""
        ...

    def drop(self, name: str) -> bool:
        """Forget a secret; False when there was none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A key and where it was found; its text never shows in a representation."""

    value: str = field(repr=False)
    place: Place
    source: str

    def __str__(self) -> str:
        """The last four characters."""
        return f"…{self.value[-4:]}" if len(self.value) >= _LONG else "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Whether there is a key for a provider; `secret` is the one that counts, `warning` what is wrong around it."""

    provider: str
    secret: Secret | None
    warning: str = ""


class Credentials:
    """Finds, keeps and forgets keys. Environment before keyring before file."""

    def __init__(self, *, file: Document, environment: Mapping[str, str], vault: Vault | None = None) -> None:
        self._file = file
        self._environment = environment
        self._vault = vault

    def find(self, provider: str, *, variable_name: str = "") -> Secret | None:
        """The key of a provider, or None; `variable_name` is the variable that the configuration names for it.

        Raises `ConfigError` when the file cannot be understood, or cannot be closed to other users.
        """
        return self._found(provider, variable_name or variable(provider), self._kept)

    def _found(self, provider: str, name: str, kept: Callable[[], Mapping[str, str]]) -> Secret | None:
        """The key of a provider, by the variable of this name, the keyring, or what is `kept` in the file."""
        if value := self._environment.get(name, "").strip():
            return Secret(value=value, place="environment", source=f"environment {name}")
        if self._vault and (value := self._vault.get(provider)):
            return Secret(value=value, place="keyring", source="keyring")
        if value := kept().get(provider, ""):
            return Secret(value=value, place="file", source=self._file.name)
        return None

    def login(self, provider: str, key: str) -> Secret:
        """Keep a key in the keyring, or in the file where there is none. Raises `ConfigError` for an unusable key."""
        value = key.strip()
        if not value or not value.isprintable() or any(char.isspace() for char in value):
            raise ConfigError(f"This is no usable key for {provider}: it is empty, or has spaces or line breaks in it.")
        if self._vault and self._vault.put(provider, value):
            self._forget(provider)
            return Secret(value=value, place="keyring", source="keyring")
        self._file.update(lambda text: _with(text, self._file.name, provider, value))
        return Secret(value=value, place="file", source=self._file.name)

    def logout(self, provider: str) -> tuple[Place, ...]:
        """Forget the key everywhere but in the environment; the answer is where it was."""
        places: list[Place] = []
        if self._vault and self._vault.drop(provider):
            places.append("keyring")
        if self._forget(provider):
            places.append("file")
        return tuple(places)

    def status(self, providers: Iterable[str] = VARIABLES) -> tuple[Status, ...]:
        """The providers asked for and those with a key in the file, each with the key that counts."""
        warning = ""
        if self._file.is_open_to_others:
            warning = f"{self._file.name} was readable for other users; it is closed to them now."
        kept = self._kept()  # once for all: each time the file is read anew
        names = dict.fromkeys((*providers, *kept))
        found = ((name, self._found(name, variable(name), lambda: kept)) for name in names)
        return tuple(
            Status(provider=name, secret=secret, warning=warning if secret and secret.place == "file" else "")
            for name, secret in found
        )

    def secrets(self) -> tuple[str, ...]:
        """The text of every key there is, for a redactor; also of those in the file that others stand before."""
        found = (status.secret.value for status in self.status() if status.secret)
        return tuple(dict.fromkeys((*found, *self._kept().values())))

    def _kept(self) -> Mapping[str, str]:
        if self._file.is_open_to_others:
            self._file.narrow()
        return _keys(self._file.read(), self._file.name)

    def _forget(self, provider: str) -> bool:
        if provider not in self._kept():
            return False
        self._file.update(lambda text: _with(text, self._file.name, provider, ""))
        return True


def system_vault() -> Vault | None:
    """The system's keyring, or None where the extra is not installed."""
    return SystemVault() if _has_keyring() else None


@cache
def _has_keyring() -> bool:
    return find_spec("keyring") is not None


def _document(text: str, name: str) -> dict[str, object]:
    if not text:
        return {}
    import tomllib  # slow to import, and who keeps keys elsewhere has nothing to read

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        # The parser's message may quote the text, and the text is secret.
        raise ConfigError(f"{name} is not valid TOML. Repair it, or remove it and log in again.", source=name) from None


def _keys(text: str, name: str) -> Mapping[str, str]:
    keys = _document(text, name).get("keys", {})
    if not isinstance(keys, dict):
        raise ConfigError(f"{name}: write the keys in a [keys] table.", key="keys", source=name)
    known = cast("dict[str, object]", keys)
    return {provider: value for provider, value in known.items() if isinstance(value, str)}


def _with(text: str, name: str, provider: str, key: str) -> str:
    """The file's text with this key, or without one when it is empty."""
    document = _document(text, name)
    keys = {**_keys(text, name), provider: key}
    document["keys"] = {known: value for known, value in sorted(keys.items()) if value}
    return tomli_w.dumps(document)
