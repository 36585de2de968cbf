"""What a person set, where, and what it comes to.

`files.find` reads the texts, `load` merges them with environment and flags into a `Config` whose values remember
where they came from, `tree` knows every key, and `trust` keeps what a project may not decide for itself.
"""

from heartbit_tui.config.directories import Directories, directories
from heartbit_tui.config.entry import File, Layer
from heartbit_tui.config.load import CHAT_DEFAULTS, load
from heartbit_tui.config.settings import Config, Explained, Listed

__all__ = ["CHAT_DEFAULTS", "Config", "Directories", "Explained", "File", "Layer", "Listed", "directories", "load"]
