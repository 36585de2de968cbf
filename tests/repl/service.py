"""A model service that plays a script, as a process of its own, and a machine that knows no other."""

import json
import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.repl.terminal import Screen, environment, talk

Script = Sequence[str | Mapping[str, Any]]


def call(name: str, id: str = "", **input: Any) -> dict[str, Any]:
    """A call as a block of a script."""
    return {"call": name, "input": input} | ({"id": id} if id else {})


@contextmanager
def service(folder: Path, script: Script) -> Generator[dict[str, str]]:
    """The variables that lead to a service that plays `script`."""
    file = folder / "script.json"
    file.write_text(json.dumps({"replies": list(script)}))
    command = (sys.executable, "-m", "heartbit_tui.testing.model_server", "--script", str(file))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            url = process.stdout.readline().strip()
            yield {"ANTHROPIC_API_KEY": "sk-ant-test", "ANTHROPIC_BASE_URL": url}
        finally:
            process.kill()


class Desk:
    """A project and a home below one folder, with a service."""

    def __init__(self, folder: Path, variables: Mapping[str, str]) -> None:
        self.folder = folder
        self.project = folder / "project"
        self.project.mkdir(exist_ok=True)
        self.environment = environment(folder / "home", **variables)

    def screen(self, *, rows: int = 40, columns: int = 100, **options: Any) -> Screen:
        """A conversation at a terminal, with its first prompt shown."""
        screen = Screen(
            talk(self.project, **options), cwd=self.project, env=self.environment, rows=rows, columns=columns
        )
        screen.until(f"{options.get('mode', 'ask')}>")
        return screen

    def lines(self, *typed: str, **options: Any) -> "subprocess.CompletedProcess[str]":
        """A conversation through pipes: these lines go in."""
        return subprocess.run(
            talk(self.project, plain=True, **options),
            input="".join(f"{line}\n" for line in typed),
            capture_output=True,
            text=True,
            cwd=self.project,
            env=self.environment,
            timeout=50,
            check=False,
        )


@contextmanager
def desk(folder: Path, *script: str | Mapping[str, Any]) -> Generator[Desk]:
    """A desk whose model plays `script`."""
    with service(folder, script) as variables:
        yield Desk(folder, variables)
