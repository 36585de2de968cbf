"""The small repository that the demonstration mends, copied anew each time."""

import shutil
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

SAMPLE = Path(__file__).parent / "sample"
SUFFIX = ".txt"
"""The files of the sample end in this, so that nothing takes them for code of heartbit."""

NAME = "pulse"
TEST = "-B -m unittest"
"""How the tests of the sample are run; `-B` because an edit within the same second could meet old byte code."""


def copy_to(directory: Path) -> Path:
    """Write the sample into `directory`, which is made where it is missing; gives the directory back."""
    directory.mkdir(parents=True, exist_ok=True)
    for file in sorted(SAMPLE.glob(f"*{SUFFIX}")):
        shutil.copyfile(file, directory / file.name.removesuffix(SUFFIX))
    return directory


@contextmanager
def throw_away() -> Generator[Path]:
    """A copy of the sample in the system's folder for temporary files; it is gone when the block ends."""
    with tempfile.TemporaryDirectory(prefix="heartbit-demo-", ignore_cleanup_errors=True) as parent:
        yield copy_to(Path(parent).resolve() / NAME)


def command(search_path: str | None = None) -> str:
    """The command line that runs the tests of the sample, with a Python that is on `search_path`, else this one."""
    found = next((name for name in ("python3", "python") if shutil.which(name, path=search_path)), "")
    return f"{found or _quoted(sys.executable)} {TEST}"


def _quoted(path: str) -> str:
    return f"'{path}'" if " " in path else path
