"""Makes a local embedder of what the settings name: a model by its name, or the one in a folder."""

import os
from pathlib import Path

from heartbit_tui.memory.embed.folder import holds_model, is_folder, model_folder
from heartbit_tui.memory.embed.local import LocalEmbedder
from heartbit_tui.memory.embed.names import local_model
from heartbit_tui.memory.embed.types import Settings, Tell

OFFLINE = "HF_HUB_OFFLINE"
YES = frozenset({"1", "TRUE", "YES", "ON"})


def local(settings: Settings, tell: Tell) -> LocalEmbedder:
    """The embedder of a model on this machine; `tell` hears where it is not quite the model that was asked for.

    A model lies in the folder that `model` is, or in `cache_dir` itself; else it is downloaded to below `cache_dir`.
    Raises `EmbeddingError` for a name that is unknown, and a folder that holds no model.
    """
    if is_folder(settings.model):
        return _in_folder(_path(settings), settings, tell)
    model = local_model(settings.model)
    if model.note:
        tell(model.note)
    if holds_model(settings.cache_dir):
        return _in_folder(settings.cache_dir, settings, tell)
    spec = {
        **_common(settings),
        "name": model.name,
        "library": model.library,
        "folder": "",
        "file": "",
        "dimension": model.dimension,
        "megabytes": model.megabytes,
        "offline": settings.environment.get(OFFLINE, "").strip().upper() in YES,
    }
    return LocalEmbedder(spec, model.name, settings.environment, tell)


def _in_folder(path: Path, settings: Settings, tell: Tell) -> LocalEmbedder:
    found = model_folder(path)
    spec = {
        **_common(settings),
        "name": found.name,
        "library": "",
        "folder": str(found.path),
        "file": found.file,
        "dimension": settings.dimension or found.dimension or local_model("").dimension,
        "megabytes": 0,
        "offline": True,
    }
    return LocalEmbedder(spec, found.name, settings.environment, tell)


def _path(settings: Settings) -> Path:
    rest = settings.model.removeprefix("~/")
    return settings.home / rest if rest != settings.model else Path(settings.model).absolute()


def _common(settings: Settings) -> dict[str, object]:
    return {"cache_dir": str(settings.cache_dir), "threads": max((os.cpu_count() or 2) // 2, 1)}
