"""The names that the package offers to programs."""

import subprocess
import sys

import pytest

import heartbit_tui
from heartbit_tui.client.local import local
from heartbit_tui.runtime.options import Options


def test_every_public_name_is_there() -> None:
    assert [name for name in heartbit_tui.__all__ if not hasattr(heartbit_tui, name)] == []
    assert (heartbit_tui.local, heartbit_tui.Options) == (local, Options)


def test_a_name_that_is_not_there_is_missed_as_usual() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        heartbit_tui.Nothing  # noqa: B018 - asking is the test


def test_importing_the_package_loads_nothing_else() -> None:
    code = "import sys; before = set(sys.modules); import heartbit_tui; print(sorted(set(sys.modules) - before))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "['heartbit_tui']"
