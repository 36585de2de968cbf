"""What protects a session, as a person reads it."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from heartbit_tui.client.types import About
from heartbit_tui.runtime.safety import Safety, Trust

NO_SANDBOX = "none: a command that passes runs with all your rights"
TRUST: Mapping[Trust, str] = MappingProxyType(
    {
        "trusted": "this folder is trusted: all of its settings count",
        "untrusted": "this folder is not trusted: what in its settings widens what is allowed does not count",
        "changed": "a file was changed since this folder was trusted, so it no longer is; `heartbit trust add` renews it",
    }
)


def told(about: About, safety: Safety) -> Iterator[tuple[str, str]]:
    """What stands between the agent and the machine, and what of it is missing: what it is, and how it stands."""
    yield ("sandbox", about.sandbox or NO_SANDBOX)
    if about.sandbox:
        yield ("writable", ", ".join(safety.writable))
        yield ("hidden", ", ".join(safety.hidden) or "nothing")
        yield ("network", "open to commands" if safety.network else "none for commands")
    yield ("trust", TRUST[safety.trust])
    yield from (("", f"{key} of this folder does not count") for key in safety.ignored)
    yield ("rules", f"{len(safety.rules)}" if safety.rules else "none of yours: the mode decides")
    yield from (("", rule) for rule in safety.rules)
    yield ("guardrails", ", ".join(safety.guardrails) or "none are set")
    yield ("audit", "on; `heartbit audit list` shows it" if safety.audited else "off: this session is not kept")
