"""The operating system's keyring, where the extra `keyring` is installed."""

SERVICE = "heartbit"


class SystemVault:
    """Keeps secrets in the system's keyring. One that is locked or missing keeps nothing, and says so.

    The library takes 70 ms to import, so it is imported when it is used.
    """

    def get(self, name: str) -> str:
        """The secret, or empty."""
        import keyring
        from keyring.errors import KeyringError

        try:
            return keyring.get_password(SERVICE, name) or ""
        except KeyringError:
            return ""

    def put(self, name: str, secret: str) -> bool:
        """Keep a secret; False when it is not there afterwards."""
        import keyring
        from keyring.errors import KeyringError

        try:
            keyring.set_password(SERVICE, name, secret)
        except KeyringError:
            return False
        return self.get(name) == secret

    def drop(self, name: str) -> bool:
        """Forget a secret; False when there was none: some keyrings delete what they never had without a word."""
        import keyring
        from keyring.errors import KeyringError

        if not self.get(name):
            return False
        try:
            keyring.delete_password(SERVICE, name)
        except KeyringError:
            return False
        return True
