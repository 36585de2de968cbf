"""Names of sessions: they sort by time, and their last part is enough to find them."""

import os
import re
from collections.abc import Iterable
from datetime import UTC, datetime

from heartbit_tui.kernel.errors import StoreError

_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: no letter that looks like another."""

_RANDOM = 8
_WHOLE = re.compile(rf"\d{{8}}-\d{{6}}-[{_LETTERS}]{{{_RANDOM}}}", re.ASCII)
_MADE = re.compile(r"\d{8}-\d{6}-([0-9a-z]+)", re.ASCII)


def new_id(now: datetime) -> str:
    """A session id such as `20261121-093000-k3v9x2mq`: UTC time, then 40 random bits."""
    return f"{now.astimezone(UTC):%Y%m%d-%H%M%S}-{_random_part(os.urandom(_RANDOM))}"


def short(session_id: str) -> str:
    """The part of an id that people type: what stands after the time; all of an id that a person chose."""
    made = _MADE.fullmatch(session_id)
    return made.group(1) if made else session_id


def is_whole(text: str) -> bool:
    """Whether this is an id as `new_id` makes them, of which there is one session at most."""
    return _WHOLE.fullmatch(text) is not None


def resolve(text: str, ids: Iterable[str]) -> str:
    """The one id that `text` means: an id, or the beginning of an id or of its short form.

    Raises `StoreError` when none fits, or more than one.
    """
    known = tuple(ids)
    if text in known:
        return text
    fitting = [each for each in known if text and (each.startswith(text) or short(each).startswith(text))]
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        raise StoreError(f"No session {text!r}. `heartbit sessions` lists them.")
    shown = ", ".join(fitting[:5])
    raise StoreError(
        f"{text!r} fits {len(fitting)} sessions ({shown}{', …' if len(fitting) > 5 else ''}). Type more of it."
    )


def _random_part(entropy: bytes) -> str:
    return "".join(_LETTERS[byte % len(_LETTERS)] for byte in entropy)
