"""Scorers of installed packages are found by name, get their settings, and what is none is told."""

import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from heartbit_tui import Agent, ConfigError, EvalCase, Outcome, PluginContext, Rated
from heartbit_tui.runtime.evaluating import scorers
from heartbit_tui.testing import FakeClock
from tests.library.rig import machine, settings

HERE = "tests.evals.test_plugins"


class Short:
    """Likes short answers."""

    name = "short"
    threshold = 1.0

    def __init__(self, context: PluginContext) -> None:
        self._most = context.settings["most"]

    async def rate(self, case: EvalCase, outcome: Outcome) -> Rated:
        return Rated(value=float(len(outcome.output) <= self._most))


class Nameless:
    """Is no scorer."""


@pytest.fixture
def installed(tmp_path: Path) -> Generator[None]:
    folder = tmp_path / "site" / "scorers-1.0.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: scorers\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text(f"[heartbit.scorers]\nshort = {HERE}:Short\nnameless = {HERE}:Nameless\n")
    sys.path.insert(0, str(tmp_path / "site"))
    yield
    sys.path.remove(str(tmp_path / "site"))


async def test_a_scorer_of_a_package_judges_by_its_settings(tmp_path: Path, installed: None) -> None:
    options = Agent(**machine(tmp_path)).options()
    settings(tmp_path, "[plugins.settings.short]\nmost = 3\n")
    (scorer,) = scorers(["short", "short"], options, FakeClock())
    case = EvalCase(name="x", input="y")
    found = [await scorer.rate(case, Outcome(output=text, tools=(), folder=tmp_path)) for text in ("abc", "abcd")]
    assert (scorer.name, [each.value for each in found]) == ("short", [1.0, 0.0])
    assert scorers([], options, FakeClock()) == ()


@pytest.mark.parametrize(
    ("name", "told"),
    [("nameless", "gives is no scorer: it has no name"), ("gone", "There is no scorer “gone”")],
)
def test_what_is_no_scorer_is_told(tmp_path: Path, installed: None, name: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        scorers([name], Agent(**machine(tmp_path)).options(), FakeClock())
