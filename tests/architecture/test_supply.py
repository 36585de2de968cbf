"""What is installed is pinned by hash, comes from nowhere in particular, and runs no code of ours while it does."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import heartbit_tui
from tests.architecture.source import ROOT

PROJECT: Mapping[str, Any] = MappingProxyType(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8")))
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-model.lock")
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)(.*?)(?=^\S|\Z)", re.MULTILINE | re.DOTALL)


def pins(lock: str) -> dict[str, set[Version]]:
    """The pinned versions of each package; there are two where Pythons differ."""
    pinned: dict[str, set[Version]] = {}
    for name, version, _ in PIN.findall(lock):
        pinned.setdefault(canonicalize_name(name), set()).add(Version(version))
    return pinned


def unhashed(lock: str) -> Iterator[str]:
    return (f"{name}=={version}" for name, version, rest in PIN.findall(lock) if "--hash=sha256:" not in rest)


def unmet(wanted: list[str], lock: str) -> list[str]:
    """The requirements that no pin of the lock meets."""
    pinned = pins(lock)
    return [
        text
        for text in wanted
        if not any(
            requirement.specifier.contains(version)
            for requirement in (Requirement(text),)
            for version in pinned.get(canonicalize_name(requirement.name), ())
        )
    ]


def lock_text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize("name", LOCKS)
def test_each_pin_has_a_hash(name: str) -> None:
    assert list(unhashed(lock_text(name))) == []


@pytest.mark.parametrize("name", LOCKS)
def test_no_lock_names_a_host(name: str) -> None:
    assert "://" not in lock_text(name)
    assert not [line for line in lock_text(name).splitlines() if line.startswith("-")]


def test_the_locks_meet_what_the_project_asks_for() -> None:
    project, groups = PROJECT["project"], PROJECT["dependency-groups"]
    core = [*project["dependencies"], *groups["build"]]
    assert unmet(core, lock_text("requirements.lock")) == []
    assert unmet([*core, *project["optional-dependencies"]["dev"]], lock_text("requirements-dev.lock")) == []
    assert unmet(groups["model"], lock_text("requirements-model.lock")) == []


def test_the_locks_agree_with_each_other() -> None:
    run, develop = pins(lock_text("requirements.lock")), pins(lock_text("requirements-dev.lock"))
    assert {name: develop.get(name) for name in run} == run


def test_installing_runs_no_code_of_ours() -> None:
    hatch = PROJECT["tool"]["hatch"]
    assert "hooks" not in hatch.get("build", {})
    assert "metadata" not in hatch
    assert not (ROOT / "setup.py").exists()


def test_the_version_is_told_once_the_same() -> None:
    assert heartbit_tui.__version__ == PROJECT["project"]["version"]


def test_a_pin_without_a_hash_and_an_unmet_requirement_are_found() -> None:
    lock = "a==1.0 ; python_version < '3.12' \\\n    --hash=sha256:00\nb-c==2.0\n"
    assert list(unhashed(lock)) == ["b-c==2.0"]
    assert unmet(["a>=1", "b_c>=3", "d"], lock) == ["b_c>=3", "d"]
