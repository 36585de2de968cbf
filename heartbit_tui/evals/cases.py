"""Cases from files: TOML with one case or `[[cases]]`, JSON lines with a case each, and folders of both."""

import json
import tomllib
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, cast

from heartbit_tui.config.positions import line_of
from heartbit_tui.evals.errors import CaseError
from heartbit_tui.evals.form import Faulty, Place, case_from
from heartbit_tui.evals.types import EvalCase

STARTER = Path(__file__).parent / "starter"
"""The cases that come with heartbit."""

ENDINGS = (".toml", ".jsonl")
MOST_BYTES = 16 * 1024 * 1024

NO_PLACE = "{path}: there is no such file or folder."
NO_CASES = "{path}: there are no cases. Write them as .toml or .jsonl, or begin with `heartbit eval new {path}`."
TWICE = "{path}: two cases are called “{name}”; give one of them another name."
NONE_FITS = "No case is called like {glob}. There are: {names}."


def load(path: Path) -> tuple[EvalCase, ...]:
    """The cases of a file, or of all files that lie directly in a folder, by the names of the files.

    Raises `CaseError` with file and line.
    """
    if not path.exists():
        raise CaseError(NO_PLACE.format(path=path))
    files = sorted(each for each in path.iterdir() if _is_cases(each)) if path.is_dir() else [path]
    cases = tuple(case for file in files for case in _file(file))
    if not cases:
        raise CaseError(NO_CASES.format(path=path))
    seen: set[str] = set()
    for case in cases:
        if case.name in seen:
            raise CaseError(TWICE.format(path=path, name=case.name))
        seen.add(case.name)
    return cases


def chosen(cases: Sequence[EvalCase], globs: Sequence[str]) -> tuple[EvalCase, ...]:
    """The cases whose names fit any of the patterns, all where there is none. Raises `CaseError` where none fits."""
    if not globs:
        return tuple(cases)
    found = tuple(case for case in cases if any(fnmatchcase(case.name, glob) for glob in globs))
    if not found:
        names = ", ".join(case.name for case in cases)
        raise CaseError(NONE_FITS.format(glob=" or ".join(globs), names=names))
    return found


def starter() -> tuple[EvalCase, ...]:
    """The small coding tasks that come with heartbit."""
    return load(STARTER)


def _is_cases(path: Path) -> bool:
    return path.suffix in ENDINGS and path.is_file() and not path.name.startswith(".")


def _file(file: Path) -> tuple[EvalCase, ...]:
    if file.suffix not in ENDINGS:
        raise CaseError(f"{file}: cases are written as .toml or .jsonl.")
    try:
        if file.stat().st_size > MOST_BYTES:
            raise CaseError(f"{file}: more than {MOST_BYTES} bytes are no file of cases.")
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CaseError(f"{file}: this is not UTF-8 text.") from error
    except OSError as error:
        raise CaseError(f"{file}: cannot be read: {error.strerror}.") from error
    found = _toml(text, file) if file.suffix == ".toml" else _lines(text, file)
    return tuple(found)


def _toml(text: str, file: Path) -> Iterator[EvalCase]:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CaseError(f"{file}: this is not valid TOML: {error}.") from error
    if "cases" not in table:
        yield _case(table, file, file.stem, lambda place: line_of(text, place))
        return
    listed = table.pop("cases")
    if table:
        other = next(iter(table))
        raise CaseError(
            f"{file}:{line_of(text, (other,))}: beside [[cases]] nothing can stand, and there is `{other}`."
        )
    if not isinstance(listed, list):
        raise CaseError(f"{file}:{line_of(text, ('cases',))}: `cases` has to be an array of tables: write [[cases]].")
    for index, value in enumerate(cast("list[Any]", listed)):

        def line(place: Place, index: int = index) -> int:
            return line_of(text, ("cases", index, *place))

        yield _case(value, file, f"{file.stem}-{index + 1}", line)


def _lines(text: str, file: Path) -> Iterator[EvalCase]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except ValueError as error:
            raise CaseError(f"{file}:{number}: this is not valid JSON: {error}.") from error
        yield _case(value, file, f"{file.stem}-{number}", lambda _, number=number: number)


def _case(value: object, file: Path, name: str, line: Callable[[Place], int]) -> EvalCase:
    try:
        return case_from(value, name=name, beside=file.parent)
    except Faulty as problem:
        fault = problem.fault
        where = f"{file}:{line(fault.place) or 1}"
        key = ".".join(map(str, fault.place))
        told = fault.text if not key or f"`{fault.place[-1]}`" in fault.text else f"{key}: {fault.text}"
        raise CaseError(f"{where}: {told}.") from None
