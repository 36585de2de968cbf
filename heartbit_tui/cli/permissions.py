"""`heartbit permissions`: the rules that were learned from approvals."""

import sys
from argparse import Namespace

import tomli_w

from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, columns, say
from heartbit_tui.config.locked import LockedFile
from heartbit_tui.headless.endings import UsageError
from heartbit_tui.permissions.learned import rules_of
from heartbit_tui.permissions.rules import to_table


def main(values: Namespace) -> int:
    """Do what the second word of the command says; the exit code."""
    return attempt(lambda: _revoke(values) if values.command.endswith(" revoke") else _list(values))


def _list(values: Namespace) -> int:
    file = _file(values)
    rules = rules_of(file.read(), source=file.name)
    if not rules:
        sys.stderr.write("No rule was learned.\n")
        return 0
    say(columns((rule.action, str(rule), rule.project) for rule in rules))
    return 0


def _revoke(values: Namespace) -> int:
    file = _file(values)

    def without(text: str) -> str:
        rules = rules_of(text, source=file.name)
        left = [rule for rule in rules if values.rule not in (str(rule), f"{rule.action} {rule}")]
        if len(left) == len(rules):
            raise UsageError(f"There is no learned rule `{values.rule}`; `heartbit permissions list` shows all.")
        return "\n".join(f"[[rules]]\n{tomli_w.dumps(to_table(rule))}" for rule in left)

    file.update(without)
    return 0


def _file(values: Namespace) -> LockedFile:
    return LockedFile(Surroundings(values).places.permissions_file)
