"""`heartbit doctor`: what is there and what is missing, in words that are safe to paste."""

import os
import shutil
import sys
from argparse import Namespace
from dataclasses import asdict

from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, is_terminal, say, say_json, within
from heartbit_tui.client.doctor import Finding, Patient, State, look


def main(values: Namespace) -> int:
    """Look at everything; the exit code is 1 where anything is bad."""
    return attempt(lambda: _tell(values, _findings(values)))


def _findings(values: Namespace) -> tuple[Finding, ...]:
    return tuple(look(Patient(options=Surroundings(values).options, terminal=_terminal())))


def _tell(values: Namespace, findings: tuple[Finding, ...]) -> int:
    if values.json:
        say_json([asdict(finding) for finding in findings])
    else:
        say(within((_mark(finding.state), finding.name, finding.what) for finding in findings))
    return int(any(finding.state == "bad" for finding in findings))


def _mark(state: State) -> str:
    return {"ok": "ok", "note": "-", "bad": "BAD"}[state]


def _terminal() -> str:
    size = shutil.get_terminal_size()
    shown = f"{size.columns}x{size.lines}" if is_terminal(1) else "no terminal"
    facts = (os.environ.get(name, "") for name in ("TERM", "COLORTERM", "LANG"))
    return " ".join((shown, *filter(None, facts), sys.stdout.encoding))
