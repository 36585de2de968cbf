"""What makes the secrets of this machine unreadable in what is kept beside the session itself."""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TypeAlias

from heartbit_tui.auth import KEY_NAMES, Credentials
from heartbit_tui.config import Directories, directories
from heartbit_tui.config.locked import LockedFile
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.runtime import plugins
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import configuration

REDACTOR = "heartbit_tui.config.redact:Redactor"

Known: TypeAlias = tuple[Directories, Mapping[str, str], frozenset[str]]
"""heartbit's own folders, the environment, and the variables of it that hold keys."""


def masking(known: Callable[[], Known]) -> Callable[[str], str]:
    """Masks the keys that are kept and those in the environment; they are looked up with the first text.

    The system's keyring is not asked: it may want its password, and nobody is there to give it.
    """

    @cache
    def redactor() -> Callable[[str], str]:
        places, environment, names = known()
        kept = Credentials(file=LockedFile(places.credentials_file), environment=environment, vault=None).secrets()
        named = (environment.get(name, "") for name in names)
        return plugins.resolve(REDACTOR)(spellings((*kept, *filter(None, named))))

    def mask(text: str) -> str:
        return redactor()(text)

    return mask


def mask_for(options: Options) -> Callable[[str], str]:
    """The same for a place of which no session is opened; settings that cannot be read name no key."""

    def known() -> Known:
        try:
            own = configuration(options).string("provider.api_key_env")
        except HeartbitError:
            own = ""
        names = KEY_NAMES | {own, "HEARTBIT_API_KEY", "HEARTBIT_TELEGRAM_TOKEN"}
        home = Path(options.environment.get("HOME") or "/")
        return directories(options.environment, home), options.environment, frozenset(filter(None, names))

    return masking(known)


def spellings(secrets: Iterable[str]) -> frozenset[str]:
    """The secrets as they are, and as they stand inside of JSON: a call's input that was cut is not taken apart."""
    return frozenset(form for secret in secrets for form in (secret, _inside(secret, True), _inside(secret, False)))


def _inside(secret: str, is_ascii: bool) -> str:
    return json.dumps(secret, ensure_ascii=is_ascii)[1:-1]
