"""A local model in a process of its own: `python -m heartbit_tui.memory.embed.child SPEC`.

Loading what a model runs on keeps an interpreter busy for a second and takes 400 MB; here that stops nobody, and is gone
when the process is. It reads one JSON object a line, `{"id", "texts"}`, and answers with one, behind which the numbers
follow as 32-bit floats. It ends with whoever started it, also in the middle of a download.
"""

import json
import os
import sys
import threading
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from queue import SimpleQueue
from typing import Any, BinaryIO

NICE = 5
"""How much others go first."""

EVERY = 0.5
"""Seconds between two words about a download."""

MISSING = "The library fastembed is not installed: pip install 'heartbit-tui[local-embedding]'."
OFFLINE = (
    "The embedding model {name} is not on this machine, and HF_HUB_OFFLINE forbids to download it. Unset that, or name "
    "the folder of a model in memory.embedding.model."
)
FAILED = "The embedding model {name} could not be {what}: {why}"


class Unloadable(Exception):
    """There is no model; the message says why."""


Embed = Callable[[list[str]], list[bytes]]
"""The vector of each text, as 32-bit floats."""


class Answers:
    """What goes back, one at a time."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._turn = threading.Lock()

    def send(self, head: Mapping[str, object], body: bytes = b"") -> None:
        """One answer."""
        with self._turn:
            self._stream.write(json.dumps(head).encode() + b"\n" + body)
            self._stream.flush()


def main(spec: Mapping[str, Any], questions: BinaryIO, answers: Answers) -> None:
    """Load the model, then answer until nobody asks any more."""
    asked = SimpleQueue[bytes]()
    threading.Thread(target=_listen, args=(questions, asked), daemon=True).start()
    try:
        embed = loaded(spec, answers)
        answers.send({"ready": True, "dimension": len(embed(["heartbit"])[0]) // 4})
    except Unloadable as problem:
        answers.send({"failed": str(problem)})
        return
    while True:
        answers.send(*answered(asked.get(), embed))


def answered(line: bytes, embed: Embed) -> tuple[Mapping[str, object], bytes]:
    """The answer to one line."""
    question = json.loads(line)
    try:
        vectors = embed(question["texts"])
    except Exception as error:  # noqa: BLE001 - the end of the process's work: whoever asked must hear of it
        return {"id": question["id"], "error": f"{type(error).__name__}: {error}"}, b""
    body = b"".join(vectors)
    return {"id": question["id"], "count": len(vectors), "bytes": len(body)}, body


def loaded(spec: Mapping[str, Any], answers: Answers) -> Embed:
    """The model of a spec, downloaded where it is not on this machine and that is allowed. Raises `Unloadable`."""
    try:
        library: Any = import_module("fastembed")
    except ImportError as error:
        raise Unloadable(MISSING) from error
    options = {"threads": spec["threads"], "cache_dir": spec["cache_dir"]}
    model = _from_folder(library, spec, options) if spec["folder"] else _by_name(library, spec, options, answers)
    return lambda texts: [array("f", vector.tolist()).tobytes() for vector in model.embed(texts, batch_size=16)]


def _from_folder(library: Any, spec: Mapping[str, Any], options: Mapping[str, Any]) -> Any:
    kinds: Any = import_module("fastembed.common.model_description")
    name = "heartbit/folder"
    try:
        library.TextEmbedding.add_custom_model(
            model=name,
            pooling=kinds.PoolingType.MEAN,
            normalization=True,
            sources=kinds.ModelSource(hf=name),
            dim=spec["dimension"] or 1,
            model_file=spec["file"],
        )
        return library.TextEmbedding(name, specific_model_path=spec["folder"], **options)
    except Exception as error:  # whatever a damaged model makes the library raise
        raise Unloadable(FAILED.format(name=spec["folder"], what="loaded", why=_reason(error))) from error


def _by_name(library: Any, spec: Mapping[str, Any], options: Mapping[str, Any], answers: Answers) -> Any:
    name = spec["library"]
    with suppress(Exception):  # it is not there yet, or not whole; the library has no own error for that
        return library.TextEmbedding(name, local_files_only=True, **options)
    if spec["offline"]:
        raise Unloadable(OFFLINE.format(name=spec["name"]))
    answers.send({"download": 0, "megabytes": spec["megabytes"]})
    over = threading.Event()
    watch = threading.Thread(target=_watch, args=(Path(spec["cache_dir"]), answers, over), daemon=True)
    watch.start()
    try:
        return library.TextEmbedding(name, **options)
    except Exception as error:  # networks, disks and hubs fail in many ways
        raise Unloadable(FAILED.format(name=spec["name"], what="downloaded", why=_reason(error))) from error
    finally:
        over.set()
        watch.join()


def _watch(folder: Path, answers: Answers, over: threading.Event) -> None:
    """Tell how much of a download has come, until it is over."""
    before = _size(folder)
    while not over.wait(EVERY):
        answers.send({"download": _size(folder) - before})


def _size(folder: Path) -> int:
    return sum(_sizes(folder))


def _sizes(folder: Path) -> Iterator[int]:
    for above, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                status = (Path(above) / name).lstat()
                yield status.st_size


def _listen(questions: Iterable[bytes], asked: "SimpleQueue[bytes]") -> None:
    for line in questions:
        asked.put(line)
    os._exit(0)  # nobody is there any more, and a download would go on


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__


def start(argument: str) -> None:
    """Be the process."""
    with suppress(OSError):
        os.nice(NICE)
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print is no answer
    main(json.loads(argument), sys.stdin.buffer, Answers(out))


if __name__ == "__main__":
    start(sys.argv[1])
