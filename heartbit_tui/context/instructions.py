"""What a project and its user want of every agent: AGENTS.md and its relatives, found and read."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from heartbit_tui.kernel.dataclass import dataclass

NAMES = ("AGENTS.override.md", "AGENTS.md", "HEARTBIT.md", "CLAUDE.md")
"""Of these a directory gives the first that it has, unless other names are asked for."""

MAX_BYTES = 32 * 1024
SEPARATOR = "\n\n---\n\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One file of instructions; `problem` says why it could not be read, else it is empty."""

    path: Path
    text: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instructions:
    """The text for the system prompt, the files it came from, and sentences about what is missing from it."""

    text: str = ""
    files: tuple[Path, ...] = ()
    warnings: tuple[str, ...] = ()


def load(cwd: Path, config_dir: Path | None, *, names: Sequence[str] = NAMES, most: int = MAX_BYTES) -> Instructions:
    """Read the user's file and those from the repository's root down to `cwd`, at most `most` bytes in all.

    No names, or no bytes, mean no instructions.
    """
    own = [] if config_dir is None else [read(path, most=most) for path in _first(config_dir, names)]
    root, directories = _project(cwd)
    project = [read(path, root, most=most) for directory in directories for path in _first(directory, names)]
    return join([*own, *project], most) if most > 0 else Instructions()


def discover(cwd: Path, config_dir: Path | None, names: Sequence[str] = NAMES) -> Iterator[Path]:
    """The files that hold, from the most general to the nearest: the user's, then root to `cwd`.

    Without a `.git` above it only `cwd` itself counts: a stray file in a parent is nobody's project.
    """
    if config_dir is not None:
        yield from _first(config_dir, names)
    for directory in _project(cwd)[1]:
        yield from _first(directory, names)


def read(path: Path, root: Path | None = None, *, most: int = MAX_BYTES) -> Found:
    """One file, or why it cannot be read; the others still count.

    With a `root` the file must lie in it: a link in somebody's repository may not show the model a file from
    elsewhere, such as a key.
    """
    try:
        if root is not None and not path.resolve().is_relative_to(root.resolve()):
            return Found(path=path, problem=f"{path} was not read: it is a link that leads out of the project.")
        with path.open("rb") as file:
            data = file.read(most + 1)
    except (OSError, RuntimeError) as error:
        return Found(path=path, problem=f"{path} could not be read: {getattr(error, 'strerror', '') or error}")
    return Found(path=path, text=data.decode("utf-8-sig", "replace").strip())


def join(found: Sequence[Found], most: int = MAX_BYTES) -> Instructions:
    """The texts in order without empty ones and repetitions; what does not fit is cut, and said."""
    texts: list[str] = []
    files: list[Path] = []
    warnings = [file.problem for file in found if file.problem]
    left = most
    for file in found:
        if not file.text or file.text in texts:
            continue
        data = file.text.encode()
        if len(data) > left:
            warnings.append(f"{file.path} was cut: instructions may have {most:,} bytes in all.")
        if left > 0:
            texts.append(data[:left].decode("utf-8", "ignore"))
            files.append(file.path)
        left -= min(left, len(data))
    return Instructions(text=SEPARATOR.join(texts), files=tuple(files), warnings=tuple(warnings))


def _project(cwd: Path) -> tuple[Path, list[Path]]:
    """The repository's root and the directories from there down to `cwd`."""
    chain = [cwd, *cwd.parents]
    depth = next((i for i, directory in enumerate(chain) if _exists(directory / ".git")), 0)
    return chain[depth], chain[depth::-1]


def _first(directory: Path, names: Sequence[str]) -> Iterator[Path]:
    for name in names:
        path = directory / name
        if _is_file(path):
            yield path
            return


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _is_file(path: Path) -> bool:
    """Whether there is a file, as far as one may look; a link that leads in circles or nowhere is none."""
    try:
        return path.is_file()
    except OSError:
        return False
