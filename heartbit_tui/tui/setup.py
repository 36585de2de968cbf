"""What the screen is started with, read before its first frame."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from heartbit_tui.client.history import HistoryFile
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.runtime.options import Options
from heartbit_tui.tui.keys.keymap import Keymap
from heartbit_tui.tui.theme.types import Theme

DEMO = "This is a demonstration: a script plays the model's part, no model is behind it. Enter begins."


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the table `ui` of the settings says about the screen."""

    theme: str = "heartbit"
    mouse: bool = True
    calm: bool = False
    notify: bool = True
    bell: bool = False
    side: bool = True
    diff: Literal["unified", "split"] = "unified"
    vim: bool = False
    editor: str = ""
    thinking: bool = True
    mode: str = "ask"
    """The mode that sessions begin in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """Everything that the application needs beside its sessions; `warnings` are sentences to show once."""

    options: Options
    keymap: Keymap
    theme: Theme
    wishes: Wishes
    history: HistoryFile
    config: Path | None = None
    """The person's folder of settings, with keymap.toml and themes/."""
    state: Path | None = None
    task: str = ""
    draft: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment of the process, with the editor that the settings name."""
        given = self.options.environment
        return MappingProxyType({**given, "VISUAL": self.wishes.editor}) if self.wishes.editor else given
