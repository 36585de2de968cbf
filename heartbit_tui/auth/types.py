"""How requests to others are signed in somebody's name."""

from typing import Protocol

from heartbit_tui.kernel.errors import HeartbitError


class AuthProvider(Protocol):
    """Knows what to send as `Authorization` for a user of a tenant; both are empty for the person at this machine."""

    async def auth_header_for(self, user_id: str, tenant_id: str) -> str | None:
        """The value of the header; None where requests go without one.

        Raises `ExchangeError` where there ought to be one and is none: then nothing may be sent.
        """
        ...

    def rejected(self, user_id: str, tenant_id: str, header: str) -> bool:
        """This header was not accepted where it was sent; whether asking again may give another one."""
        ...


class ExchangeError(HeartbitError):
    """No token was to be had for somebody; the message says why, and has no secret in it."""
