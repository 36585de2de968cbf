"""What installed packages offer is found by name; what does not work is told, and ends nothing."""

import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from heartbit_tui import (
    Agent,
    Candidate,
    ConfigError,
    Decision,
    Entry,
    GuardrailDenied,
    PluginContext,
    Session,
    run,
    stream,
    tool,
)
from heartbit_tui.guardrails.passing import Passing
from heartbit_tui.kernel.events import Notice
from heartbit_tui.kernel.protocols import Refuse
from heartbit_tui.memory.volatile import VolatileMemory
from heartbit_tui.providers.types import Settings as ProviderSettings
from heartbit_tui.runtime import plugins
from heartbit_tui.runtime.memory_store import ground_of
from heartbit_tui.testing import FakeClock, ScriptedProvider
from tests.library.rig import calls, machine, says, settings

HERE = "tests.library.test_plugins"
BAD = "tests.library.broken_plugins"

ENTRIES: Mapping[str, Mapping[str, str]] = {
    "tools": {
        "one": f"{HERE}:shout",
        "several": f"{HERE}:two_tools",
        "made": f"{HERE}:counter",
        "raises": f"{BAD}.raises:anything",
        "exits": f"{BAD}.exits:anything",
        "imports": f"{BAD}.imports:anything",
        "missing": f"{HERE}:nothing_here",
        "nowhere": f"{BAD}.nowhere:anything",
        "number": f"{HERE}:NUMBER",
        "factory": f"{HERE}:broken_factory",
        "badname": f"{HERE}:oddly_named",
    },
    "guardrails": {"no": f"{HERE}:No", "raises": f"{BAD}.raises:anything"},
    "memory": {"kept": f"{HERE}:Kept", "raises": f"{BAD}.raises:anything", "number": f"{HERE}:NUMBER"},
    "routing": {"last": f"{HERE}:Last", "number": f"{HERE}:NUMBER"},
    "providers": {"echo": f"{HERE}:echo", "raises": f"{BAD}.raises:anything", "unbuilt": f"{HERE}:unbuilt"},
}
NUMBER = 7


@tool(effects="none")
def shout(text: str) -> str:
    """Say it loudly."""
    return text.upper()


@tool(effects="none")
def whisper(text: str) -> str:
    """Say it quietly."""
    return text.lower()


@tool(effects="none", name="a name with spaces")
def oddly_named() -> None:
    """Do nothing."""


def two_tools() -> list[object]:
    return [shout, whisper]


def counter(context: PluginContext) -> object:
    @tool(effects="none", name="count")
    def count() -> str:
        """Tell what this tool knows."""
        return f"{context.name} {context.settings.get('start')} {context.cwd.name}"

    return count


def broken_factory(context: PluginContext) -> object:
    raise ZeroDivisionError("in the factory")


class No(Passing):
    """Refuses what the settings name."""

    def __init__(self, context: PluginContext) -> None:
        super().__init__(context.name)
        self._tool = context.settings["tool"]

    async def pre_tool(self, call: object) -> Refuse:
        return Refuse(reason=f"no {self._tool}")


class Kept(VolatileMemory):
    """Notes in the folder of the session that it was closed."""

    def __init__(self, context: PluginContext) -> None:
        super().__init__(context.clock)
        self._file = context.cwd / "memory.txt"

    async def store_many(self, *args: object, **kwargs: object) -> tuple[Entry, ...]:
        self._file.write_text("stored\n")
        return await super().store_many(*args, **kwargs)  # type: ignore[arg-type] - handed on as it came

    async def close(self) -> None:
        with self._file.open("a") as file:
            file.write("closed\n")


class Last:
    """Chooses the last agent, if the settings want that."""

    def __init__(self, context: PluginContext) -> None:
        self._wanted = context.settings["wanted"]

    async def decide(self, task: str, agents: Sequence[Candidate]) -> Decision:
        return Decision(agent=agents[-1].name if self._wanted else "", reason="it is the last")


def echo(settings: ProviderSettings, **means: object) -> ScriptedProvider:
    return says(f"{settings.model} with {sorted(means)}")


def unbuilt(settings: ProviderSettings, **means: object) -> ScriptedProvider:
    raise ZeroDivisionError("cannot be built")


@contextmanager
def installed(folder: Path) -> Generator[None]:
    """A package of this folder is installed, with the entry points above."""
    info = folder / "sample_plugins-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: sample-plugins\nVersion: 1.0\n")
    sections = (
        f"[heartbit.{group}]\n" + "".join(f"{name} = {target}\n" for name, target in names.items())
        for group, names in ENTRIES.items()
    )
    (info / "entry_points.txt").write_text("\n".join(sections))
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))


@pytest.fixture(autouse=True)
def plugged(tmp_path_factory: pytest.TempPathFactory) -> Generator[None]:
    with installed(tmp_path_factory.mktemp("site")):
        yield


async def test_tools_of_packages_are_there_as_an_object_a_list_and_a_factory(tmp_path: Path) -> None:
    model = says(calls("shout", "1", text="a"), calls("whisper", "2", text="B"), calls("count", "3"), "end")
    options = machine(tmp_path, provider=model, ephemeral=True)
    settings(tmp_path, '[plugins]\ntools = ["several", "made", "several"]\n[plugins.settings.made]\nstart = 3\n')
    await run("go", **options)
    told = [str(request.messages[-1]) for request in model.requests[1:]]
    wanted = ("content='A'", "content='b'", "content='made 3 project'")
    assert [words for words, each in zip(wanted, told, strict=True) if words not in each] == []


@pytest.mark.security("E3", n=9)
async def test_a_tool_that_does_not_load_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    options = machine(tmp_path, provider=says("fine"), ephemeral=True)
    names = ("one", "raises", "exits", "imports", "missing", "nowhere", "number", "factory", "badname", "unknown")
    listed = ", ".join(f'"{name}"' for name in names)
    settings(tmp_path, f"[plugins]\ntools = [{listed}]\n")
    async with Session(**options) as session:
        told = "\n".join(session.about.warnings)
        assert "shout" in session.about.tools
        assert (await session.ask("hi")).text == "fine"
    words = (
        "“raises” does not work (RuntimeError: bad at import)",
        "“exits” does not work (SystemExit: 3)",
        "“imports” needs the library no_such_library",
        "“missing” does not work (AttributeError",
        "“nowhere” needs the library",
        "What “number” gives is no tool: it has no spec.",
        "“factory” does not work (ZeroDivisionError: in the factory)",
        "“badname” gives the tool 'a name with spaces'",
        "There is no tool “unknown”",
    )
    assert [each for each in words if each not in told] == []
    assert told.count("A tool is missing.") == len(words)


async def test_a_guardrail_of_a_package_is_heard_with_its_settings(tmp_path: Path) -> None:
    options = machine(tmp_path, provider=says(calls("glob", pattern="*"), "end"), ephemeral=True)
    settings(tmp_path, '[plugins]\nguardrails = ["no"]\n[plugins.settings.no]\ntool = "globbing"\n')
    async with stream("go", **options) as events:
        denied = [each.event async for each in events if isinstance(each.event, GuardrailDenied)]
    assert [(each.guardrail, each.reason) for each in denied] == [("no", "no globbing")]


@pytest.mark.security("E3")
async def test_without_a_guardrail_that_was_asked_for_no_tool_is_used(tmp_path: Path) -> None:
    options = machine(tmp_path, provider=says(calls("glob", pattern="*"), "I could not"), mode="yolo", ephemeral=True)
    settings(tmp_path, '[plugins]\nguardrails = ["raises"]\n')
    async with Session(**options) as session:
        (warning,) = (each for each in session.about.warnings if "guardrail is missing" in each)
        events = session.stream("go")
        denied = [each.event async for each in events if isinstance(each.event, GuardrailDenied)]
        assert events.result.text == "I could not"
    assert [each.reason for each in denied] == [warning]
    assert "every call of a tool is refused" in warning


async def test_a_memory_of_a_package_keeps_and_is_closed(tmp_path: Path) -> None:
    model = says(calls("memory_store", content="The tests run with make test."), "kept")
    options = machine(tmp_path, provider=model, mode="yolo")
    settings(tmp_path, '[plugins]\nmemory = "kept"\n')
    await run("go", **options)
    assert (tmp_path / "project" / "memory.txt").read_text() == "stored\nclosed\n"


async def test_the_memory_commands_see_the_memory_of_a_package(tmp_path: Path) -> None:
    options = machine(tmp_path, provider=says("x"))
    settings(tmp_path, '[plugins]\nmemory = "kept"\n')
    async with Session(**options) as session:
        assert "memory_recall" in session.about.tools
    from_agent = Agent(**options).options()
    async with ground_of(from_agent, FakeClock()) as personal:
        assert isinstance(personal.ground.memory, Kept)


@pytest.mark.security("E3", n=2)
async def test_a_memory_that_does_not_load_is_told_and_nothing_else_is_written_to(tmp_path: Path) -> None:
    for name, words in (("raises", "bad at import"), ("number", "is no memory: it has no store")):
        options = machine(tmp_path, provider=says("fine"))
        settings(tmp_path, f'[plugins]\nmemory = "{name}"\n')
        async with Session(**options) as session:
            (warning,) = (each for each in session.about.warnings if "nothing is remembered" in each)
            assert words in warning
            assert "memory_store" not in session.about.tools
            assert (await session.ask("hi")).text == "fine"


AGENTS = "".join(
    f'[[agents]]\nname = "{name}"\ndescription = "Anything."\nsystem_prompt = "You are {name}."\n'
    for name in ("one", "two")
)


async def test_a_strategy_of_a_package_chooses_who_takes_a_prompt(tmp_path: Path) -> None:
    model = says("done")
    settings(tmp_path, f'[plugins]\nrouting = "last"\n[plugins.settings.last]\nwanted = true\n{AGENTS}')
    await run("go", **machine(tmp_path, provider=model, ephemeral=True))
    assert "You are two." in model.requests[0].system


async def test_a_strategy_that_does_not_work_is_told_and_the_words_choose(tmp_path: Path) -> None:
    model = says("done")
    settings(tmp_path, f'[plugins]\nrouting = "number"\n{AGENTS}')
    async with stream("two: go", **machine(tmp_path, provider=model, ephemeral=True)) as events:
        told = [each.event.text async for each in events if isinstance(each.event, Notice)]
    assert ["What “number” gives is no routing: it has no decide." in each for each in told] == [True]
    assert "You are two." in model.requests[0].system


async def test_a_provider_of_a_package_answers_to_its_name(tmp_path: Path) -> None:
    options = machine(tmp_path, provider="echo", model="big", ephemeral=True)
    assert (await run("hi", **options)).text == "big with ['client', 'clock', 'key', 'prices']"


async def test_a_provider_that_does_not_work_is_told_in_words(tmp_path: Path) -> None:
    for name, words in (("raises", "bad at import"), ("unbuilt", "cannot be built")):
        with pytest.raises(ConfigError, match=words):
            await run("hi", **machine(tmp_path, provider=name, ephemeral=True))


@pytest.mark.security("E3")
async def test_a_project_that_is_not_trusted_brings_no_plugin(tmp_path: Path) -> None:
    options = machine(tmp_path, provider=says("fine"), ephemeral=True)
    own = tmp_path / "project" / ".heartbit"
    own.mkdir()
    (own / "config.toml").write_text('[plugins]\ntools = ["one"]\n')
    async with Session(**options) as session:
        assert "shout" not in session.about.tools


@pytest.mark.security("E3")
async def test_a_disabled_tool_of_a_package_is_left_out(tmp_path: Path) -> None:
    options = machine(tmp_path, provider=says("fine"), ephemeral=True)
    settings(tmp_path, '[plugins]\ntools = ["one", "several"]\n[tools]\ndisabled = ["shout"]\n')
    async with Session(**options) as session:
        assert [name for name in session.about.tools if name in ("shout", "whisper")] == ["whisper"]


def test_the_groups_are_those_that_the_runtime_asks_for() -> None:
    assert {f"heartbit.{group}" for group in ENTRIES} < set(plugins.GROUPS)
