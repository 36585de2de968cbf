"""Every figure is there before anything has happened, and each is fed by what it is about."""

import asyncio
import re
from pathlib import Path

from heartbit_tui.daemon.metrics import COUNTERS, HISTOGRAMS, TYPE
from tests.daemon.ground import Ground, Heard, calls, daemon, done, says
from tests.daemon.http import OPERATOR, SETTINGS, ended, served, submitted

HELLO = says("hello", times=0, usage={"input_tokens": 7, "output_tokens": 2}, cost_usd=0.25)


def samples(text: str) -> dict[str, float]:
    """Each sample by its name with labels, those of buckets left out."""
    rows = (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#") and "_bucket" not in line)
    return {name: float(value) for name, value in rows if "_created" not in name}


async def test_all_names_are_told_before_there_are_samples(tmp_path: Path) -> None:
    ground = Ground(tmp_path)
    ground.prepare([HELLO], SETTINGS)
    async with served(ground) as found, found.caller() as caller:
        answer = await caller.get("/metrics")
        assert answer.headers["content-type"] == TYPE
        told = set(re.findall(r"# TYPE (\S+)", answer.text))
        wanted = {f"heartbit_{name}_total" for name in COUNTERS} | {f"heartbit_{name}" for name in HISTOGRAMS}
        assert wanted | {"heartbit_daemon_tasks_active"} <= told


async def test_a_task_feeds_its_figures_and_those_of_its_agent(tmp_path: Path) -> None:
    ground = Ground(tmp_path)
    ground.prepare([calls("glob", {"pattern": "*"}, when="look"), HELLO], SETTINGS)
    async with served(ground) as found, found.caller() as caller:
        before = samples((await caller.get("/metrics")).text)
        assert (await ended(caller, await submitted(caller, "look")))["state"] == "completed"
        after = before
        async with asyncio.timeout(40):  # it is counted just after its events have ended
            while after["heartbit_daemon_tasks_completed_total"] == 0:
                after = samples((await caller.get("/metrics")).text)
        grown = {name: after[name] - before.get(name, 0.0) for name in after if after[name] != before.get(name, 0.0)}
        expected = {
            "heartbit_daemon_tasks_submitted_total": 1,
            "heartbit_daemon_tasks_completed_total": 1,
            'heartbit_daemon_tasks_by_source_total{source="api"}': 1,
            "heartbit_daemon_task_duration_seconds_count": 1,
            'heartbit_llm_calls_total{agent="heartbit"}': 2,
            'heartbit_llm_cost_usd_total{agent="heartbit"}': 0.25,
            'heartbit_tool_calls_total{agent="heartbit",tool_name="glob"}': 1,
            'heartbit_tool_duration_seconds_count{agent="heartbit",tool_name="glob"}': 1,
            'heartbit_agent_turns_total{agent="heartbit"}': 2,
            'heartbit_agent_runs_completed_total{agent="heartbit"}': 1,
            'heartbit_http_requests_total{method="POST",path="/tasks",status="201"}': 1,
        }
        assert {name: grown.get(name) for name in expected} == expected
        assert after["heartbit_daemon_tasks_active"] == 0
        unknown = await caller.get("/made/up/path")
        assert unknown.status_code == 404
        assert "made" not in (await caller.get("/metrics")).text


async def test_the_figures_of_all_are_for_admins_unless_the_settings_say_otherwise(tmp_path: Path) -> None:
    ground = Ground(tmp_path)
    for settings, status in ((SETTINGS, (401, 403)), (f"{SETTINGS}\n[daemon.metrics]\npublic = true\n", (200, 200))):
        ground.prepare([HELLO], settings)
        async with served(ground) as found, found.caller("") as nobody, found.caller(OPERATOR) as operator:
            answers = [await each.get("/metrics") for each in (nobody, operator)]
            assert tuple(each.status_code for each in answers) == status
    ground.prepare([HELLO], f"{SETTINGS}\n[daemon.metrics]\nenabled = false\n")
    async with served(ground) as found, found.caller() as caller:
        assert (await caller.get("/metrics")).status_code == 404


async def test_the_pulse_is_counted_by_whether_it_had_something_to_say(tmp_path: Path) -> None:
    ground, heard = Ground(tmp_path), Heard()
    ground.prepare([says("HEARTBIT_OK", when="quiet hour", times=0), says("I mended it", when="mend")])
    async with daemon(ground, heard) as found:
        for task in ("a quiet hour", "mend it"):
            outcome = await done(found, task, source="heartbit", silent="HEARTBIT_OK")
            await heard.until(outcome.id, "completed")
        told = samples(found.figures.text().decode())
        names = ("runs", "ok", "action")
        assert [told[f"heartbit_pulse_{name}_total"] for name in names] == [2, 1, 1]
