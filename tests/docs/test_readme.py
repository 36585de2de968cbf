"""The README is true: its commands run, its settings load, and what it names is there."""

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

import pytest

from heartbit_tui.auth import KEY_NAMES
from heartbit_tui.cli.commands import BY_NAME, COMMANDS
from heartbit_tui.config import directories, load, tree
from heartbit_tui.config.environment import OTHERS, VARIABLES
from heartbit_tui.config.files import find
from heartbit_tui.config.keys import undotted
from heartbit_tui.headless.endings import STDOUT_GONE, failed, interrupted
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.permissions import parse
from heartbit_tui.providers.table import PROVIDERS
from heartbit_tui.repl import commands as spoken
from heartbit_tui.repl.keys import KEYS
from heartbit_tui.skills.tool import NAME as SKILL
from heartbit_tui.tools.late import schemas
from heartbit_tui.tui.keys import overrides
from heartbit_tui.tui.keys.keymap import keymap
from heartbit_tui.tui.theme import load as themes
from tests.architecture.source import ROOT
from tests.docs import registry
from tests.docs.pages import README, coded, codes, commands, fences, inline, table, text_of

ELSEWHERE = ("make ", "python3 -m venv ", "~/heartbit-env/")
"""Commands that build things: `make demo` and `make test` are what CI does, the wheel has a contract of its own."""

INPUT: Mapping[str, str] = {"heartbit auth login anthropic": "sk-ant-of-no-use-0123456789"}
OF_PIP = frozenset({"--require-hashes", "--no-deps"})
OF_OTHERS = frozenset(
    {"NO_COLOR", "HF_HUB_OFFLINE", "HTTPS_PROXY", "SSL_CERT_FILE", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"}
)
OF_THE_SCREEN = frozenset({"HEARTBIT_REDUCED_MOTION"})
FILE = re.compile(r"# ~/\.config/heartbit/(\S+)\n")
"""The first line of a sample in TOML, which says what file it is."""


def environment(home: Path) -> dict[str, str]:
    """A person who has heartbit on the PATH, and a script for a model."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    own = {"HOME": str(home), "PATH": path, "LANG": "C.UTF-8", "PYTHONWARNINGS": "error"}
    return own | {"HEARTBIT_PROVIDER": "scripted", "HEARTBIT_DEMO_INSTANT": "1"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with a change in it."""
    folder = tmp_path / "project"
    folder.mkdir()
    for words in ("init -q", "-c user.name=t -c user.email=t@example.invalid commit -q --allow-empty -m begin"):
        subprocess.run(["git", *words.split()], cwd=folder, check=True)
    (folder / "a.txt").write_text("a\n")
    subprocess.run(["git", "add", "-N", "a.txt"], cwd=folder, check=True)
    return folder


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_every_command_that_needs_no_network_runs(project: Path, tmp_path: Path) -> None:
    runs = [command for command in commands(README) if not command.startswith(ELSEWHERE)]
    failures: list[str] = []
    for command in runs:
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", command],
            check=False,
            input=INPUT.get(command, ""),
            cwd=project,
            env=environment(tmp_path),
            capture_output=True,
            text=True,
            timeout=50,
        )
        if done.returncode or "Traceback" in done.stderr:
            failures.append(f"{command}: {done.returncode}: {done.stderr}")
    print(f"{len(runs)} commands were run")
    assert failures == []
    assert len(runs) >= 20


def test_every_command_named_is_one() -> None:
    named = [code.split() for code in inline(README) if code.startswith(("heartbit ", ".venv/bin/heartbit "))]
    first = {name.partition(" ")[0] for name in BY_NAME}
    flagged = [words for words in named if words[1].startswith("-") or words[1].startswith('"')]
    assert [words for words in named if words not in flagged and words[1] not in first] == []
    second = [words for words in named if f"{words[1]} list" in BY_NAME and len(words) > 2]
    assert [words for words in second if f"{words[1]} {words[2]}" not in BY_NAME] == []


def test_every_flag_named_is_one() -> None:
    known = {name for command in COMMANDS for flag in command.flags for name in flag.names}
    known |= OF_PIP | {"--version"}  # which is answered before there is a parser
    named = {flag for code in coded(README) for flag in re.findall(r"(?<![\w-])--[a-z][a-z-]+", code)}
    assert sorted(named - known) == []
    run = {name for flag in BY_NAME["run"].flags for name in flag.names if name.startswith("--")}
    told = {"--print", "--output", "--continue", "--verbose", "--help"}  # by their short names
    told |= {"--approve"}  # another word for --permission-mode ask
    assert sorted(run - named - told) == []


def test_every_variable_named_is_read() -> None:
    services = {entry.key_variable for entry in PROVIDERS.values()}
    known = {*VARIABLES, *OTHERS, *KEY_NAMES, *services, *OF_OTHERS, *OF_THE_SCREEN}
    named = {name for code in coded(README) for name in re.findall(r"\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b", code)}
    named -= {"ACCEPT_EDITS"}  # of the library
    assert sorted(named - known) == []


def test_every_key_named_is_one_of_this_release() -> None:
    dotted = (code for code in inline(README) if re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", code))
    named = [code for code in dotted if code.split(".")[0] in tree.TABLES and not code.endswith((".toml", ".log"))]
    keys = {code: tree.key_at(undotted(code)) for code in named}
    assert len(named) >= 4
    assert [name for name, key in keys.items() if key is None or key.capability not in tree.BUILT] == []


def samples(file: str) -> list[str]:
    """The samples of one kind of file; those that do not say what they are, are settings."""
    kinds = [(found[1] if (found := FILE.match(body)) else "config.toml", body) for body in fences(README, "toml")]
    return [body for kind, body in kinds if kind == file]


@pytest.mark.parametrize("sample", samples("config.toml"))
def test_every_sample_of_settings_loads_without_a_warning(sample: str, tmp_path: Path) -> None:
    places = directories({}, tmp_path)
    places.config.mkdir(parents=True)
    places.settings_file.write_text(sample)
    found = load(find(places, tmp_path), {}, {}, trusted=False)
    assert found.warnings == ()
    assert len(found.stack) == sum(1 for _ in leaves(tomllib.loads(sample)))


def leaves(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        within = list(cast("dict[str, object]", value).values())
    elif isinstance(value, list) and all(isinstance(each, dict) for each in cast("list[object]", value)):
        within = cast("list[object]", value)  # an array of tables
    else:
        yield value
        return
    for each in within:
        yield from leaves(each)


def test_the_first_result_line_is_what_the_demo_gives(tmp_path: Path) -> None:
    done = subprocess.run(
        ["heartbit", "--headless", "--demo", "run", "--output-format", "json"],
        cwd=tmp_path,
        env=environment(tmp_path),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    result = json.loads(done.stdout)
    (sample,) = fences(README, "json")
    assert result | json.loads(sample) == result
    assert set(result) - set(json.loads(sample)) <= set(inline(README))


def test_the_library_samples_run(tmp_path: Path) -> None:
    samples = fences(README, "python")
    said = ("This is the scripted provider.", "The tests pass now.")
    for sample, words in zip(samples, said, strict=True):
        done = subprocess.run(
            [sys.executable, "-c", sample],
            check=False,
            cwd=tmp_path,
            env=environment(tmp_path),
            capture_output=True,
            text=True,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert words in done.stdout


def test_the_models_are_those_of_the_table() -> None:
    told = [(codes(name)[0], codes(key), codes(url), codes(model)) for name, key, url, model in table(README, "name")]
    real = [
        (name, *([each] if each else [] for each in (entry.key_variable, entry.base_url_variable, entry.model)))
        for name, entry in PROVIDERS.items()
        if name != "scripted"
    ]
    assert told[:-1] == real
    assert told[-1][0] == "scripted"


def test_the_tools_are_those_that_are_offered() -> None:
    told = [name for row in table(README, "tool") for name in codes(row[0])]
    of_memory = schemas(ROOT / "heartbit_tui/memory")
    of_servers = schemas(ROOT / "heartbit_tui/lsp")
    of_plans = schemas(ROOT / "heartbit_tui/plans")
    own = [name for name in of_memory if not name.startswith("shared_")]
    assert sorted(told) == sorted([*schemas(), SKILL, *own, *of_servers, *of_plans])


def test_the_modes_are_all_modes() -> None:
    assert [codes(row[0]) for row in table(README, "mode")] == [[str(mode)] for mode in Mode]


def test_the_exit_codes_are_all_exit_codes() -> None:
    told = {int(code) for row in table(README, "exit code") for code in row[0].split(", ")}
    kinds = {"max_turns", "max_tokens", "max_cost", "timeout", *(each.kind for each in errors(HeartbitError))}
    ends = {failed(kind, "").exit_code for kind in kinds} | {interrupted("SIGINT").exit_code}
    assert told == {0, 143, STDOUT_GONE, *ends}


def errors(kind: type[HeartbitError]) -> Iterator[type[HeartbitError]]:
    for each in kind.__subclasses__():
        yield each
        yield from errors(each)


def test_the_rules_are_rules() -> None:
    rules = [codes(row[0])[0] for row in table(README, "rule")]
    assert [str(parse(rule, "deny")) for rule in rules] == rules
    assert len(rules) == 6


def test_the_sample_of_a_keymap_is_one(tmp_path: Path) -> None:
    (sample,) = samples("keymap.toml")
    (tmp_path / overrides.FILE).write_text(sample)
    found = overrides.read(tmp_path / overrides.FILE)
    live = keymap(overrides=found)
    assert (found.faults, live.faults) == ((), ())
    wanted = {"palette": ("ctrl+x",), "queue": ("alt+enter", "f4"), "suspend": (), "close-reader": ("q", "x")}
    assert {name: live.keys_for(name) for name in wanted} == wanted
    assert len(found.entries) == len(wanted)


@pytest.mark.parametrize("sample", [*samples("themes/mine.toml"), *fences("themes/README.md", "toml")])
def test_the_samples_of_a_theme_are_one(sample: str, tmp_path: Path) -> None:
    (tmp_path / "themes").mkdir()
    (tmp_path / "themes" / "mine.toml").write_text(sample)
    mine, base = themes.load("mine", tmp_path), themes.load("heartbit")
    assert (mine.title, mine.screen["primary"], mine.text["tool"].colour) == ("Mine", "#7fd18c", "#7fd18c")
    assert mine.syntax == base.syntax


def test_the_themes_are_all_there() -> None:
    told = {name for row in table("themes/README.md", "theme") for name in codes(row[0])}
    assert told == set(themes.names())
    assert told <= set(inline(README))


def rows_after(heading: str) -> list[list[str]]:
    """The rows of all tables with this heading, one after the other."""
    parts = text_of(README).split(f"\n{heading}\n")[1:]
    return [[line for line in part.split("\n\n")[0].splitlines()[1:] if line] for part in parts]


def test_the_keys_of_the_screen_are_those_of_the_list_of_actions() -> None:
    """What fails here is what to write into the README."""
    wanted = [
        registry.keys_of("Draft", "Run", "Session", "Screen", "Moving", "Chat"),
        registry.keys_of("Approval"),
        registry.keys_of("Reader and side panel", "Reader"),
        registry.keys_of("Lists"),
        registry.keys_of("Inbox and beats"),
    ]
    assert rows_after("| keys | what it does | its name |") == wanted
    assert sum(map(len, wanted)) == len(registry.keys_of(*registry.groups())) >= 70


def test_the_other_tables_of_the_screen_are_those_of_its_lists() -> None:
    assert rows_after("| command | what it does |") == [registry.commands()]
    assert rows_after("| in a draft | means |") == [registry.signs()]
    assert rows_after("| editing keys | what they do |") == [registry.editing()]
    assert [codes(row[0]) for row in table(README, "keys of a replay")] == list(registry.replay().values())
    settings = [f"| {row[0]} | {row[1]} |" for row in table(README, "setting")]
    assert settings == registry.settings()


def test_every_setting_of_the_screen_has_an_effect() -> None:
    fields = {"reduced_motion": "calm", "side_panel": "side", "show_thinking": "thinking"}
    sources = [path.read_text("utf-8") for path in (ROOT / "heartbit_tui/tui").rglob("*.py")]
    heeded = set(re.findall(r"\bwishes\.(\w+)", "\n".join(sources))) | {"plain"}
    names = [codes(row[0])[0].removeprefix("ui.") for row in table(README, "setting")]
    assert [name for name in names if fields.get(name, name) not in heeded] == []


def sentence(beginning: str) -> str:
    """The paragraph of the README that begins so, on one line."""
    return next(part for part in text_of(README).split("\n\n") if part.startswith(beginning)).replace("\n", " ")


def test_the_commands_of_a_conversation_in_lines_are_all_there() -> None:
    assert codes(sentence("Its commands are")) == [f"/{command.name}" for command in spoken.COMMANDS]


def test_the_keys_of_a_conversation_in_lines_are_all_there() -> None:
    real = {key for keys, _ in KEYS[:-1] for key in keys.replace("\\ Enter", "\\, Enter").split(", ")}
    assert set(codes(sentence("Its keys are"))) == real
    assert codes(sentence("The same conversation in lines")) == [*KEYS[-1][0].split(), "Esc"]


def test_the_targets_of_make_are_there() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {name for code in coded(README) for name in re.findall(r"\bmake ([a-z]+)", code)}
    assert {"demo", "test", "bench"} <= named <= targets
