"""What a project and its user want of every agent: AGENTS.md and its relatives, found and read."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from heartbit_tui.context.imports import expanded

NAMES = ("AGENTS.override.md", "AGENTS.md", "HEARTBIT.md", "CLAUDE.md")
"""Of these a directory gives the first that it has, unless other names are asked for."""

DAEMONS = "HEARTBIT.md"
ORDERS = "standing orders"
OTHERS = frozenset(
    {".git", "node_modules", "site-packages", "vendor", "third_party", ".venv", "venv", "dist", "target"}
)
"""Folders whose instructions are not those of this project: what others wrote, or what is made of it."""

_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*\s*$")
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

    With what each brings in by `@path`. No names, or no bytes, mean no instructions.
    """
    own = [] if config_dir is None else _of_folder(config_dir, None, names, most)
    root, directories = _project(cwd)
    project = [file for directory in directories for file in _of_folder(directory, root, names, most)]
    return join([*own, *project], most) if most > 0 else Instructions()


def nested(folder: Path, cwd: Path, *, names: Sequence[str] = NAMES, most: int = MAX_BYTES) -> list[Found]:
    """What holds for work in `folder` beside what `load` reads: the files of the folders between it and `cwd`.

    Also those between it and the project's root, where `cwd` is another folder of it. Nothing outside of the project,
    and nothing in folders of other people's code.
    """
    root, known = _project(cwd)
    if not folder.is_relative_to(root) or OTHERS.intersection(folder.relative_to(root).parts):
        return []
    chain = [each for each in (folder, *folder.parents) if each.is_relative_to(root) and each not in known]
    return [file for each in reversed(chain) for file in _of_folder(each, root, names, most)]


def _of_folder(folder: Path, root: Path | None, names: Sequence[str], most: int) -> list[Found]:
    """The first file of a folder with all that it brings in; one that has nothing for us but orders is passed over."""
    for name in names:
        path = folder / name
        if not _is_file(path):
            continue
        file = read(path, root, most=most)
        if file.text or file.problem or name != DAEMONS:
            return [file, *_brought_in(file, root or folder, most)]
    return []


def _brought_in(file: Found, root: Path, most: int) -> list[Found]:
    files, problems = expanded(file.path, file.text, root, lambda path: read(path, root, most=most).text)
    found = [Found(path=path, text=text) for path, text in files]
    return [*found, *(Found(path=file.path, problem=problem) for problem in problems)]


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
    text = data.decode("utf-8-sig", "replace")
    return Found(path=path, text=(without_orders(text) if path.name == DAEMONS else text).strip())


def without_orders(text: str) -> str:
    """A HEARTBIT.md without its section `## Standing orders`, which only the daemon follows."""
    kept: list[str] = []
    leaving, fence = False, ""
    for line in text.splitlines():
        mark = line.strip()[:3]
        fence = "" if fence and mark == fence else fence or (mark if mark in ("```", "~~~") else "")
        heading = None if fence else _HEADING.match(line)
        if heading is not None:
            level, title = len(heading[1]), heading[2].strip().lower()
            leaving = (level == 2 and title == ORDERS) or (leaving and level > 2)
        if not leaving:
            kept.append(line)
    return "\n".join(kept)


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
