"""The classifier of the library jailguard as a scorer: a small network over MiniLM embeddings, on this machine.

Needs the extra `injection-model`, and the two files of the embeddings, which the library would otherwise fetch.
"""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from heartbit_tui.guardrails.scoring import Scorer
from heartbit_tui.kernel.errors import ConfigError

FILES = ("all-MiniLM-L6-v2.onnx", "tokenizer.json")
MISSING = (
    "The model of jailguard is not there: {folder} lacks {names}. Put it there, or set JAILGUARD_MODEL_DIR to a folder "
    "that has it; python -c 'import jailguard; jailguard.download_model()' fetches it."
)


class _Library(Protocol):
    model_cache_dir: Callable[[], str]
    score: Callable[[str], float]


def scorer() -> Scorer:
    """The score of jailguard. Raises `ModuleNotFoundError` without the library, `ConfigError` without its files."""
    library = cast("_Library", import_module("jailguard"))
    folder = Path(library.model_cache_dir())
    lacking = [name for name in FILES if not (folder / name).is_file()]
    if lacking:
        told = MISSING.format(folder=folder, names=" and ".join(lacking))
        raise ConfigError(told, key="guardrails.injection.model")

    def score(text: str) -> float:
        try:
            return library.score(text)
        except Exception:
            raise
        except BaseException as error:  # what panics in the library is no Exception, and would end the process
            raise RuntimeError(f"jailguard failed: {error}") from error

    return score
