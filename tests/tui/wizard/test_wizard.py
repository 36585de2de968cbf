from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.providers.discover import Found
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.lines.setting import cells
from heartbit_tui.tui.screens.wizard import Way, Wizard, fault, lines, offers, whose
from tests.tui.picker.board import Board, ink, said, settled

KEY = "sk-ant-api03-0123456789abcdef"
OLLAMA = Found(provider="ollama", base_url="http://127.0.0.1:11434/v1", models=("qwen3:8b", "[/]\x1b[2Jevil"))


@dataclass
class World:
    """What the wizard meets: servers to find, and a place for keys."""

    servers: Sequence[Found] = ()
    broken: bool = False
    kept: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    looked: int = 0

    def find(self) -> Sequence[Found]:
        self.looked += 1
        return self.servers

    def keep(self, provider: str, key: str) -> str:
        if self.broken:
            raise ConfigError("the folder cannot be written.")
        self.kept.append((provider, key))
        return "keyring"


def board(world: World) -> Board[Way]:
    return Board(lambda: Wizard(world.find, world.keep, ink()))


@pytest.mark.parametrize(
    ("key", "provider"),
    [
        (KEY, "anthropic"),
        ("sk-or-v1-0123456789abcdef0123", "openrouter"),
        ("sk-proj-0123456789abcdef0123", "openai"),
        ("gsk_0123456789", ""),
        ("", ""),
    ],
)
def test_a_key_is_known_by_its_shape(key: str, provider: str) -> None:
    assert whose(key) == provider


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Paste the key here"),
        ("sk-ant-short", "too short"),
        ("sk-ant-0123456789 abcdef", "no spaces"),
        ("ANTHROPIC_API_KEY=sk-ant-0123456789", "without its name"),
        ('"sk-ant-0123456789abcdef"', "without quotes"),
        ("sk-ant-0123456789äöüabcdef", "no spaces and no line breaks"),
        (KEY, ""),
    ],
)
def test_what_can_be_no_key_is_told(text: str, words: str) -> None:
    assert words in fault(text)
    assert bool(fault(text)) == bool(words)
    assert "0123456789" not in fault(text)


async def test_a_pasted_key_is_kept_under_its_service_and_never_shown() -> None:
    world = World()
    app = board(world)
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        await pilot.press("enter")
        await pilot.press(*KEY.replace("-", "_"))
        await settled(pilot)
        assert KEY.replace("-", "_") not in said(app)
        await pilot.press("ctrl+u", *(letter if letter != "-" else "minus" for letter in KEY))
        await settled(pilot)
        assert "key of Anthropic" in said(app)
        assert "0123456789" not in said(app)
        await pilot.press("enter")
        await settled(pilot)
    assert world.kept == [("anthropic", KEY)]
    assert app.results == [Way(kind="key", provider="anthropic")]
    assert KEY not in repr(app.results)


async def test_a_key_of_no_known_shape_gets_its_service_by_tab() -> None:
    world = World()
    app = board(world)
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        await pilot.press("1", *"abcdefghijklmnopqrstuvwxyz", "enter")
        await settled(pilot)
        assert "Press Tab" in said(app)
        await pilot.press("tab", "tab")
        assert "key of OpenRouter" in said(app)
        await pilot.press("enter")
        await settled(pilot)
    assert world.kept == [("openrouter", "abcdefghijklmnopqrstuvwxyz")]


async def test_a_key_that_cannot_be_kept_is_told_and_asked_for_again() -> None:
    world = World(broken=True)
    app = board(world)
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        await pilot.press("enter", *(letter if letter != "-" else "minus" for letter in KEY), "enter")
        await settled(pilot)
        assert "The key was not kept: the folder cannot be written." in said(app)
        await pilot.press("escape", "escape")
        await settled(pilot)
    assert app.results == [None]


async def test_a_model_of_this_machine_and_the_demo_are_one_key_away() -> None:
    for keys, way in (
        (("2",), Way(kind="here", provider="ollama", model="qwen3:8b")),
        (("down", "enter"), Way(kind="here", provider="ollama", model="qwen3:8b")),
        (("up", "enter"), Way(kind="demo")),
        (("4",), Way(kind="demo")),
        (("escape",), None),
    ):
        app = board(World(servers=(OLLAMA,)))
        async with app.run_test(size=(100, 30)) as pilot:
            await settled(pilot)
            assert "Ollama  qwen3:8b" in said(app)
            await pilot.press(*keys)
            await settled(pilot)
        assert app.results == [way]


async def test_it_looks_again_when_asked() -> None:
    world = World()
    app = board(world)
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        assert "No Ollama and no llama.cpp answers" in said(app)
        world.servers = (OLLAMA,)
        await pilot.press("r")
        await settled(pilot)
        assert "Ollama  qwen3:8b" in said(app)
        assert world.looked == 2


@pytest.mark.parametrize("size", [(20, 5), (40, 12), (3, 2), (200, 60)])
async def test_it_holds_at_any_size(size: tuple[int, int]) -> None:
    app = board(World(servers=(OLLAMA,)))
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("4")
        await settled(pilot)
    assert app.results == [Way(kind="demo")]


def test_names_of_models_do_nothing_and_fit() -> None:
    shown = offers((OLLAMA,))
    for width in range(1, 100):
        found = lines(shown, 2, (OLLAMA,), Look(width, ink()))
        assert all(cells(line.text) <= width for line in found)
        assert all("\x1b" not in line.text for line in found)
