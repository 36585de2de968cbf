"""`heartbit import`: what was set up for another agent, taken over after a look at the plan."""

import sys
from argparse import Namespace
from collections.abc import Iterable
from pathlib import Path
from types import MappingProxyType

from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, confirm, one_line, say, say_json
from heartbit_tui.client.taking_over import Step, TakingOver, looks_secret, of_person, of_project
from heartbit_tui.headless.endings import UsageError
from heartbit_tui.peers import PEERS, Looked, Peer

SIGNS = MappingProxyType({"new": "+", "there": "=", "conflict": "!", "left out": "-"})
NONE = "Nothing of {title} was found. It is looked for in {places}."
BOTH = "Give --project or --user, not both."
TRUST = "The folder's own settings changed: look at them, then `heartbit trust add` lets them count."
LEGEND = "+ is added, = is there already, ! stays as it is here, - is left out"


def main(values: Namespace) -> int:
    """Show the plan, and do it after a yes; the exit code."""
    return attempt(lambda: _import(values))


def _import(values: Namespace) -> int:
    if values.project and values.user:
        raise UsageError(BOTH)
    around = Surroundings(values)
    peer = next(each for each in PEERS if each.name == values.peer)
    project = around.root if values.project else None
    home = Path(around.environment.get("HOME") or "/")
    items = peer.read(Looked(home=home, environment=around.environment, project=project, secret=looks_secret))
    if not items:
        raise UsageError(NONE.format(title=peer.title, places=peer.places))
    targets = of_person(around.places.config, around.places.settings_file) if project is None else of_project(project)
    taking = TakingOver(targets, looks_secret)
    steps = taking.plan(items)
    if values.json and not values.yes:
        say_json(_as_json(steps, done=False))
        return 0
    if not values.json:
        _show(peer, steps, home)
    if values.dry_run or not any(step.state == "new" for step in steps):
        if values.json:
            say_json(_as_json(steps, done=False))
        return 0
    if not values.yes and not confirm("Take this over?"):
        return 1
    done = taking.carry_out(items)
    if values.json:
        say_json(_as_json(done, done=True))
    else:
        _tell(done, project)
    return 0


def _show(peer: Peer, steps: Iterable[Step], home: Path) -> None:
    """The plan, by the file that each piece comes from."""
    by_source: dict[str, list[Step]] = {}
    for step in steps:
        by_source.setdefault(step.item.source, []).append(step)
    say(f"{peer.title} -> heartbit ({LEGEND})")
    for source, held in by_source.items():
        say(f"\n{_short(source, home)}")
        for step in held:
            say(f"  {_row(step, home)}")
    counts = {state: sum(step.state == state for held in by_source.values() for step in held) for state in SIGNS}
    say(
        f"\n{counts['new']} to add, {counts['there']} there already, {counts['conflict']} stay as they are here, "
        f"{counts['left out']} left out."
    )


def _row(step: Step, home: Path) -> str:
    item = step.item
    where = f" -> {_short(step.to, home)}" if step.to else ""
    why = f": {step.told}" if step.told else ""
    note = f" ({item.note})" if item.note and step.state == "new" else ""
    return one_line(f"{SIGNS[step.state]} {_name(step)}{where}{why}{note}", 400)


def _name(step: Step) -> str:
    item = step.item
    match item.kind:
        case "setting":
            return f"{item.name} = {item.value!r}" if not item.why else item.name
        case "list":
            return f"{item.name}: {', '.join(item.value or ())}"
        case "rule":
            return f"{item.value or 'rule'} {item.name}"
        case "instructions":
            return "instructions"
        case "other" | "key":
            return item.name
        case kind:
            return f"{kind} {item.name}"


def _tell(steps: Iterable[Step], project: Path | None) -> None:
    held = tuple(steps)
    added = [step for step in held if step.state == "new"]
    say(f"{len(added)} added.")
    for step in held:
        if step.state == "conflict" and not step.to:
            sys.stderr.write(f"{one_line(f'{_name(step)}: {step.told}', 400)}\n")
    if project is not None:
        say(TRUST)


def _as_json(steps: Iterable[Step], *, done: bool) -> dict[str, object]:
    rows = [
        {
            "kind": step.item.kind,
            "name": step.item.name,
            "from": step.item.source,
            "to": step.to,
            "state": step.state,
            "told": step.told,
            "note": step.item.note,
        }
        for step in steps
    ]
    return {"done": done, "items": rows}


def _short(path: str, home: Path) -> str:
    return f"~{path[len(str(home)) :]}" if str(home) != "/" and path.startswith(f"{home}/") else path
