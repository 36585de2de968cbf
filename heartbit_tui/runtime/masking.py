"""What makes the secrets of this machine unreadable in what is kept beside the session itself."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias, cast

from heartbit_tui.auth import KEY_NAMES, Credentials
from heartbit_tui.config import Config, Directories, directories
from heartbit_tui.config.locked import LockedFile
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.runtime import plugins
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import configuration

REDACTOR = "heartbit_tui.config.redact:Redactor"

SECRET_NAME: Final = re.compile(r"(?i)(?:key|token|secret|passwd|password|credentials?)\Z")
"""How names of variables and fields end that hold secrets."""

_LOGIN: Final = re.compile(r"://[^\s:/@]*:([^\s/@]+)@")

Known: TypeAlias = tuple[Directories, Mapping[str, str], frozenset[str]]
"""heartbit's own folders, the environment, and the variables of it that hold keys."""


def masking(known: Callable[[], Known], further: Callable[[], Iterable[str]] = tuple) -> Callable[[str], str]:
    """Masks the keys that are kept, those in the environment and `further` ones; they are looked up with the first text.

    The system's keyring is not asked: it may want its password, and nobody is there to give it.
    """

    @cache
    def redactor() -> Callable[[str], str]:
        places, environment, names = known()
        kept = Credentials(file=LockedFile(places.credentials_file), environment=environment, vault=None).secrets()
        named = (environment.get(name, "") for name in names)
        return plugins.resolve(REDACTOR)(spellings((*kept, *filter(None, named), *further())))

    def mask(text: str) -> str:
        return redactor()(text)

    return mask


def mask_for(options: Options) -> Callable[[str], str]:
    """The same for a place of which no session is opened; settings that cannot be read name no key."""
    return masking(lambda: _known(options))


def _known(options: Options) -> Known:
    try:
        own = configuration(options).string("provider.api_key_env")
    except HeartbitError:
        own = ""
    names = KEY_NAMES | {own, "HEARTBIT_API_KEY", "HEARTBIT_TELEGRAM_TOKEN"}
    home = Path(options.environment.get("HOME") or "/")
    return directories(options.environment, home), options.environment, frozenset(filter(None, names))


def mask_for_logs(options: Options) -> Callable[[str], str]:
    """The same for the log of a process that stays: also what the settings keep secret, and what variables hold by name."""

    def further() -> Iterable[str]:
        environment = options.environment
        yield from (value for name, value in environment.items() if SECRET_NAME.search(name))
        with suppress(HeartbitError):  # settings that cannot be read are told as that, and keep nothing secret
            yield from _settled(configuration(options), environment)

    return masking(lambda: _known(options), further)


def _settled(config: Config, environment: Mapping[str, str]) -> Iterator[str]:
    """What settings keep secret, name the variable of, or have as the password of an address."""
    for path, entry in config.entries.items():
        if entry.key.secret:
            yield from _secrets(entry.value)
        elif isinstance(entry.value, str):
            yield environment.get(entry.value, "") if str(path[-1]).endswith("_env") else ""
            yield from _LOGIN.findall(entry.value)


def _secrets(value: object) -> Iterator[str]:
    """The texts in a secret value; of a table, those that are secret by their name."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for each in cast("Sequence[object]", value):
            yield from _secrets(each)
    elif isinstance(value, Mapping):
        for name, each in cast("Mapping[str, object]", value).items():
            if SECRET_NAME.search(name):
                yield from _secrets(each)


def spellings(secrets: Iterable[str]) -> frozenset[str]:
    """The secrets as they are, and as they stand inside of JSON: a call's input that was cut is not taken apart."""
    return frozenset(form for secret in secrets for form in (secret, _inside(secret, True), _inside(secret, False)))


def _inside(secret: str, is_ascii: bool) -> str:
    return json.dumps(secret, ensure_ascii=is_ascii)[1:-1]
