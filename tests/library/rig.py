"""An embedded heartbit on a machine of its own, with a model that plays a script."""

import os
from pathlib import Path
from typing import Any

from heartbit_tui import Text, ToolCall
from heartbit_tui.providers.script import Reply
from heartbit_tui.testing import ScriptedProvider


def says(*answers: str | ToolCall) -> ScriptedProvider:
    """A model that gives these answers one after the other."""
    blocks = (Text(text=answer) if isinstance(answer, str) else answer for answer in answers)
    return ScriptedProvider([Reply(blocks=(block,)) for block in blocks])


def calls(name: str, id: str = "call-1", **arguments: Any) -> ToolCall:
    return ToolCall(id=id, name=name, input=arguments)


def machine(folder: Path, **more: Any) -> dict[str, Any]:
    """Options for a project and a home of its own below this folder."""
    project, home = folder / "project", folder / "home"
    project.mkdir(exist_ok=True)
    home.mkdir(exist_ok=True)
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    return {"cwd": project, "environment": environment, **more}


def settings(folder: Path, text: str) -> None:
    """Write the person's settings."""
    file = folder / "home" / ".config" / "heartbit" / "config.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
