"""What a server that is started as a child gets to see of the environment."""

from collections.abc import Mapping
from types import MappingProxyType

INHERITED = frozenset(
    {
        "HOME", "LOGNAME", "PATH", "SHELL", "USER", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMP", "TMP",
        "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR",
        "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy",
        "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "CURL_CA_BUNDLE",
    }
)  # fmt: skip
"""Where things are and how the network is reached: nothing that a program could log in with but a proxy."""

ALSO = "LC_"


def for_server(environment: Mapping[str, str], own: Mapping[str, str]) -> Mapping[str, str]:
    """What is inherited of the environment, and what the server's definition adds."""
    kept = {
        name: value
        for name, value in environment.items()
        if (name in INHERITED or name.startswith(ALSO)) and not value.startswith("()")
    }
    return MappingProxyType({**kept, "TERM": "dumb", **own})
