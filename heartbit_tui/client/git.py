"""The one door to git: it asks, and nothing that a repository names is run. Blocks: call it in a thread.

A repository is a stranger's: its own settings may name programs for watching files, for hooks, for filters of its
files, for paging, for comparing, and for fetching what is not there.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from types import MappingProxyType

_QUIET = ("--no-optional-locks", "--no-pager", "-c", "core.fsmonitor=", "-c", "core.hooksPath=/dev/null")

_ENVIRONMENT: Mapping[str, str] = MappingProxyType(
    {
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_COUNT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "",
        "SSH_ASKPASS": "",
        "GIT_PAGER": "",
        "GIT_EXTERNAL_DIFF": "",
        # What is missing of a partial clone stays missing: git 2.44 hears the first, every git the second.
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",
    }
)

_MOST_FILTERS = 500
"""Filters that are switched off one by one; a repository that names more is not asked anything."""

_NONE_SET = 1
"""What `git config` ends with where nothing fits."""

_FILTERS = (*_QUIET, "config", "--null", "--name-only", "--get-regexp", r"^filter\.")


def ask(folder: Path, *words: str, seconds: float) -> bytes | None:
    """What git answers in this folder; None without git, or where it fails or takes longer than `seconds`.

    `words` are a subcommand that reads, with its flags; paths come after `--`.
    """
    git = _found()
    if git is None:
        return None
    told = _run(git, folder, _FILTERS, {}, seconds)
    if told is None or told.returncode > _NONE_SET:
        return None
    drivers = _drivers(told.stdout)
    if len(drivers) > _MOST_FILTERS:
        return None
    done = _run(git, folder, (*_QUIET, *words), _without(drivers), seconds)
    return done.stdout if done and done.returncode == 0 else None


def _found() -> str | None:
    """Git, but never one that lies in the folder where heartbit was started."""
    places = [place for place in os.get_exec_path() if Path(place).is_absolute()]
    return shutil.which("git", path=os.pathsep.join(places))


def _run(
    git: str, folder: Path, words: tuple[str, ...], settings: Mapping[str, str], seconds: float
) -> subprocess.CompletedProcess[bytes] | None:
    try:
        return subprocess.run(
            (git, *words),
            cwd=folder,
            env={**os.environ, **_ENVIRONMENT, **settings},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            start_new_session=True,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None


def _drivers(told: bytes) -> frozenset[str]:
    """The filters that settings name: the middle of `filter.NAME.clean`, where a name may hold anything."""
    names = (name for name in os.fsdecode(told).split("\0") if name.count(".") > 1)
    return frozenset(name.partition(".")[2].rpartition(".")[0] for name in names)


def _without(drivers: frozenset[str]) -> dict[str, str]:
    """Settings that switch filters off, given by environment: there, no character of a name is syntax."""
    rows = list(chain.from_iterable(_off(name) for name in sorted(drivers)))
    given = {"GIT_CONFIG_COUNT": str(len(rows))}
    for number, (key, value) in enumerate(rows):
        given |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return given


def _off(name: str) -> Iterator[tuple[str, str]]:
    yield from ((f"filter.{name}.{act}", "") for act in ("clean", "smudge", "process"))
    yield f"filter.{name}.required", "false"
