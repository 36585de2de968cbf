"""`heartbit auth token`: tokens for those who may speak to the daemon: made, hashed, and the daemon's own."""

import getpass
import sys
from argparse import Namespace

from heartbit_tui.auth.bearer import hashed, new_token
from heartbit_tui.auth.own_token import NAME, OwnToken
from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, is_terminal, say, say_json
from heartbit_tui.config.locked import LockedFile
from heartbit_tui.headless.endings import UsageError
from heartbit_tui.headless.stdin import AS_ASKED, read

SETTINGS = """
The settings of the daemon know it by this, from which nobody gets the token:

[daemon.auth]
bearer_tokens = ["{hash}"]

An entry can say more: {{token = "…", name = "ci", user = "anna", tenant = "acme", roles = ["user"], expires = 2027-01-31}}"""
ROTATED = "The old one counts no more for a daemon that starts from now on. It is kept in {file}."


def main(values: Namespace) -> int:
    """Do what the flags say; the exit code."""
    return attempt(lambda: _token(values))


def _token(values: Namespace) -> int:
    if values.rotate and not values.own:
        raise UsageError("--rotate is about the daemon's own token: heartbit auth token --own --rotate")
    if values.own and values.hash:
        raise UsageError("--own and --hash do not go together: the daemon's own token needs no settings.")
    if values.own:
        return _own(values)
    token = _given() if values.hash else new_token()
    digest = hashed(token)
    if values.json:
        say_json({"hash": digest} if values.hash else {"token": token, "hash": digest})
    elif values.hash:
        say(digest)
    else:
        say(token + "\n" + SETTINGS.format(hash=digest))
    return 0


def _own(values: Namespace) -> int:
    """The token that a daemon of this machine takes where its settings name nobody; made where there is none yet."""
    path = Surroundings(values).places.state / NAME
    kept = OwnToken(LockedFile(path))
    own = kept.rotate() if values.rotate else kept.take()
    if own.made == "exposed":
        sys.stderr.write(f"warning: others could read {path}, so there is a new token in it.\n")
    if values.json:
        say_json({"token": own.token, "file": str(path)})
    else:
        say(own.token)
    if values.rotate:
        sys.stderr.write(ROTATED.format(file=path) + "\n")
    return 0


def _given() -> str:
    """The token, typed without being shown, or all that stands on stdin."""
    if not is_terminal(0):
        return read(AS_ASKED).text.strip()
    return getpass.getpass("Token (not shown): ")
