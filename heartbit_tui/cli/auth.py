"""`heartbit auth`: keys of model services are kept, forgotten and counted, never shown."""

import getpass
import sys
from argparse import Namespace

from heartbit_tui.auth import VARIABLES, variable
from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, columns, is_terminal, one_line, say, say_json
from heartbit_tui.headless.endings import UsageError
from heartbit_tui.headless.stdin import AS_ASKED, read


def main(values: Namespace) -> int:
    """Do what the second word of the command says; the exit code."""
    match values.command.partition(" ")[2]:
        case "login":
            return attempt(lambda: _login(values))
        case "logout":
            return attempt(lambda: _logout(values))
        case _:
            return attempt(lambda: _status(values))


def _login(values: Namespace) -> int:
    credentials = Surroundings(values).credentials
    secret = credentials.login(_provider(values), _key(values.provider))
    say(f"The key {secret} for {values.provider} is kept in {secret.source}.")
    counts = credentials.find(values.provider)
    if counts and counts.place == "environment":
        say(f"{variable(values.provider)} is set as well, and counts as long as it is.")
    return 0


def _logout(values: Namespace) -> int:
    places = Surroundings(values).credentials.logout(_provider(values))
    if not places:
        sys.stderr.write(f"heartbit: no key is kept for {one_line(values.provider)}.\n")
        return 1
    say(f"The key for {values.provider} is gone from the {' and the '.join(places)}.")
    return 0


def _status(values: Namespace) -> int:
    found = Surroundings(values).credentials.status()
    for warning in dict.fromkeys(status.warning for status in found if status.warning):
        sys.stderr.write(f"warning: {warning}\n")
    if values.json:
        say_json({each.provider: each.secret.source if each.secret else None for each in found})
    else:
        say(columns((each.provider, each.secret.source if each.secret else "no key") for each in found))
    return 0


def _provider(values: Namespace) -> str:
    """The provider's name; raises `UsageError` for what looks like the key itself."""
    name = values.provider
    if name not in VARIABLES and not (
        name.isascii() and name.replace("-", "").replace("_", "").isalnum() and len(name) < 30
    ):
        known = ", ".join(VARIABLES)
        raise UsageError(f"That is no name of a provider. Known are {known}. The key itself is read from stdin.")
    return name


def _key(provider: str) -> str:
    """The key, typed without being shown, or all that stands on stdin."""
    if not is_terminal(0):
        return read(AS_ASKED).text
    return getpass.getpass(f"Key for {provider} (not shown): ")
