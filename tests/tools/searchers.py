"""The two ways to search: with ripgrep, where it is installed, and without."""

import pytest

from heartbit_tui.tools.ripgrep import find_ripgrep

RIPGREP = find_ripgrep()
with_ripgrep = pytest.mark.skipif(not RIPGREP, reason="ripgrep is not installed")
either_way = pytest.mark.parametrize(
    "ripgrep", [pytest.param(RIPGREP, id="ripgrep", marks=with_ripgrep), pytest.param("", id="without")]
)
