"""Servers that others wrote, and where the tests find them: beside the interpreter, or where `make venv` puts Node's."""

import os
import shutil
import sys
from pathlib import Path

import pytest

PATH = os.pathsep.join(
    (str(Path(sys.executable).parent), str(Path(sys.prefix, "servers/node_modules/.bin")), os.environ["PATH"])
)


def needs(*programs: str) -> pytest.MarkDecorator:
    """Skips where none of these can be found, and says so."""
    found = any(shutil.which(program, path=PATH) for program in programs)
    return pytest.mark.skipif(not found, reason=f"{' or '.join(programs)} is not on the PATH")
