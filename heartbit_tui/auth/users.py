"""Whom a request is from: who they are, what they may be, and until when that counts."""

import hmac
import unicodedata
from dataclasses import field
from datetime import datetime
from typing import Literal, NoReturn, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass

Role: TypeAlias = Literal["user", "operator", "admin"]
"""Each may what the one before it may: one's own things, those of one's tenant, those of everybody."""

ROLES: tuple[Role, ...] = ("user", "operator", "admin")

LONGEST = 256
"""Characters of the id of a user or a tenant; OpenID Connect allows 255 for `sub`."""

_CONTROLS = frozenset({"Cc", "Cs"})
"""Control characters, and halves of characters: no database keeps those apart from what stands for them."""


class Hidden:
    """A text that shows in no representation and goes into no file: it cannot be copied, pickled or written as JSON."""

    __slots__ = ("_text",)

    def __init__(self, text: str = "") -> None:
        self._text = text

    def reveal(self) -> str:
        """The text, for whoever sends it to where it has to go."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Hidden) and hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return "Hidden(…)" if self._text else "Hidden()"

    def __reduce__(self) -> NoReturn:
        raise TypeError("What is hidden is not written down.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose something is. Both are empty for the person whose machine it is; a tenant's own things have no user.

    Two columns, compared letter by letter and never joined to one text: `a:b` of `c` is not `c` of `a:b`.
    """

    tenant: str = ""
    user: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserContext:
    """Whom a request is from. `name` says by what they are known, for logs; `expires` is when that ends, None for never.

    `raw_token` is what they proved themselves with, where it can be exchanged for others in their name.
    """

    user_id: str = ""
    tenant_id: str = ""
    roles: frozenset[Role] = frozenset()
    name: str = ""
    expires: datetime | None = None
    raw_token: Hidden = field(default_factory=Hidden)

    @property
    def owner(self) -> Owner:
        """Whose what they make is."""
        return Owner(tenant=self.tenant_id, user=self.user_id)

    def has(self, role: Role) -> bool:
        """Whether they are this, or more than this."""
        return any(ROLES.index(each) >= ROLES.index(role) for each in self.roles)

    def ended(self, now: datetime) -> bool:
        """Whether what they proved themselves with counts no more."""
        return self.expires is not None and now >= self.expires


def fault_of(text: str) -> str:
    """What is wrong with a text as the id of a user or a tenant; empty where nothing is.

    An id may have any other letter: nothing is made of it but a value of a column and a digest.
    """
    if not text.strip():
        return "is empty"
    if len(text) > LONGEST:
        return f"has more than {LONGEST} characters"
    if text in (".", ".."):
        return "is no name"
    if any(unicodedata.category(char) in _CONTROLS for char in text):
        return "has control characters"
    return ""
