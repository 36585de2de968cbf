"""What another agent was set up with, put where heartbit looks for it: first as a plan, then done, and nothing overwritten."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, cast

from heartbit_tui.client import file_copies
from heartbit_tui.client.settings_file import Simple, with_key
from heartbit_tui.client.toml_lists import document_of, value_at, with_rule_tables, with_strings
from heartbit_tui.config import tree
from heartbit_tui.config.checks import problem_with
from heartbit_tui.config.entry import Entry, Layer, Source
from heartbit_tui.config.keys import undotted
from heartbit_tui.config.redact import Redactor
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.mcp import writing
from heartbit_tui.mcp.definitions import defined
from heartbit_tui.mcp.types import Fault, Origin
from heartbit_tui.peers import Item
from heartbit_tui.permissions import parse
from heartbit_tui.permissions.rules import Ruling

State: TypeAlias = Literal["new", "there", "conflict", "left out"]

OTHER = "there is {old} already, which stays."
ANOTHER = "there is another one already, which stays."
TOGETHER = "{key} is {old} here, and a model goes with its service, so both stay."
MODEL = ("provider.name", "provider.model")
"""What is taken over together or not at all."""

NO_LIST = "what stands there is no list."


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """Where things are put: for the person or for a project. `private` is the project's file that is not shared."""

    settings: Path
    private: Path
    servers: Path | None
    folder: Path
    instructions: Path
    project: Path | None = None


def of_person(config: Path, settings: Path) -> Targets:
    """A person's own: the folder of the configuration and the settings in it."""
    return Targets(settings=settings, private=settings, servers=None, folder=config, instructions=config / "AGENTS.md")


def of_project(root: Path) -> Targets:
    """A project's."""
    own = root / ".heartbit"
    return Targets(
        settings=own / "config.toml",
        private=own / "config.local.toml",
        servers=root / ".mcp.json",
        folder=own,
        instructions=root / "AGENTS.md",
        project=root,
    )


def looks_secret(text: str) -> bool:
    """Whether a text holds something that looks like a key or a password."""
    return Redactor(())(text) != text


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What becomes of one item: `to` is the file it goes to, `told` says why it does not."""

    item: Item
    state: State
    to: str = ""
    told: str = ""
    list: tuple[Path, str] | None = None
    """The file and the key of the list that gets longer by it; None where none does."""


class _List:
    """A list of a settings file, and what it will get."""

    def __init__(self, document: Mapping[str, Any], key: str) -> None:
        there = value_at(document, key)
        permissions = document.get("permissions")
        self.has_tables = key.startswith("permissions.") and isinstance(permissions, list)
        self.fault = NO_LIST if there is not None and not isinstance(there, list) else ""
        known = cast("list[object]", permissions if self.has_tables else there if isinstance(there, list) else [])
        self._known = {repr(each) for each in known}
        self.words: list[str] = []
        self.tables: list[dict[str, str]] = []

    def add(self, words: list[str]) -> bool:
        """Add those that are not there; whether there were any."""
        new = [word for word in words if self._is_new(word)]
        self.words.extend(new)
        return bool(new)

    def add_table(self, table: dict[str, str]) -> bool:
        """Add a rule as a table; whether it is not there yet."""
        new = self._is_new(table)
        self.tables.extend([table] if new else [])
        return new

    def _is_new(self, value: object) -> bool:
        new = repr(value) not in self._known
        self._known.add(repr(value))
        return new


class TakingOver:
    """Plans and does; both ask the files as they are then, so that doing adds to whatever was written meanwhile."""

    def __init__(self, targets: Targets, secret: Callable[[str], bool]) -> None:
        self._targets = targets
        self._secret = secret
        self._texts: dict[Path, str] = {}
        self._before: dict[Path, str] = {}
        self._lists: dict[tuple[Path, str], _List] = {}
        self._model: dict[str, object] = {}

    def plan(self, items: tuple[Item, ...]) -> tuple[Step, ...]:
        """What would become of each item; changes nothing."""
        return self._steps(items, dry=True)

    def carry_out(self, items: tuple[Item, ...]) -> tuple[Step, ...]:
        """Do it; what became of each item. Files are replaced whole, after all changes of each were found to be right."""
        steps = self._steps(items, dry=False)
        for path, text in self._texts.items():
            file_copies.replace(path, self._before[path], text, self._targets.project)
        if self._targets.private in self._texts:
            file_copies.ignored(self._targets.private, self._targets.project)
        return steps

    def _steps(self, items: tuple[Item, ...], *, dry: bool) -> tuple[Step, ...]:
        self._texts, self._before, self._lists = {}, {}, {}
        self._model = {item.name: item.value for item in items if item.name in MODEL and not item.why}
        steps = tuple(self._step(item, dry=dry) for item in items)
        faults = {key: fault for key, held in self._lists.items() if (fault := self._lengthened(*key, held))}
        return tuple(_failed(step, faults) if step.list in faults else step for step in steps)

    def _lengthened(self, path: Path, key: str, held: "_List") -> str:
        """Write what a list gets, all at once; why that is not possible, empty where it is."""
        try:
            if held.tables:
                self._texts[path] = with_rule_tables(self._text(path), held.tables)
            if held.words:
                self._texts[path] = with_strings(self._text(path), key, held.words)
        except ConfigError as error:
            return str(error)
        return ""

    def _step(self, item: Item, *, dry: bool) -> Step:
        if item.why:
            return Step(item=item, state="left out", told=item.why)
        try:
            return _DOING[item.kind](self, item, dry)
        except ConfigError as error:
            return Step(item=item, state="conflict", told=str(error))

    def _text(self, path: Path) -> str:
        """What the file says, with what was changed of it so far."""
        if path not in self._texts:
            self._before[path] = file_copies.read(path, self._targets.project)
            return self._before[path]
        return self._texts[path]

    def _changed(self, item: Item, path: Path, change: Callable[[str], str]) -> Step:
        before = self._text(path)
        after = change(before)
        self._texts[path] = after
        return Step(item=item, state="there" if after == before else "new", to=str(path))

    def _settings(self, item: Item) -> Path:
        return self._targets.private if item.private else self._targets.settings

    def setting(self, item: Item, dry: bool) -> Step:
        """A simple value, where the file says nothing of its key."""
        path, value = self._settings(item), cast("Simple", item.value)
        if problem := _problem(item.name, value):
            return Step(item=item, state="left out", told=problem)
        document = document_of(self._text(path))
        if told := self._apart(document, item.name):
            return Step(item=item, state="conflict", to=str(path), told=told)
        old = value_at(document, item.name)
        if old is not None:
            told = "" if old == value else OTHER.format(old=self._shown(old))
            return Step(item=item, state="conflict" if told else "there", to=str(path), told=told)
        return self._changed(item, path, lambda text: with_key(text, item.name, value))

    def _apart(self, document: Mapping[str, Any], name: str) -> str:
        """Why a model or its service is not taken over: the other one of the two is another one here."""
        for other in MODEL if name in MODEL else ():
            old = value_at(document, other)
            if other != name and old is not None and old != self._model.get(other):
                return TOGETHER.format(key=other, old=self._shown(old))
        return ""

    def listed(self, item: Item, dry: bool) -> Step:
        """Strings for a list."""
        return self._strings(item, item.name, cast("list[str]", item.value))

    def rule(self, item: Item, dry: bool) -> Step:
        """A rule, in whichever of its two forms the file has rules."""
        ruling = cast("Ruling", item.value)
        rule = parse(item.name, ruling)
        held = self._list(self._settings(item), f"permissions.{ruling}")
        if not held.has_tables:
            return self._strings(item, f"permissions.{ruling}", [item.name])
        table = {"tool": rule.tool, "pattern": rule.pattern, "action": str(ruling)}
        return self._longer(item, f"permissions.{ruling}", held.add_table(table))

    def _strings(self, item: Item, key: str, words: list[str]) -> Step:
        held = self._list(self._settings(item), key)
        if held.fault:
            return Step(item=item, state="conflict", to=str(self._settings(item)), told=held.fault)
        return self._longer(item, key, held.add(words))

    def _longer(self, item: Item, key: str, new: bool) -> Step:
        path = self._settings(item)
        return Step(item=item, state="new" if new else "there", to=str(path), list=(path, key))

    def _list(self, path: Path, key: str) -> "_List":
        if (path, key) not in self._lists:
            self._lists[path, key] = _List(document_of(self._text(path)), key)
        return self._lists[path, key]

    def server(self, item: Item, dry: bool) -> Step:
        """A server of tools: in the settings, or in what a project shares."""
        shared = self._targets.servers if not item.private else None
        path = shared or self._settings(item)
        definition = cast("dict[str, Any]", item.value)
        if shared is None:
            definition = {key: value for key, value in definition.items() if key != "type"}
        for each in defined({item.name: definition}, lambda _: Origin(where=item.source), _Anything()):
            if isinstance(each, Fault):
                return Step(item=item, state="left out", told=each.text)
        old = _server(self._text(path), shared is not None, item.name)
        if old is not None:
            told = "" if old == definition else ANOTHER
            return Step(item=item, state="conflict" if told else "there", to=str(path), told=told)
        change = writing.in_settings if shared is None else writing.in_shared
        return self._changed(item, path, lambda text: change(text, str(path), item.name, definition))

    def hooks(self, item: Item, dry: bool) -> Step:
        """Hooks, in a file of their own."""
        stem = Path(item.source).parent.name.lstrip(".") or "imported"
        path = self._targets.folder / "hooks" / f"from-{stem}-{Path(item.source).stem}.json"
        return self._file(item, path, file_copies.as_json({"hooks": item.value}))

    def command(self, item: Item, dry: bool) -> Step:
        """A command, as a Markdown file."""
        return self._file(item, self._targets.folder / "commands" / f"{item.name}.md", cast("str", item.value))

    def instructions(self, item: Item, dry: bool) -> Step:
        """Instructions, where there are none."""
        return self._file(item, self._targets.instructions, cast("str", item.value))

    def _file(self, item: Item, path: Path, text: str) -> Step:
        before = self._text(path)
        if before and before != text:
            return Step(item=item, state="conflict", to=str(path), told=ANOTHER)
        return self._changed(item, path, lambda _: text)

    def skill(self, item: Item, dry: bool) -> Step:
        """A skill, as a copy of its folder."""
        source, to = cast("Path", item.value), self._targets.folder / "skills" / item.name
        if to.exists() or to.is_symlink():
            same = file_copies.same(source, to)
            return Step(item=item, state="there" if same else "conflict", to=str(to), told="" if same else ANOTHER)
        fault = file_copies.fault_of(source, self._secret) if dry else file_copies.copy(source, to, self._secret)
        if fault:
            return Step(item=item, state="left out", told=fault)
        return Step(item=item, state="new", to=str(to))

    def _shown(self, value: object) -> str:
        text = str(value)[:60]
        return "another value" if self._secret(text) else repr(text) if isinstance(value, str) else text


_DOING: Mapping[str, Callable[[TakingOver, Item, bool], Step]] = MappingProxyType(
    {
        "setting": TakingOver.setting,
        "list": TakingOver.listed,
        "rule": TakingOver.rule,
        "server": TakingOver.server,
        "hooks": TakingOver.hooks,
        "command": TakingOver.command,
        "instructions": TakingOver.instructions,
        "skill": TakingOver.skill,
    }
)
"""What does with each kind of item what is to be done."""


def _failed(step: Step, faults: Mapping[tuple[Path, str], str]) -> Step:
    """The step of a list that could not be added to."""
    if step.list is None or step.state != "new":
        return step
    return Step(item=step.item, state="conflict", to=step.to, told=faults[step.list])


def _problem(name: str, value: Simple) -> str:
    """Why a value cannot stand at a key of the settings; empty where it can."""
    path = undotted(name)
    key = tree.key_at(path) or tree.key_at(path[:-1])
    if key is None:
        return f"heartbit has no setting {name}."
    if key.kind == "table":
        return ""
    entry = Entry(path=path, key=key, value=value, source=Source(layer=Layer.USER, name=name))
    found = problem_with(entry)
    return found.text if found else ""


def _server(text: str, shared: bool, name: str) -> object:
    """The definition that a file has under this name; None where there is none. Raises `ConfigError`."""
    if not shared:
        return value_at(document_of(text), f"mcp.servers.{name}") if "." not in name else None
    return file_copies.json_of(text).get("mcpServers", {}).get(name)


class _Anything(dict[str, str]):
    """An environment in which every variable is set: it is the machine of the session that has to have them."""

    def __missing__(self, name: str) -> str:
        return name
