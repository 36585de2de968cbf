"""What instructions bring in with `@path`: other files of the same project, each once."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

DEPTH = 5
"""Files that may bring in one another, one behind the other."""

_FENCE = re.compile(r"^\s*(```|~~~)")
_CODE = re.compile(r"`[^`\n]*`")
_IMPORT = re.compile(r"(?<![\w@/.`])@((?:~|\.{1,2})?/?[\w.-]+(?:/[\w.-]+)*)")
_FILE = re.compile(r"\.(?:md|mdx|txt|rst|adoc|toml|json|ya?ml)$", re.IGNORECASE)


def named(text: str) -> tuple[str, ...]:
    """The paths that a text brings in, each once; nothing inside of code, and no names of people."""
    found = (match[1].rstrip(".") for line in _prose(text) for match in _IMPORT.finditer(line))
    return tuple(dict.fromkeys(path for path in found if "/" in path or _FILE.search(path)))


def _prose(text: str) -> Iterator[str]:
    """The lines outside of code blocks, without the code in them."""
    fence = ""
    for line in text.splitlines():
        mark = _FENCE.match(line)
        if mark is not None and fence in ("", mark[1]):
            fence = "" if fence else mark[1]
        elif not fence:
            yield _CODE.sub(" ", line)


def inside(name: str, folder: Path, root: Path) -> tuple[Path | None, str]:
    """The file that `name` means, seen from `folder`, or why it is not read; neither where there is none.

    A person's `@name` in prose that is no file is not worth a word; what leads out of `root` is never read.
    """
    path = folder / name
    try:
        real = path.resolve()
        if name.startswith(("/", "~")) or not real.is_relative_to(root.resolve()):
            return None, f"@{name} was not read: instructions bring in files of their own project only."
        if real.is_file():
            return path, ""
    except (OSError, RuntimeError) as error:
        return None, f"@{name} could not be read: {error}"
    missing = f"@{name} was not found in {folder}." if _FILE.search(name) else ""
    return None, missing


def expanded(
    path: Path, text: str, root: Path, read: Callable[[Path], str]
) -> tuple[list[tuple[Path, str]], list[str]]:
    """All files that a text brings in, in the order in which they are named, and what is wrong with the others.

    `read` gives a file's text. A file that brings in itself, or is brought in twice, counts once.
    """
    seen = {_real(path)}
    files: list[tuple[Path, str]] = []
    problems: list[str] = []

    def follow(start: Path, words: str, depth: int) -> None:
        for name in named(words):
            found, problem = inside(name, start.parent, root)
            problems.extend([f"{start}: {problem}"] if problem else [])
            if found is None or _real(found) in seen:
                continue
            if depth >= DEPTH:
                problems.append(f"{start}: @{name} was not read: files bring in each other {DEPTH} deep at most.")
                continue
            seen.add(_real(found))
            more = read(found)
            files.append((found, more))
            follow(found, more, depth + 1)

    follow(path, text, 0)
    return files, problems


def _real(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path
