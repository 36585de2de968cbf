"""Which paths speak A2A, in both of its bindings and versions."""

from typing import Final

PREFIX: Final = "/a2a"
RPC: Final = f"{PREFIX}/rpc"
"""The one path of JSON-RPC."""

CONFIGS: Final = "/tasks/{id}/pushNotificationConfigs"
REST: Final = (
    ("POST", "/message:send"),
    ("POST", "/message:stream"),
    ("POST", "/tasks/{id}:cancel"),
    ("GET", "/tasks/{id}:subscribe"),
    ("POST", "/tasks/{id}:subscribe"),
    ("GET", "/tasks/{id}"),
    ("GET", f"{CONFIGS}/{{push_id}}"),
    ("DELETE", f"{CONFIGS}/{{push_id}}"),
    ("POST", CONFIGS),
    ("GET", CONFIGS),
    ("GET", "/tasks"),
    ("GET", "/extendedAgentCard"),
)
"""Version 1.0, below `PREFIX`."""

LATER: Final = frozenset({"/tasks", "/extendedAgentCard", f"{CONFIGS}/{{push_id}}"})
OLD: Final = f"{PREFIX}/v1"
OLD_REST: Final = (
    *((method, path) for method, path in REST if path not in LATER),
    ("GET", f"{CONFIGS}/{{push_id}}"),
    ("GET", "/card"),
)
"""Version 0.3, below `OLD`."""

SPOKEN: Final = (
    ("POST", RPC),
    *((method, PREFIX + path) for method, path in REST),
    *((method, OLD + path) for method, path in OLD_REST),
)
"""Each method and path."""
