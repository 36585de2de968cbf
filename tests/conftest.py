"""What holds for the whole test session: a machine state of its own, and a count of what was skipped and why."""

import gc
import os
import shutil
import signal
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import settings

from tests import longest
from tests.hanging import Hanging
from tests.headless.machine import Machine
from tests.samples import samples
from tests.without import SANDBOX

OWN_STATE = pytest.StashKey[Path]()
FOREIGN_PREFIXES = ("ANTHROPIC_", "OPENAI_", "OPENROUTER_", "HEARTBIT_", "OLLAMA_", "XDG_")
SELDOM = (10_000, 10, 10)
"""Thresholds for garbage with which tests of the screen take a third less time; what is left for later is bounded."""
FOREIGN_NAMES = ("FORCE_COLOR", "NO_COLOR", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE")


def pytest_configure(config: pytest.Config) -> None:
    """No test reads or writes the person's keys, settings, sessions or git identity."""
    gc.disable()  # what is imported and collected is no garbage; looking for some in it takes an eighth of that time
    for kind in (signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(kind) is signal.SIG_IGN:  # as nohup and a shell's & leave it, also to what a test starts
            signal.signal(kind, signal.SIG_DFL)
    config.pluginmanager.register(Hanging())
    config.pluginmanager.register(longest)
    home = Path(tempfile.mkdtemp(prefix="heartbit-tests-"))
    config.stash[OWN_STATE] = home
    for name in list(os.environ):
        if name.startswith(FOREIGN_PREFIXES) or name in FOREIGN_NAMES:
            del os.environ[name]
    os.environ.update(own_environment(home))
    examples = samples(100, 40)
    settings.register_profile("steady", deadline=None, max_examples=examples, derandomize=True, database=None)
    settings.register_profile("searching", deadline=None, max_examples=examples)
    settings.load_profile("steady" if os.environ.get("CI") else "searching")


def pytest_collection_finish() -> None:
    """What was collected stays for good: each time that garbage is looked for in it, too, takes five seconds."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)
    gc.enable()


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(config.stash[OWN_STATE], ignore_errors=True)


def own_environment(home: Path) -> dict[str, str]:
    """The variables that lead every test, and every process that a test starts, to empty folders."""
    folders = {f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("CONFIG", "DATA", "STATE", "CACHE")}
    person = {"NAME": "Test", "EMAIL": "test@example.invalid"}
    identity = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in person.items()}
    return {
        **folders,
        **identity,
        **SANDBOX,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "HF_HUB_OFFLINE": "1",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine of its own for a whole heartbit, with nothing on it."""
    return Machine(root=tmp_path).made()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Each reason for a skip stands once, with its count."""
    skipped: list[pytest.TestReport] = terminalreporter.stats.get("skipped", [])
    if not skipped:
        return
    terminalreporter.section(f"skipped {len(skipped)}")
    for reason, count in skip_reasons(skipped).most_common():
        terminalreporter.write_line(f"{count:4} x {reason}")


def skip_reasons(reports: Iterable[pytest.TestReport]) -> Counter[str]:
    return Counter(reason_of(report) for report in reports)


def reason_of(report: pytest.TestReport) -> str:
    """What the skip said; pytest keeps it as (file, line, reason)."""
    told = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return told.removeprefix("Skipped: ")
