"""Who heartbit is to others: the keys of model services, kept where only their owner can read them."""

from heartbit_tui.auth.keys import Credentials, Document, Place, Secret, Status, Vault, system_vault
from heartbit_tui.auth.providers import KEY_NAMES, VARIABLES, variable

__all__ = [
    "KEY_NAMES",
    "VARIABLES",
    "Credentials",
    "Document",
    "Place",
    "Secret",
    "Status",
    "Vault",
    "system_vault",
    "variable",
]
