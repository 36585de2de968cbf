"""One header for everybody, as it is configured."""


class StaticAuthProvider:
    """An `AuthProvider` that always sends the same."""

    def __init__(self, header: str) -> None:
        self._header = header

    async def auth_header_for(self, user_id: str, tenant_id: str) -> str | None:
        return self._header or None

    def rejected(self, user_id: str, tenant_id: str, header: str) -> bool:
        return False
