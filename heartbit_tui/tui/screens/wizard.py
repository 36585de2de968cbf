"""The first start without a model: paste a key, take a model server of this machine, or look around with the demo."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar, Final, Literal, Protocol, TypeAlias

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import BLANK, Line
from heartbit_tui.tui.lines.look import SIGNS, Look
from heartbit_tui.tui.pane.given import Lines
from heartbit_tui.tui.pane.one_line import OneLine
from heartbit_tui.tui.pane.pane import Pane
from heartbit_tui.tui.screens.closing import close

SHAPES: Final = (
    ("sk-ant-", "anthropic"),
    ("sk-or-", "openrouter"),
    ("sk-", "openai"),
)
"""What keys begin with, the longest beginnings first, and whose they are."""

PROVIDERS: Final = ("anthropic", "openrouter", "openai")
"""Services whose key alone makes a working prompt."""

TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "anthropic": "Anthropic",
        "openrouter": "OpenRouter",
        "openai": "OpenAI",
        "ollama": "Ollama",
        "llamacpp": "llama.cpp",
    }
)
SHORTEST = 20
"""Characters that a key has at least."""

MODELS = 6
"""Models of one server that are offered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What was decided on: a service whose `key` has been kept, a model that runs `here`, or the `demo`.

    `model` is empty where the service's usual one is meant.
    """

    kind: Literal["key", "here", "demo"]
    provider: str = ""
    model: str = ""


class Server(Protocol):
    """A model server of this machine; `providers.discover.Found` is one."""

    @property
    def provider(self) -> str:
        """What it is called."""
        ...

    @property
    def models(self) -> tuple[str, ...]:
        """What it has."""
        ...


Keep: TypeAlias = Callable[[str, str], str]
"""Keeps the key of a provider, and says where; blocks. Raises `HeartbitError`, `OSError`."""

Find: TypeAlias = Callable[[], Sequence[Server]]
"""Looks for model servers on this machine; blocks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One row to choose from."""

    title: str
    note: str
    way: Way | None
    """None for the key, which has to be typed first."""


def whose(key: str) -> str:
    """The provider that a key looks like one of, empty where it looks like none."""
    return next((provider for start, provider in SHAPES if key.startswith(start)), "")


def fault(key: str) -> str:
    """Why a text can be no key, empty where it may be one."""
    if not key:
        return "Paste the key here; it is not shown."
    if not key.isprintable() or not key.isascii() or any(letter.isspace() for letter in key):
        return "A key has no spaces and no line breaks in it; copy it once more."
    if "=" in key or key.startswith(('"', "'", "$")):
        return "Paste the key alone, without its name and without quotes."
    return f"This is too short for a key: it has {len(key)} characters." if len(key) < SHORTEST else ""


def offers(servers: Sequence[Server] | None) -> tuple[Offer, ...]:
    """The ways in, in the order of what gives most; None for servers that are still looked for."""
    here = tuple(
        Offer(
            title=f"{TITLES.get(server.provider, server.provider)}  {model}",
            note="runs on this machine, needs no key",
            way=Way(kind="here", provider=server.provider, model=model),
        )
        for server in servers or ()
        for model in server.models[:MODELS]
    )
    key = Offer(title="Paste a key", note="of Anthropic, OpenRouter or OpenAI; kept privately, never shown", way=None)
    demo = Offer(
        title="Look around first", note="a demo without any model, in a throw-away project", way=Way(kind="demo")
    )
    return (key, *here, demo)


def lines(shown: Sequence[Offer], at: int, servers: Sequence[Server] | None, look: Look) -> list[Line]:
    """The ways in as lines; the cursor's row is marked by its sign as well as its colour."""
    ink = look.ink
    found = setting.wrapped([("heartbit needs a model to think with. Choose a way to one:", ink.text)], look.width)
    found.append(BLANK)
    for number, offer in enumerate(shown):
        on = number == at
        sign = f"{SIGNS['prompt']} " if on else "  "
        title = (f"{number + 1} {setting.clean(offer.title)}", ink.strong if on else ink.text)
        found.append(setting.fitted([(sign, ink.accent), title], look.width))
        found += setting.wrapped(
            [(offer.note, ink.muted)], look.width, first=[(" " * min(4, look.width // 4), ink.text)]
        )
    found.append(BLANK)
    return found + setting.wrapped([(_told(servers), ink.faint)], look.width)


def _told(servers: Sequence[Server] | None) -> str:
    if servers is None:
        return "Looking for Ollama and llama.cpp on this machine…"
    if not any(server.models for server in servers):
        return "No Ollama and no llama.cpp answers on this machine. Start one and press r to look again."
    return "r looks again."


class Wizard(ModalScreen[Way | None]):
    """Asks until there is a way in (the result), or the person leaves it be (None)."""

    AUTO_FOCUS: ClassVar[str | None] = ""
    DEFAULT_CSS = """
    Wizard { align: center middle; }
    Wizard > Vertical {
        width: 90%; max-width: 84; height: auto; max-height: 90%;
        border: round $border; background: $surface; padding: 0 1;
    }
    Wizard Pane { height: 14; max-height: 70vh; }
    Wizard Input { height: 1; border: none; padding: 0; background: $panel; display: none; }
    Wizard.-key Input { display: block; }
    """

    def __init__(self, find: Find, keep: Keep, ink: Ink) -> None:
        super().__init__()
        self._find = find
        self._keep = keep
        self._ink = ink
        self._servers: Sequence[Server] | None = None
        self._offers = offers(None)
        self._at = 0
        self._provider = ""
        self._pane = Pane(Lines(()), ink)
        self._input = Input(password=True, select_on_focus=False, compact=True, placeholder="the key")
        self._input.cursor_blink = False
        self._foot = OneLine(id="wizard-foot")

    def compose(self) -> ComposeResult:
        """A title, the ways, the key, what the keys do."""
        with Vertical():
            yield OneLine(setting.line(("Welcome to heartbit", self._ink.heading)))
            yield self._pane
            yield self._input
            yield self._foot

    def on_mount(self) -> None:
        """Look for servers meanwhile."""
        self._look()

    def on_resize(self, event: events.Resize) -> None:
        """Set the lines for the new width."""
        self.call_after_refresh(self._show)

    def on_key(self, event: events.Key) -> None:
        """Choose a way; while a key is typed only Esc and Tab are the wizard's."""
        typing = self.has_class("-key")
        if typing and event.key not in ("escape", "tab", "ctrl+c"):
            return
        event.stop()
        event.prevent_default()
        if typing and event.key == "tab":
            self._name_provider()
        elif typing:
            self._type(False)
        else:
            self._choose_by(event.key)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._provider = whose(event.value.strip()) or self._provider
        self._tell("")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        key = event.value.strip()
        problem = fault(key) or ("" if self._provider else "Press Tab until the right service is named.")
        if problem:
            self._tell(problem)
        else:
            self.run_worker(self._kept(self._provider, key))

    def _choose_by(self, key: str) -> None:
        count = len(self._offers)
        if key in ("up", "k", "down", "j"):
            self._at = (self._at + (1 if key in ("down", "j") else -1)) % count
            self._show()
        elif key.isdigit() and 0 < int(key) <= count:
            self._at = int(key) - 1
            self._choose()
        elif key == "enter":
            self._choose()
        elif key == "r" and self._servers is not None:
            self._look()
        elif key in ("escape", "q", "ctrl+c"):
            close(self, None)

    def _choose(self) -> None:
        way = self._offers[self._at].way
        if way is None:
            self._type(True)
        else:
            close(self, way)

    def _type(self, on: bool) -> None:
        """Begin to ask for a key, or leave it; what was typed is forgotten."""
        self.set_class(on, "-key")
        self._input.value = ""
        self._provider = ""
        if on:
            self._input.focus()
        else:
            self.set_focus(None)
        self._show()

    def _name_provider(self) -> None:
        at = PROVIDERS.index(self._provider) if self._provider in PROVIDERS else -1
        self._provider = PROVIDERS[(at + 1) % len(PROVIDERS)]
        self._tell("")

    def _look(self) -> None:
        self._servers = None
        self._show()
        self.run_worker(self._found())

    async def _found(self) -> None:
        try:
            self._servers = await asyncio.to_thread(self._find)
        except (HeartbitError, OSError):
            self._servers = ()
        way = self._offers[self._at].way
        self._offers = offers(self._servers)
        self._at = next((at for at, offer in enumerate(self._offers) if offer.way == way), 0)
        self._show()

    async def _kept(self, provider: str, key: str) -> None:
        """Keep the key, off the loop; the screen forgets it in any case."""
        try:
            await asyncio.to_thread(self._keep, provider, key)
        except (HeartbitError, OSError) as error:
            self._tell(f"The key was not kept: {error}")
            return
        self._input.value = ""
        close(self, Way(kind="key", provider=provider))

    def _show(self) -> None:
        self._offers = offers(self._servers)
        look = self._pane.look
        self._pane.set_source(Lines(lines(self._offers, self._at, self._servers, look)), follow=False)
        self._tell("")

    def _tell(self, problem: str) -> None:
        ink = self._ink
        if problem:
            self._foot.show(setting.line((f"{SIGNS['failed']} {setting.clean(problem)}", ink.error)))
        elif self.has_class("-key"):
            whose_key = f"key of {TITLES[self._provider]}" if self._provider else "Tab names the service"
            self._foot.show(setting.line((whose_key, ink.accent), (" · Enter keeps it · Esc back", ink.faint)))
        else:
            self._foot.show(setting.line(("↑ ↓ Enter, or a number · Esc leaves it for later", ink.faint)))
