"""Who heartbit is to others, and who others are to it: keys of model services, tokens, roles, and what is whose.

The keys are what a start needs; who may speak to a daemon is in the modules beside them, which it loads itself.
"""

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
