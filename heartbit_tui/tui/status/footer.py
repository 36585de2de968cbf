"""The last row of the screen: where one is, which model answers, how full its window is, what it cost, what protects."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePath
from types import MappingProxyType

from rich.style import Style
from textual import events

from heartbit_tui.client.serving import Counted
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import DiagnosticsCounted
from heartbit_tui.runtime.safety import Trust
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import SIGNS
from heartbit_tui.tui.pane.one_line import OneLine
from heartbit_tui.tui.status.figures import meter, money, percent, tokens

HINTS = ("? keys", "/", "@", "!")
"""What the right end says: how to find the rest."""

BAR = 5
"""Cells of the context meter."""

GAP = "  "

NO_SANDBOX = "! no sandbox"
IN_DAEMON = "daemon"
TRUST: Mapping[Trust, str] = MappingProxyType(
    {"trusted": "trusted", "untrusted": "untrusted", "changed": "! no longer trusted"}
)

Parts = list[tuple[str, Style]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the row tells. `window` is 0 where it is not known; `cost` is None while nothing has been paid.

    `sandbox` names what commands run in, is empty where they run without one, and None where none run. `trust` is None
    where it is not known; `mode` is empty where it does not matter. `away` says that the session is a daemon's.
    """

    away: bool = False
    folder: str = ""
    home: str = ""
    branch: str = ""
    dirty: bool = False
    model: str = ""
    effort: str = ""
    used: int = 0
    window: int = 0
    cost: float | None = None
    unpriced: bool = False
    mode: str = ""
    sandbox: str | None = None
    trust: Trust | None = None
    jobs: int = 0
    """Commands that run in the background."""
    diagnostics: DiagnosticsCounted | None = None
    """What the language servers know of; None where none runs."""
    servers: Counted | None = None
    """The servers of tools; None where none is defined."""
    letters: int = 0
    """Letters that wait in the inbox."""
    unread: int = 0
    """Those of them that are new."""
    hints: tuple[str, ...] = HINTS


@dataclass(frozen=True, slots=True)
class _Detail:
    """How much of each part is told."""

    folder: int = 2
    """2 the path, 1 its last name, 0 nothing."""
    away: bool = True
    hints: int = 9
    branch: bool = True
    effort: bool = True
    bar: bool = True
    cost: bool = True
    model: bool = True
    mode: bool = True
    """The border of the draft tells the mode, too."""
    sandbox: int = 2
    """2 the word and the name, 1 the name, 0 nothing; that there is none is told as long as there is room."""
    trust: bool = True
    diagnostics: bool = True
    servers: bool = True
    letters: bool = True


def footer(standing: Standing, width: int, ink: Ink) -> Line:
    """The row for a width: what matters least is left out first, and the share of the window last."""
    left: Parts = []
    for detail in _details():
        left, right = _left(standing, detail, ink), _right(standing, detail, ink)
        needed = sum(setting.cells(text) for text, _ in (*left, *right)) + (len(GAP) if right and left else 0)
        if needed <= width:
            return setting.beside(left, right, width, ink.muted) if right else setting.fitted(left, width)
    return setting.fitted([*_sandbox(standing, _Detail(sandbox=0), ink)] or left, width)


def short(folder: str, home: str) -> str:
    """A path with the home folder written ~."""
    inside = home and (folder == home or folder.startswith(home.rstrip("/") + "/"))
    return "~" + folder[len(home.rstrip("/")) :] if inside else folder


def _details() -> Iterator[_Detail]:
    """From everything to nearly nothing."""
    detail = _Detail()
    steps: tuple[dict[str, int | bool], ...] = (
        {},
        {"hints": 1},
        {"mode": False},
        {"sandbox": 1},
        {"folder": 1},
        {"effort": False},
        {"hints": 0},
        {"branch": False},
        {"servers": False},
        {"diagnostics": False},
        {"letters": False},
        {"bar": False},
        {"folder": 0},
        {"away": False},
        {"cost": False},
        {"model": False},
        {"trust": False},
        {"sandbox": 0},
    )
    for step in steps:
        detail = replace(detail, **step)
        yield detail


def _left(standing: Standing, detail: _Detail, ink: Ink) -> Parts:
    parts: list[Parts] = [[(IN_DAEMON, ink.info)] if standing.away and detail.away else []]
    parts += [_folder(standing, detail, ink), _branch(standing, detail, ink), _model(standing, detail, ink)]
    parts += [_context(standing, detail, ink), _cost(standing, detail, ink), _jobs(standing, ink)]
    parts += [_diagnostics(standing, detail, ink), _servers(standing, detail, ink)]
    parts += [_letters(standing, detail, ink)]
    told = [part for part in parts if part]
    return _joined(told, (GAP, ink.muted))


def _joined(told: list[Parts], between: tuple[str, Style]) -> Parts:
    return [piece for at, part in enumerate(told) for piece in ([between] if at else []) + part]


def _folder(standing: Standing, detail: _Detail, ink: Ink) -> Parts:
    path = setting.clean(short(standing.folder, standing.home)).replace("\n", "␊")
    told = path if detail.folder == 2 else PurePath(path).name or path if detail.folder else ""
    return [(told, ink.path)] if told else []


def _branch(standing: Standing, detail: _Detail, ink: Ink) -> Parts:
    if not standing.branch or not detail.branch:
        return []
    name = setting.cut(setting.clean(standing.branch).replace("\n", "␊"), 24)
    return [(name, ink.muted), *([("*", ink.warning)] if standing.dirty else [])]


def _model(standing: Standing, detail: _Detail, ink: Ink) -> Parts:
    if not standing.model or not detail.model:
        return []
    name = setting.cut(setting.clean(standing.model).replace("\n", "␊"), 32)
    effort = f" {standing.effort}" if standing.effort and detail.effort else ""
    return [(name, ink.text), (effort, ink.muted)]


def _context(standing: Standing, detail: _Detail, ink: Ink) -> Parts:
    if not standing.used:
        return []
    if not standing.window:
        return [(f"{tokens(standing.used)} tokens", ink.muted)]
    share = standing.used / standing.window
    full = ink.error if share >= 0.9 else ink.warning if share >= 0.75 else ink.accent
    bar = [*meter(share, BAR, full, ink.faint), (" ", ink.muted)] if detail.bar else []
    return [*bar, (percent(share), full if share >= 0.75 else ink.muted)]


def _cost(standing: Standing, detail: _Detail, ink: Ink) -> Parts:
    if standing.cost is None or not detail.cost:
        return []
    told = money(standing.cost, unpriced=standing.unpriced)
    return [(told, ink.muted)] if told else []


def _jobs(standing: Standing, ink: Ink) -> Parts:
    return [(f"{SIGNS['running']} {standing.jobs} in background", ink.running)] if standing.jobs else []


def _diagnostics(standing: Standing, detail: _Detail, ink: Ink) -> Parts:
    """LSP 2/1: two errors and a warning in the files that language servers have looked at."""
    found = standing.diagnostics
    if found is None or not found.servers or not detail.diagnostics:
        return []
    style = ink.error if found.errors else ink.warning if found.warnings else ink.muted
    return [("LSP ", ink.muted), (f"{found.errors}/{found.warnings}", style)]


def _servers(standing: Standing, detail: _Detail, ink: Ink) -> Parts:
    """MCP 3: servers of tools; MCP 2/3 where one of them is not there."""
    found = standing.servers
    if found is None or not detail.servers:
        return []
    told = f"{found.servers - found.down}/{found.servers}" if found.down else str(found.servers)
    return [("MCP ", ink.muted), (told, ink.warning if found.down else ink.muted)]


def _letters(standing: Standing, detail: _Detail, ink: Ink) -> Parts:
    """As `inbox 3`: letters that wait; quiet where nothing of it is new."""
    if not standing.letters or not detail.letters:
        return []
    return [("inbox ", ink.muted), (str(standing.letters), ink.accent if standing.unread else ink.muted)]


def _right(standing: Standing, detail: _Detail, ink: Ink) -> Parts:
    shown = standing.hints[: detail.hints]
    hints: Parts = [(" · ".join(shown), ink.faint)] if shown else []
    return _joined([part for part in (_safety(standing, detail, ink), hints) if part], (GAP, ink.muted))


def _safety(standing: Standing, detail: _Detail, ink: Ink) -> Parts:
    """The mode, the sandbox, the trust: signs and words say it, colours only repeat it."""
    mode: Parts = [(standing.mode, ink.modes.get(standing.mode, ink.text))] if standing.mode and detail.mode else []
    parts = [mode, _sandbox(standing, detail, ink), _trust(standing, detail, ink)]
    return _joined([part for part in parts if part], (" · ", ink.faint))


def _sandbox(standing: Standing, detail: _Detail, ink: Ink) -> Parts:
    if standing.sandbox is None:
        return []
    if not standing.sandbox:
        return [(NO_SANDBOX, ink.warning)]
    name = setting.cut(setting.clean(standing.sandbox).replace("\n", "␊"), 16)
    return [(f"sandbox {name}" if detail.sandbox == 2 else name, ink.ok)] if detail.sandbox else []


def _trust(standing: Standing, detail: _Detail, ink: Ink) -> Parts:
    if standing.trust is None or not detail.trust:
        return []
    style = ink.ok if standing.trust == "trusted" else ink.warning if standing.trust == "changed" else ink.muted
    return [(TRUST[standing.trust], style)]


class Footer(OneLine):
    """The row as a widget; it is set anew for what it is shown and for its width."""

    DEFAULT_CSS = "Footer { height: 1; width: 1fr; margin: 0 1; }"

    def __init__(self, ink: Ink, standing: Standing | None = None, *, id: str | None = "footer") -> None:
        super().__init__(id=id)
        self._ink = ink
        self.standing = standing or Standing()

    def tell(self, standing: Standing) -> None:
        """Show other facts."""
        self.standing = standing
        self._set()

    def set_ink(self, ink: Ink) -> None:
        """Draw with the styles of another theme."""
        self._ink = ink
        self._set()

    def on_resize(self, event: events.Resize) -> None:
        """Fit the new width."""
        self._set()

    def _set(self) -> None:
        if self.size.width:
            self.show(footer(self.standing, self.size.width, self._ink))
