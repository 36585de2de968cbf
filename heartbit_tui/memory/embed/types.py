"""What decides which embedder there is, and what one has to say beside its vectors."""

from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path
from types import MappingProxyType
from typing import Literal, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.memory.embed.names import USUAL_REMOTE

Provider: TypeAlias = Literal["none", "openai", "local"]

Tell: TypeAlias = Callable[[str], None]
"""Takes a sentence for the person: a download that begins, a model that stands for another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`[memory.embedding]` of the configuration, with the key and the folders that go with it.

    `key` is what `key_variable` holds. `model` may be a folder with a local model in it. `cache_dir` is where models
    are downloaded to; `home` is what `~` means. `environment` is what a model's own process may know.
    """

    provider: Provider = "none"
    model: str = USUAL_REMOTE
    key: str = field(default="", repr=False)
    key_variable: str = "OPENAI_API_KEY"
    base_url: str = ""
    dimension: int | None = None
    cache_dir: Path = Path("models")
    home: Path = Path("/")
    environment: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
