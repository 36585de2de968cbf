"""`heartbit daemon logs`: what daemons of this machine have told, in lines for people or as JSON."""

import json
import sys
import time
from argparse import Namespace
from typing import TYPE_CHECKING, Final, NoReturn

from heartbit_tui.cli.since import moment
from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, say
from heartbit_tui.runtime.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from heartbit_tui.daemon.log_reading import Said, Wanted

USUAL: Final = 100
"""Lines that are shown where no number was given."""

PAUSE: Final = 0.25
"""Seconds between two looks at a log that is followed."""

NOTHING = "Nothing of the kind is in {path}."


def main(values: Namespace) -> int:
    """Show them; the exit code."""
    return attempt(lambda: _logs(values))


def _logs(values: Namespace) -> int:
    from heartbit_tui.daemon.log_file import NAME
    from heartbit_tui.daemon.log_reading import Wanted, tail

    path = Surroundings(values).places.state / NAME
    since = moment(values.since, SystemClock().now()) if values.since else None
    wanted = Wanted(level=values.level or "", since=since, task=values.task or "")
    if values.follow:
        _follow(path, wanted, values)
    found = tail(path, values.lines or USUAL, wanted)
    _show(found, as_json=values.json)
    if not found:
        sys.stderr.write(NOTHING.format(path=path) + "\n")
    return 0


def _follow(path: "Path", wanted: "Wanted", values: Namespace) -> NoReturn:
    """Show the newest lines and then what comes, until the person leaves."""
    from heartbit_tui.daemon.log_reading import Follower

    follower = Follower(path)
    there = [each for each in follower.news() if wanted(each)]
    _show(there[-(values.lines or USUAL) :], as_json=values.json)
    while True:
        time.sleep(PAUSE)
        _show(filter(wanted, follower.news()), as_json=values.json)


def _show(lines: "Iterable[Said]", *, as_json: bool) -> None:
    from heartbit_tui.daemon.log_reading import shown

    for each in lines:
        say(json.dumps(each.as_json) if as_json else shown(each))
    sys.stdout.flush()
