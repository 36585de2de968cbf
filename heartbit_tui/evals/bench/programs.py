"""Heartbit and other agents: how each is called so that it can be measured without a model and without a person's keys."""

import shutil
import sys
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from types import MappingProxyType

from heartbit_tui.kernel.dataclass import dataclass


def no_variables() -> Mapping[str, str]:
    """No variables."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """An agent: the words that start it, and those of a task without a person, where it can be led to a service here.

    `{url}` in `task` and `environment` stands for the service's address.
    """

    name: str
    start: tuple[str, ...]
    task: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=no_variables)

    def at(self, url: str) -> tuple[tuple[str, ...], dict[str, str]]:
        """The command line of the task and the variables, for a service at this address."""
        words = tuple(word.replace("{url}", url) for word in self.task)
        return (*self.start, *words), self.surroundings(url)

    def surroundings(self, url: str) -> dict[str, str]:
        """The variables, for a service at this address."""
        return {name: value.replace("{url}", url) for name, value in self.environment.items()}


ANTHROPIC: Mapping[str, str] = MappingProxyType({"ANTHROPIC_BASE_URL": "{url}", "ANTHROPIC_API_KEY": "bench"})

PEERS = (
    Program(
        name="claude",
        start=("claude",),
        task=("-p", "hello"),
        environment={**ANTHROPIC, "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", "DISABLE_AUTOUPDATER": "1"},
    ),
    Program(
        name="codex",
        start=("codex",),
        task=(
            *("exec", "--skip-git-repo-check", "-c", 'model_provider="bench"', "-c"),
            'model_providers.bench={name="bench",base_url="{url}/v1",wire_api="responses",env_key="BENCH_KEY"}',
            "hello",
        ),
        environment={"BENCH_KEY": "bench"},
    ),
    Program(name="opencode", start=("opencode",), environment={"OPENCODE_DISABLE_AUTOUPDATE": "1"}),
    Program(name="pi", start=("pi",)),
    Program(name="gemini", start=("gemini",)),
    Program(name="vibe", start=("vibe",)),
    Program(name="aider", start=("aider",)),
    Program(name="goose", start=("goose",)),
    Program(name="crush", start=("crush",)),
)
"""Agents that are looked for. Those without a task are led to a service by files of settings alone, or speak another form."""


def heartbit() -> Program:
    """The heartbit that runs now, by the script that started it or as a module of this Python."""
    script = Path(sys.argv[0])
    named = script.name == "heartbit" and script.is_file()
    start = (str(script.absolute()),) if named else (sys.executable, "-m", "heartbit_tui")
    return Program(name="heartbit", start=start, task=("--headless", "run", "hello"), environment=ANTHROPIC)


def installed() -> tuple[Program, ...]:
    """The other agents that are on PATH, each by its whole path."""
    found = ((peer, shutil.which(peer.start[0])) for peer in PEERS)
    return tuple(
        Program(name=peer.name, start=(path,), task=peer.task, environment=peer.environment)
        for peer, path in found
        if path is not None
    )
