"""What each role may do, as one table: with one's own things, with those of one's tenant, with those of all."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias

from heartbit_tui.auth.refusing import forbidden, unknown
from heartbit_tui.auth.users import Owner, Role, UserContext
from heartbit_tui.kernel.dataclass import dataclass

Action: TypeAlias = Literal[
    "submit", "read", "cancel", "delete", "answer", "remember", "audit", "stats", "metrics", "schedules", "manage"
]
"""`read` is of tasks, sessions, their events and files; `delete` of sessions; `answer` of approvals and questions; `remember` of the memory."""


class Need(NamedTuple):
    """Which role an action needs on one's own things, on all of one's tenant and on all there are; None is nobody."""

    own: Role | None = "user"
    tenant: Role | None = None
    all: Role | None = None


TABLE: Mapping[Action, Need] = MappingProxyType(
    {
        # In somebody else's name nothing is begun, whoever wants it: the work would have that person's rights.
        "submit": Need(),
        "read": Need(tenant="operator", all="admin"),
        "cancel": Need(tenant="operator", all="admin"),
        # Whose machine it is can delete those of others there, with `heartbit sessions delete`.
        "delete": Need(),
        # An approval lets a call run in its owner's name.
        "answer": Need(all="admin"),
        "remember": Need(),
        "audit": Need(tenant="operator", all="admin"),
        "stats": Need(tenant="operator", all="admin"),
        # The figures of the process are of all tenants at once.
        "metrics": Need(own=None, all="admin"),
        "schedules": Need(own=None, all="admin"),
        "manage": Need(own=None, all="admin"),
    }
)

MAY_NOT = "this token may not do that"
NONE_SUCH = "not found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How far somebody's right reaches: values of the columns `tenant` and `user`, None where any will do."""

    tenant: str | None = None
    user: str | None = None

    def includes(self, owner: Owner) -> bool:
        """Whether what has this owner is within it."""
        return self.tenant in (None, owner.tenant) and self.user in (None, owner.user)


def extent(who: UserContext, action: Action) -> Extent | None:
    """On whose things somebody may do something; None on nobody's."""
    need = TABLE[action]
    if need.all and who.has(need.all):
        return Extent()
    if need.tenant and who.has(need.tenant):
        return Extent(tenant=who.tenant_id)
    if need.own and who.has(need.own):
        return Extent(tenant=who.tenant_id, user=who.user_id)
    return None


def allowed(who: UserContext, action: Action) -> Extent:
    """On whose things somebody may do something, to ask a store with. Raises `Refused`: 403."""
    found = extent(who, action)
    if found is None:
        roles = ", ".join(sorted(who.roles)) or "no role"
        raise forbidden(MAY_NOT, f"{action} was refused to {who.name or 'a token'} with {roles}")
    return found


def check(who: UserContext, action: Action, owner: Owner | None, missing: str = NONE_SUCH) -> None:
    """Let somebody do something with what has this owner; None is a thing that does not exist.

    Raises `Refused`: 403 where they may not do it at all, and 404 with the text `missing` for what others have, exactly
    as for what nobody has.
    """
    if owner is None or not allowed(who, action).includes(owner):
        allowed(who, action)
        raise unknown(missing)
