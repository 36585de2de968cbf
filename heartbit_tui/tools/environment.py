"""The environment of commands: a person's own, without heartbit's keys and without anything that waits for a person."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

QUIET: Mapping[str, str] = MappingProxyType(
    {
        "TERM": "dumb",
        "PAGER": "cat",
        "GIT_PAGER": "cat",
        "MANPAGER": "cat",
        "GH_PAGER": "cat",
        "AWS_PAGER": "",
        "SYSTEMD_PAGER": "cat",
        "EDITOR": "true",
        "VISUAL": "true",
        "GIT_EDITOR": "true",
        "GIT_SEQUENCE_EDITOR": "true",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "true",
        "SSH_ASKPASS_REQUIRE": "never",
        "GCM_INTERACTIVE": "never",
        "GH_PROMPT_DISABLED": "1",
        "DEBIAN_FRONTEND": "noninteractive",
        "PIP_NO_INPUT": "1",
    }
)
"""No pager, editor or question for credentials: there is nobody at the other end, and no terminal."""

_DROPPED = frozenset({"OLDPWD", "PWD", "SSH_ASKPASS", "FORCE_COLOR", "CLICOLOR_FORCE", "COLUMNS", "LINES"})


def for_commands(environment: Mapping[str, str], secrets: Collection[str]) -> Mapping[str, str]:
    """`environment` made quiet, without the variables that `secrets` names."""
    left_out = _DROPPED.union(secrets)
    kept = {name: value for name, value in environment.items() if name not in left_out}
    return MappingProxyType({**kept, **QUIET})
