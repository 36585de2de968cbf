"""A folder that holds a local model, and what it lacks."""

import json
from pathlib import Path
from typing import Any, cast

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.memory.errors import EmbeddingError

MODEL_FILES = ("model.onnx", "onnx/model.onnx", "model_optimized.onnx")
NEEDED = ("tokenizer.json", "tokenizer_config.json")
LACKS = "{folder} is no embedding model: it lacks {names}."


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFolder:
    """A model on disk: `file` is its network below the folder, `dimension` 0 where the folder does not say."""

    path: Path
    file: str
    dimension: int

    @property
    def name(self) -> str:
        """What its vectors go by: the folder's name, and the size of the network, which another one hardly shares."""
        status = (self.path / self.file).stat()
        return f"{self.path.resolve().name}#{status.st_size}"


def is_folder(model: str) -> bool:
    """Whether a model's name is the path of a folder."""
    return model.startswith(("/", "~/", "./", "../"))


def model_folder(path: Path) -> ModelFolder:
    """The model in a folder. Raises `EmbeddingError` with what is missing."""
    if not path.is_dir():
        raise EmbeddingError(f"{path} is no folder, so there is no embedding model in it.")
    file = next((name for name in MODEL_FILES if (path / name).is_file()), "")
    missing = [*(() if file else ("model.onnx",)), *(name for name in NEEDED if not (path / name).is_file())]
    if missing:
        raise EmbeddingError(LACKS.format(folder=path, names=" and ".join(missing)))
    return ModelFolder(path=path, file=file, dimension=_dimension(path / "config.json"))


def holds_model(path: Path) -> bool:
    """Whether a model lies in the folder itself, rather than below it as downloads do."""
    return any((path / name).is_file() for name in MODEL_FILES)


def _dimension(config: Path) -> int:
    try:
        value: object = json.loads(config.read_text("utf-8"))
    except (OSError, ValueError):
        return 0
    size = cast("dict[str, Any]", value).get("hidden_size") if isinstance(value, dict) else 0
    return size if isinstance(size, int) and size > 0 else 0
