"""`heartbit permissions`: the rules that were learned from approvals."""

import sys
from argparse import Namespace

from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, columns, one_line, say
from heartbit_tui.config.locked import LockedFile
from heartbit_tui.headless.endings import UsageError
from heartbit_tui.permissions import Rule
from heartbit_tui.permissions.learned import rules_of, without_rules

LONGEST = 160
"""Characters of a rule that are listed."""


def main(values: Namespace) -> int:
    """Do what the second word of the command says; the exit code."""
    return attempt(lambda: _revoke(values) if values.command.endswith(" revoke") else _list(values))


def _list(values: Namespace) -> int:
    file = _file(values)
    rules = rules_of(file.read(), source=file.name)
    if not rules:
        sys.stderr.write("No rule was learned.\n")
        return 0
    say(columns(_row(rule) for rule in rules))
    return 0


def _revoke(values: Namespace) -> int:
    file = _file(values)
    gone: list[Rule] = []

    def without(text: str) -> str:
        gone[:] = [rule for rule in rules_of(text, source=file.name) if values.rule in _names(rule)]
        if not gone:
            raise UsageError(f"There is no learned rule `{values.rule}`; `heartbit permissions list` shows all.")
        return without_rules(text, lambda rule: values.rule in _names(rule), source=file.name)

    file.update(without)
    say("\n".join(f"revoked: {' '.join(filter(None, _row(rule)))}" for rule in gone))
    return 0


def _row(rule: Rule) -> tuple[str, str, str]:
    """The rule as it is listed, on one line."""
    return rule.action, one_line(str(rule), LONGEST), f"in {rule.project}" if rule.project else "everywhere"


def _names(rule: Rule) -> tuple[str, ...]:
    """What the rule may be called: with its action or without, as it is or as it is listed."""
    action, listed, _ = _row(rule)
    return str(rule), f"{action} {rule}", listed, f"{action} {listed}"


def _file(values: Namespace) -> LockedFile:
    return LockedFile(Surroundings(values).places.permissions_file)
