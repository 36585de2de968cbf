"""The document says what there is, and what there is keeps to it, whatever is sent."""

import asyncio
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from heartbit_tui.daemon.http.app import routed
from heartbit_tui.daemon.http.openapi import BODIES, document
from heartbit_tui.daemon.http.operations import SCHEMAS
from tests.daemon.ground import Ground, daemon, says
from tests.daemon.http import SETTINGS, TOKEN, served, submitted


def ready(folder: Path, settings: str = "") -> Ground:
    ground = Ground(folder)
    ground.prepare([says("hello", times=0)], SETTINGS + settings)
    return ground


async def test_no_route_is_missing_and_none_is_made_up(tmp_path: Path) -> None:
    async with daemon(ready(tmp_path)) as found:
        routes = {
            (method, getattr(route, "path", ""))
            for route in routed(found).routes
            for method in (getattr(route, "methods", None) or ())
            if method != "HEAD"
        }
    told = {(method.upper(), path) for path, methods in document(spoken=True)["paths"].items() for method in methods}
    assert told == routes


def test_no_two_bodies_share_a_name() -> None:
    assert len({kind.__name__ for kind in BODIES} | set(SCHEMAS)) == len(BODIES) + len(SCHEMAS)


async def test_the_document_is_for_those_with_a_token_and_its_schemas_are_schemas(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon, daemon.caller() as caller, daemon.caller("") as nobody:
        assert (await nobody.get("/openapi.json")).status_code == 401
        found = (await caller.get("/openapi.json")).json()
    assert (found["openapi"], found["security"]) == ("3.1.0", [{"bearer": []}])
    for schema in found["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


async def test_the_card_names_the_agents_and_the_address_under_which_it_was_asked_for(tmp_path: Path) -> None:
    agent = '\n[[agents]]\nname = "reviewer"\ndescription = "Looks for faults."\nsystem_prompt = "a private text"\n'
    async with served(ready(tmp_path, agent)) as daemon, daemon.caller("") as nobody:
        cards = [await nobody.get(f"/.well-known/{name}") for name in ("agent.json", "agent-card.json")]
        assert [each.status_code for each in cards] == [200, 200]
        assert cards[0].json() == cards[1].json()
        assert cards[0].json()["url"] == f"{daemon.url}/a2a/rpc"
        assert [each["name"] for each in cards[0].json()["skills"]] == ["reviewer", "heartbit"]
        assert "private" not in cards[0].text
        assert TOKEN not in cards[0].text
        behind = {"x-forwarded-proto": "https", "host": "localhost"}
        proxied = (await nobody.get("/.well-known/agent.json", headers=behind)).json()
        assert (proxied["url"], proxied["supportedInterfaces"][0]["url"]) == ("https://localhost/a2a/rpc",) * 2


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    "which",
    [
        ("--exclude-path-regex", "^/a2a"),
        # A2A answers 400 to what cannot be done with a task as it stands, such as to cancel one that has ended.
        ("--include-path-regex", "^/a2a", "--exclude-checks", "positive_data_acceptance", "--workers", "1"),
    ],
)
async def test_whatever_is_sent_is_answered_as_the_document_says(tmp_path: Path, which: tuple[str, ...]) -> None:
    one = "\n[daemon.metrics]\npublic = false\n"
    async with served(ready(tmp_path, one)) as daemon, daemon.caller() as caller:
        await submitted(caller, "say hello")
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "schemathesis.cli", "run", f"{daemon.url}/openapi.json"),
            *("-H", f"Authorization: Bearer {TOKEN}", "--checks", "all", "--phases", "coverage,fuzzing"),
            *("--max-examples", "2", "--workers", "2", "--seed", "1", "--request-timeout", "10", "--no-color"),
            *which,
            *("--exclude-path", "/sessions/{id}/events"),  # it does not end as long as the session is open
            *("--exclude-path", "/a2a/rpc"),  # what is wrong is told with 200 there: tests/daemon/a2a has that
            *("--exclude-path", "/sessions/{id}/ops"),  # what fields each op has is not told there: tests/wire has that
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=tmp_path,
        )
        told, _ = await process.communicate()
        assert process.returncode == 0, told.decode()[-8_000:]
        assert (await caller.get("/healthz")).status_code == 200
