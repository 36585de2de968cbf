"""The pulse put together: how often it looks and what for, as `[daemon.heartbit_pulse]` has it."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import Any, cast

from heartbit_tui.config import Config, Directories
from heartbit_tui.config.files import project_root
from heartbit_tui.config.locked import LockedFile
from heartbit_tui.config.tree import BUILT
from heartbit_tui.config.trust import TrustStore
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.protocols import Clock, Tool
from heartbit_tui.runtime.scheduling import Handing, Schedules
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.runtime.watching import further
from heartbit_tui.schedules import orders
from heartbit_tui.schedules.orders import Orders
from heartbit_tui.schedules.pulse import Around, Pulse, Purpose
from heartbit_tui.schedules.pulse_state import Rhythm
from heartbit_tui.schedules.todo import TodoManage, Todos
from heartbit_tui.schedules.todo.store import FILE as TODO
from heartbit_tui.schedules.types import Tell
from heartbit_tui.schedules.windows import Window, minutes
from heartbit_tui.schedules.zones import zone
from heartbit_tui.tasks import Intake

KEY = "daemon.heartbit_pulse"
HOURS = f"{KEY}.active_hours"
UNTRUSTED = "The standing orders in {folder} are not followed until you trust it: heartbit trust add {folder}"
NOT_TAKEN_IN = "{path} is not read and not written until you trust {folder}: heartbit trust add {folder}"


def pulse(settings: Settings, schedules: Schedules, todos: Todos, clock: Clock, intake: Intake, tell: Tell) -> Pulse:
    """The pulse of the workspace whose list `todos` is, and whose settings these are. Raises `ConfigError`."""
    around = Around(clock, Handing(intake), tell)
    purpose = purpose_of(settings, todos.path.parent)
    return Pulse(rhythm(settings.config, settings.environment), purpose, todos, schedules.firings, around)


def purpose_of(settings: Settings, root: Path) -> Purpose:
    """What the pulse of a workspace is for.

    Standing orders are looked for in the workspace and in the folders above it that belong to its repository. Those that a
    repository brings count while its folder is trusted, which is looked at each time.
    """
    return Purpose(
        folder=str(root),
        orders=lambda: standing_orders(root, trusted=_is_trusted(root, settings.places)),
        prompt=settings.config.string(f"{KEY}.prompt"),
        sensors=sensors(settings.config),
    )


def standing_orders(root: Path, *, trusted: bool) -> Orders:
    """What a person wants looked after in a workspace again and again; of a repository only where it is trusted."""
    found = orders.found(root, above(root))
    repository = repository_of(root)
    if not trusted and found.text and repository is not None:
        return Orders(problem=UNTRUSTED.format(folder=repository))
    return found


def todo_list(schedules: Schedules, root: Path, clock: Clock, tell: Tell, places: Directories) -> Todos:
    """The list of the workspace `root`. What a repository brings as TODO.json counts while its folder is trusted."""

    def withheld() -> str:
        repository = repository_of(root)
        if repository is None or _is_trusted(root, places):
            return ""
        return NOT_TAKEN_IN.format(path=root / TODO, folder=repository)

    return Todos(schedules.database, root, clock, tell, withheld=withheld)


def todo_tool(todos: Todos, clock: Clock) -> Tool:
    """The tool with which an agent keeps that list; it stands beside todowrite and todoread where there is a pulse."""
    return TodoManage(todos, clock)


def rhythm(config: Config, environment: Mapping[str, str]) -> Rhythm:
    """How often the pulse looks. Raises `ConfigError` that names the key that is wrong."""
    usual = Rhythm(zone=_zone(config, environment))
    threshold = config.integer(f"{KEY}.idle_backoff_threshold")
    return Rhythm(
        zone=usual.zone,
        interval=config.integer(f"{KEY}.interval_seconds") or usual.interval,
        threshold=usual.threshold if threshold is None else threshold,
        window=_window(config, usual),
        most_per_day=config.number(f"{KEY}.max_cost_per_day"),
    )


def sensors(config: Config) -> tuple[str, ...]:
    """The names of all sensors that are at work; none in a release that has no sensors, whatever the settings name."""
    if "sensors" not in BUILT or not config.boolean("daemon.sensors.enabled"):
        return ()
    sources = cast("Sequence[Mapping[str, Any]]", config.value("daemon.sensors.sources") or [])
    return tuple(str(each["name"]) for each in sources)


def above(root: Path) -> tuple[Path, ...]:
    """The folders above `root` up to that of its repository; none where it is in no repository."""
    if (root / ".git").exists():
        return ()
    for number, folder in enumerate(root.parents):
        if (folder / ".git").exists():
            return tuple(root.parents[: number + 1])
    return ()


def repository_of(root: Path) -> Path | None:
    """The folder of the repository that `root` is in; None where it is in none."""
    return root if (root / ".git").exists() else next(reversed(above(root)), None)


def _is_trusted(root: Path, places: Directories) -> bool:
    """Whether the project of a workspace is trusted as it is now; not where that cannot be told."""
    store = TrustStore(LockedFile(places.trust_file))
    try:
        return store.look(project_root(root), further(root, places)).is_trusted
    except ConfigError:
        return False


def _window(config: Config, usual: Rhythm) -> Window | None:
    names = (f"{HOURS}.start", f"{HOURS}.end")
    if not any(map(config.is_set, names)):
        return None
    borders: list[int] = []
    for name in names:
        try:
            borders.append(minutes(config.string(name)))
        except ValueError as error:
            raise _fault(config, name, error) from error
    return Window(borders[0], borders[1], usual.zone)


def _zone(config: Config, environment: Mapping[str, str]) -> tzinfo:
    name = f"{HOURS}.timezone"
    try:
        return zone(config.string(name), environment)
    except ValueError as error:
        raise _fault(config, name, error) from error


def _fault(config: Config, name: str, error: ValueError) -> ConfigError:
    where = config.source(name)
    return ConfigError(f"{where}: {name}: {error}", key=name, source=where)
