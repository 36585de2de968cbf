"""Tables of the settings become workflows, with a sentence for each that is none; pure."""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, cast

from heartbit_tui.agents.acting import (
    INPUT,
    LONGEST,
    SECONDS,
    AgentStep,
    CommandStep,
    FunctionStep,
    Named,
    OrchestratorStep,
)
from heartbit_tui.agents.steps import Step
from heartbit_tui.agents.workflow import AT_ONCE, Loop, Parallel, Sequential, Workflow
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ConfigError

KINDS: Final = ("sequential", "parallel", "loop")
WHAT: Final = ("agent", "orchestrator", "command", "workflow", "steps")
"""What a step may be; each table has one of these."""

DEEPEST: Final = 32
"""Steps within steps; more of them nobody could follow."""

LOOP_KEYS: Final = ("until", "until_command", "seconds", "max_iterations", "required")
PARALLEL_KEYS: Final = ("at_once", "fail_fast")

AT = "{source}: the workflow “{name}” is left out: {place}: {fault}"
NAMELESS = "{source}: a workflow is left out: it has no name."
TWICE = "{source}: there are two workflows “{name}”; the first one counts."
NO_TABLE = 'this has to be a table, such as {{ agent = "NAME" }}, and it is {value!r}.'
NO_STEPS = "it needs `steps`, a list with at least one step."
WHICH = "a step is one of {known}; this one has {found}."
UNKNOWN = "the key {key} is unknown here.{near} Known here: {known}."
WRONG = "{key} has to be {wanted}, and it is {value!r}."
CIRCLE = "it leads back to itself: {way}."
NO_WORKFLOW = "there is no workflow “{name}”. There are: {known}."
TOO_DEEP = f"it has steps within steps more than {DEEPEST} deep."
BOTH = "until and until_command both say when it is over; leave one out."
NO_AGENT = "the workflow “{name}” needs the agent “{agent}”, which there is not. There are: {known}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of `[[workflows]]`, and where it stands as `FILE:LINE`."""

    held: object
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Defined:
    """A workflow of the settings."""

    name: str
    step: Workflow
    source: str
    description: str = ""

    @property
    def asks(self) -> bool:
        """Whether it asks a model."""
        return any(isinstance(each, AgentStep | OrchestratorStep) for each in leaves(self.step))

    @property
    def agents(self) -> tuple[str, ...]:
        """The agents that it hands tasks to, each once."""
        named = (each.agent for each in leaves(self.step) if isinstance(each, AgentStep))
        return tuple(dict.fromkeys(named))


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """The workflows by name, and why others are none, by their names."""

    workflows: Mapping[str, Defined]
    problems: Mapping[str, str]


def read(tables: Iterable[Table]) -> Read:
    """The workflows in these tables. One that is wrong is left out, with those that have it as a step."""
    named: dict[str, Table] = {}
    problems: dict[str, str] = {}
    for table in tables:
        name = _mapping(table.held).get("name")
        if not isinstance(name, str) or not name.strip():
            problems[f"({len(problems)})"] = NAMELESS.format(source=table.source)
        elif name in named:
            problems[f"({len(problems)})"] = TWICE.format(source=table.source, name=name)
        else:
            named[name] = table
    found: dict[str, Defined] = {}
    for name, table in named.items():
        try:
            found[name] = _Reader(named).defined(name)
        except _Fault as fault:
            problems[name] = AT.format(source=table.source, name=name, place=fault.place, fault=fault)
    return Read(workflows=found, problems=problems)


def lacking(defined: Defined, known: Sequence[str]) -> str:
    """The sentence for a workflow that needs an agent which there is not, else empty."""
    missing = next((agent for agent in defined.agents if agent not in known), None)
    if missing is None:
        return ""
    there = ", ".join(known) or "none"
    return f"{defined.source}: {NO_AGENT.format(name=defined.name, agent=missing, known=there)}"


def leaves(step: Step) -> Iterator[Step]:
    """The steps that hold no others, in the order of their definition."""
    match step:
        case Named(step=inner):
            yield from leaves(inner)
        case Workflow(steps=inner):
            for each in inner:
                yield from leaves(each)
            until = step.until if isinstance(step, Loop) else None
            if until is not None and not isinstance(until, str) and not callable(until):
                yield from leaves(until)
        case _:
            yield step


def outline(step: Step, name: str = "", depth: int = 0) -> Iterator[tuple[int, str, str]]:
    """Each step with how deep it lies, its name, and what it is in a few words."""
    inner = step.step if isinstance(step, Named) else step
    yield depth, name or step.name, _told(inner)
    if isinstance(inner, Workflow):
        for each, called in zip(inner.steps, inner.names, strict=True):
            yield from outline(each, called, depth + 1)


def _told(step: Step) -> str:
    match step:
        case AgentStep(agent=agent, task=task):
            return f"agent {agent}" + ("" if task == INPUT else f": {task}")
        case OrchestratorStep(task=task):
            return "orchestrator" + ("" if task == INPUT else f": {task}")
        case CommandStep(command=command):
            return f"$ {command}"
        case FunctionStep():
            return "a function"
        case Parallel(at_once=most, fail_fast=fast):
            return f"side by side, {most} at a time" + ("" if fast else "; a failure stops none of the others")
        case Loop(max_iterations=most, until=until, required=required):
            over = f"until {_condition(until)}, " if until is not None else ""
            return f"again and again, {over}{most} times at most" + ("; it has to hold" if required else "")
        case _:
            return "one after the other"


def _condition(until: object) -> str:
    match until:
        case str(words):
            return f"the text holds “{words}”"
        case CommandStep(command=command):
            return f"`{command}` passes"
        case _:
            return "a function says so"


class _Fault(Exception):
    """What is wrong at one place of a table."""

    def __init__(self, place: str, text: str) -> None:
        super().__init__(text)
        self.place = place or "[[workflows]]"


class _Reader:
    """Makes a workflow of its table; those that it has as steps are made of theirs."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self._tables = tables

    def defined(self, name: str) -> Defined:
        """The workflow of this name. Raises `_Fault`."""
        table = self._tables[name]
        given = _mapping(table.held)
        step = self._whole(name, (name,), 0)
        return Defined(
            name=name, step=step, source=table.source, description=_text(given, "description", "", default="")
        )

    def _whole(self, name: str, way: tuple[str, ...], depth: int) -> Workflow:
        given = {key: each for key, each in _mapping(self._tables[name].held).items() if key != "description"}
        if "steps" not in given:
            raise _Fault("", NO_STEPS)
        return self._steps(given, name, "", way, depth)

    def _step(self, held: object, place: str, way: tuple[str, ...], depth: int) -> Step:
        if not isinstance(held, Mapping):
            raise _Fault(place, NO_TABLE.format(value=held))
        if depth > DEEPEST:
            raise _Fault(place, TOO_DEEP)
        given = _mapping(cast("object", held))
        found = [what for what in WHAT if what in given]
        if len(found) != 1:
            raise _Fault(place, WHICH.format(known=", ".join(WHAT), found=" and ".join(found) or "none of them"))
        name = _text(given, "name", place, default="")
        if found[0] == "steps":
            return self._steps(given, name, place, way, depth)
        step = self._workflow(given, place, way, depth) if found[0] == "workflow" else _leaf(given, place)
        return Named(name=name, step=step) if name else step

    def _workflow(self, given: Mapping[str, Any], place: str, way: tuple[str, ...], depth: int) -> Step:
        _only(given, ("workflow", "name"), place)
        name = _text(given, "workflow", place)
        if name in way:
            raise _Fault(place, CIRCLE.format(way=" → ".join((*way[way.index(name) :], name))))
        if name not in self._tables:
            raise _Fault(place, NO_WORKFLOW.format(name=name, known=", ".join(self._tables)))
        return self._whole(name, (*way, name), depth + 1)

    def _steps(self, given: Mapping[str, Any], name: str, place: str, way: tuple[str, ...], depth: int) -> Workflow:
        kind = _text(given, "kind", place, default="sequential")
        if kind not in KINDS:
            raise _Fault(place, WRONG.format(key="kind", wanted=f"one of {', '.join(KINDS)}", value=kind))
        more = {"parallel": PARALLEL_KEYS, "loop": LOOP_KEYS}.get(kind, ())
        _only(given, ("name", "kind", "steps", *more), place)
        held = given["steps"]
        if not isinstance(held, list | tuple) or not held:
            raise _Fault(place, NO_STEPS)
        inner = f"{place}.steps" if place else "steps"
        listed = enumerate(cast("list[object]", held))
        steps = [self._step(each, f"{inner}[{number}]", way, depth + 1) for number, each in listed]
        try:
            return _put_together(kind, steps, given, name, place)
        except ConfigError as error:
            raise _Fault(place, str(error)) from error


def _put_together(kind: str, steps: list[Step], given: Mapping[str, Any], name: str, place: str) -> Workflow:
    match kind:
        case "parallel":
            at_once = _count(given, "at_once", place, AT_ONCE)
            return Parallel(*steps, name=name, at_once=at_once, fail_fast=_switch(given, "fail_fast", place, True))
        case "loop":
            words, line = _text(given, "until", place, default=""), _text(given, "until_command", place, default="")
            if words and line:
                raise _Fault(place, BOTH)
            until = words or (CommandStep(command=line, seconds=_seconds(given, place)) if line else None)
            most, required = _count(given, "max_iterations", place), _switch(given, "required", place, False)
            return Loop(*steps, name=name, max_iterations=most, until=until, required=required)
        case _:
            return Sequential(*steps, name=name)


def _leaf(given: Mapping[str, Any], place: str) -> Step:
    if "command" in given:
        _only(given, ("command", "seconds", "name"), place)
        return CommandStep(command=_text(given, "command", place), seconds=_seconds(given, place))
    task = _text(given, "task", place, default=INPUT)
    if "agent" in given:
        _only(given, ("agent", "task", "name"), place)
        return AgentStep(agent=_text(given, "agent", place), task=task)
    _only(given, ("orchestrator", "task", "name"), place)
    if given["orchestrator"] is not True:
        raise _Fault(place, WRONG.format(key="orchestrator", wanted="true", value=given["orchestrator"]))
    return OrchestratorStep(task=task)


def _only(given: Mapping[str, Any], known: Sequence[str], place: str) -> None:
    for key in given:
        if key not in known:
            close = difflib.get_close_matches(key, known, n=1)
            near = f" Did you mean {close[0]}?" if close else ""
            raise _Fault(place, UNKNOWN.format(key=key, near=near, known=", ".join(known)))


def _text(given: Mapping[str, Any], key: str, place: str, default: str | None = None) -> str:
    value = given.get(key, default)
    if not isinstance(value, str) or (not value.strip() and (default is None or key in given)):
        raise _Fault(place, WRONG.format(key=key, wanted="a text that is not empty", value=value))
    return value


def _count(given: Mapping[str, Any], key: str, place: str, default: int | None = None) -> int:
    value = given.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise _Fault(place, WRONG.format(key=key, wanted="a whole number from 1 on", value=value))
    return value


def _seconds(given: Mapping[str, Any], place: str) -> int:
    seconds = _count(given, "seconds", place, SECONDS)
    if seconds > LONGEST:
        raise _Fault(place, WRONG.format(key="seconds", wanted=f"at most {LONGEST}", value=seconds))
    return seconds


def _switch(given: Mapping[str, Any], key: str, place: str, default: bool) -> bool:
    value = given.get(key, default)
    if not isinstance(value, bool):
        raise _Fault(place, WRONG.format(key=key, wanted="true or false", value=value))
    return value


def _mapping(held: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", held) if isinstance(held, Mapping) else {}
