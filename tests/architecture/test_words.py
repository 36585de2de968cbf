"""Names say what things are, work is finished, tests wait for nothing, and no machine is named."""

import pytest

from tests.architecture.source import found, module, modules_under, package_modules, tracked_texts
from tests.architecture.words import (
    EMPTY_NAMES,
    FOREIGN_PLACES,
    empty_names,
    foreign_places,
    patches,
    sleeps,
    unexplained_catches,
    unfinished,
)

TESTS = modules_under("tests")
EVERYWHERE = (*package_modules(), *TESTS, *modules_under("benchmarks"))


def test_module_names_say_something() -> None:
    assert found(empty_names, EVERYWHERE) == []


def test_every_broad_catch_says_why() -> None:
    assert found(unexplained_catches, EVERYWHERE) == []


def test_no_test_sleeps() -> None:
    assert found(sleeps, TESTS) == []


def test_no_test_patches() -> None:
    assert found(patches, TESTS) == []


def test_no_work_is_left_over() -> None:
    assert [mark for path, text in tracked_texts().items() for mark in unfinished(path, text)] == []


def test_no_file_names_a_registry_or_a_folder_of_one_machine() -> None:
    assert [place for path, text in tracked_texts().items() for place in foreign_places(path, text)] == []


@pytest.mark.parametrize("name", sorted(EMPTY_NAMES))
def test_an_empty_name_is_found(name: str) -> None:
    assert len(list(empty_names(module(f"heartbit_tui/{name}/a.py", "")))) == 1
    assert len(list(empty_names(module(f"heartbit_tui/{name}.py", "")))) == 1


@pytest.mark.parametrize("place", FOREIGN_PLACES)
def test_a_foreign_place_is_found(place: str) -> None:
    assert list(foreign_places("a.md", f"one\nsee {place}/x")) == [f"a.md:2: names {place}"]


@pytest.mark.parametrize("mark", ["TO" + "DO", "FIX" + "ME"])
def test_a_mark_of_unfinished_work_is_found(mark: str) -> None:
    assert list(unfinished("a.py", f"a = 1\nb = 2  # {mark}: more")) == [f"a.py:2: {mark}"]
    assert list(unfinished("a.md", f"{mark} later")) == [f"a.md:1: {mark}"]
    assert list(unfinished("a.py", f'query = "{mark}"')) == []


def test_the_name_of_the_file_with_what_is_to_be_done_is_no_such_mark() -> None:
    assert list(unfinished("a.md", "kept in TO" + "DO.json, and")) == []


@pytest.mark.parametrize(
    "handler",
    [
        "except Exception:",
        "except BaseException as error:  # noqa: BLE001",
        "except:",
        "except (OSError, Exception):  # sorry",
    ],
)
def test_a_broad_catch_without_a_reason_is_found(handler: str) -> None:
    assert len(list(unexplained_catches(module("a.py", f"try:\n    f()\n{handler}\n    pass")))) == 1


@pytest.mark.parametrize(
    "handler",
    [
        "except Exception:  # noqa: BLE001 - a tool may raise anything; the model is told",
        "except Exception:\n    # A tool may raise anything.",
        "except OSError:",
        "except BaseException:\n    clean_up()\n    raise\nelse:",
    ],
)
def test_a_catch_that_is_narrow_or_explained_passes(handler: str) -> None:
    assert list(unexplained_catches(module("a.py", f"try:\n    f()\n{handler}\n    pass"))) == []


@pytest.mark.parametrize(
    "text",
    [
        "time.sleep(0.1)",
        "await asyncio.sleep(0.1)",
        "await asyncio.sleep(delay)",
        "from time import sleep",
        "time.sleep(0)",
    ],
)
def test_a_sleep_is_found(text: str) -> None:
    assert len(list(sleeps(module("tests/test_a.py", f"async def f():\n    {text}")))) == 1


@pytest.mark.parametrize("text", ["await asyncio.sleep(0)", "await clock.sleep(3)", 'bash("sleep 30")'])
def test_what_waits_for_no_real_time_is_no_sleep(text: str) -> None:
    assert list(sleeps(module("tests/test_a.py", f"async def f():\n    {text}"))) == []


@pytest.mark.parametrize(
    "text",
    [
        "def test_a(monkeypatch): ...",
        "def test_a(mocker): ...",
        "import unittest.mock",
        "from unittest import mock",
        "from unittest.mock import patch",
        "pytest.MonkeyPatch()",
    ],
)
def test_a_patch_is_found(text: str) -> None:
    assert len(list(patches(module("tests/test_a.py", text)))) == 1
