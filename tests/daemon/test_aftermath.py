"""Who is told what came of a task, in which words, and what later tasks of the same tenant know of it."""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from heartbit_tui.daemon.notifying import (
    SIGNATURE,
    STAMP,
    Notifying,
    Terms,
    Webhook,
    desktop,
    run,
    signature,
)
from heartbit_tui.daemon.outcomes import cut, notice_of
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.events import UserMessage
from heartbit_tui.kernel.messages import Text, Usage
from heartbit_tui.runtime.guarded_transport import Guarded
from heartbit_tui.runtime.institutional import is_trusted
from heartbit_tui.schedules.beats import Heartbeat, Said
from heartbit_tui.schedules.windows import Window
from heartbit_tui.tasks import Request, State, Task
from heartbit_tui.testing.clock import EPOCH, FakeClock
from tests.daemon.ground import Ground, Heard, daemon, says

STATES: tuple[State, ...] = ("completed", "failed", "interrupted")
URL = "https://hooks.example/in"


def ended(state: State = "completed", *, source: str = "cron:tidy", **more: Any) -> Task:
    told: dict[str, Any] = {"result": "It is tidy."} if state == "completed" else {"error": "It is not."}
    return Task(
        id="1",
        request=Request(task="tidy up", source=source, silent="OK"),
        state=state,
        created=EPOCH,
        started=EPOCH,
        ended=EPOCH + timedelta(seconds=3.2),
        usage=Usage(input_tokens=1_200, output_tokens=34),
        **{**told, **more},
    )


def test_a_notice_is_worded_as_the_seeds_and_cut_at_a_character() -> None:
    assert notice_of(ended(cost_usd=0.0042)).text == "✅ **cron:tidy** (3.2s · 1,234 tok) · $0.0042\n\nIt is tidy."
    assert notice_of(ended()).text == "✅ **cron:tidy** (3.2s · 1,234 tok)\n\nIt is tidy."
    assert notice_of(ended("failed")).text == "❌ **cron:tidy** (3.2s)\n\nError: It is not."
    assert notice_of(ended("cancelled")).text == "⚠️ **cron:tidy** cancelled"
    assert cut("é" * 300) == "é" * 250
    assert cut("a" + "é" * 300) == "a" + "é" * 249


class Service:
    """An address that answers as a test says, and what it was sent."""

    def __init__(self, *answers: int) -> None:
        self.answers = list(answers)
        self.got: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.got.append(request)
        return httpx.Response(self.answers.pop(0) if self.answers else 200)


@asynccontextmanager
async def notifying(
    terms: Terms, clock: FakeClock, service: Service | None = None, environment: Mapping[str, str] | None = None
) -> AsyncGenerator[Notifying]:
    client = httpx.AsyncClient(transport=httpx.MockTransport(service or Service()))
    async with Notifying(terms, clock, environment or {"PATH": "/usr/bin:/bin"}, client) as found:
        yield found


async def test_an_address_gets_each_notice_signed_with_its_time_and_again_where_there_is_trouble() -> None:
    clock, service = FakeClock(auto=True), Service(503, 429, 200)
    async with notifying(Terms(states=STATES, webhook=Webhook(url=URL, secret="s3")), clock, service) as found:
        found.task(ended())
        await found.sent()
    assert clock.slept == [2.0, 4.0]
    assert [each.headers[STAMP] for each in service.got] == [str(int(EPOCH.timestamp()) + late) for late in (0, 2, 6)]
    for each in service.got:
        assert each.headers[SIGNATURE] == signature("s3", each.headers[STAMP], each.content)
    told = json.loads(service.got[0].content)
    assert (told["id"], told["state"], told["tokens"], told["duration_secs"]) == ("1", "completed", 1_234, 3.2)


async def test_an_address_is_told_of_a_meditation_too_and_of_no_beat_twice() -> None:
    clock, service = FakeClock(auto=True), Service()
    file = Path("/w/HEARTBEAT-night.md")
    night = Heartbeat(key=str(file), file=file, workspace=Path("/w"), every=3_600, kind="meditate")
    said = Said(heartbeat=night, at=EPOCH, text="1 memory was merged.")
    terms = Terms(states=STATES, webhook=Webhook(url=URL), quiet=Window(0, 60, UTC))
    async with notifying(terms, clock, service) as found:
        await found.beat(said)  # in the quiet hour of this address
        await clock.advance(7_200)
        await found.beat(said)
        await found.beat(replace(said, task="told as a task"))
        await found.beat(replace(said, ok=False, text="It broke off."))
        await found.sent()
    told = [json.loads(each.content) for each in service.got]
    assert [(each["source"], each["state"], each["result_summary"], each["error"]) for each in told] == [
        ("heartbeat:w/HEARTBEAT-night.md", "completed", "1 memory was merged.", None),
        ("heartbeat:w/HEARTBEAT-night.md", "failed", None, "It broke off."),
    ]
    assert told[0]["text"] == "✅ **heartbeat:w/HEARTBEAT-night.md**\n\n1 memory was merged."


async def test_what_an_address_refuses_is_not_sent_again() -> None:
    clock, service = FakeClock(auto=True), Service(404)
    async with notifying(Terms(states=STATES, webhook=Webhook(url=URL)), clock, service) as found:
        found.task(ended())
        await found.sent()
    assert [SIGNATURE in each.headers for each in service.got] == [False]


@pytest.mark.parametrize(
    ("task", "quiet"),
    [
        (ended(result="OK"), None),
        (ended("cancelled"), None),
        (ended("running"), None),
        (ended(), (22 * 60, 6 * 60)),
    ],
)
async def test_nothing_is_sent_of_what_is_silent_not_wanted_or_in_quiet_hours(
    task: Task, quiet: tuple[int, int] | None
) -> None:
    zone = EPOCH.tzinfo
    assert zone is not None
    window = Window(*quiet, zone) if quiet else None
    terms, service = Terms(states=STATES, webhook=Webhook(url=URL), quiet=window), Service()
    async with notifying(terms, FakeClock(), service) as found:
        found.task(task)
        await found.sent()
    assert service.got == []


async def test_an_address_of_this_machine_is_not_contacted_unless_the_settings_say_so() -> None:
    clock = FakeClock(auto=True)
    terms = Terms(states=STATES, webhook=Webhook(url="http://127.0.0.1:9/in", tries=1))
    client = httpx.AsyncClient(transport=Guarded({}, private=False))
    with pytest.raises(httpx.ConnectError, match=r"127\.0\.0\.1"):
        await client.post("http://127.0.0.1:9/in")
    async with Notifying(terms, clock, {}, client) as found:
        found.task(ended())
        await found.sent()


async def test_a_program_gets_the_outcome_on_its_input_and_no_shell_reads_its_words(tmp_path: Path) -> None:
    got = tmp_path / "got.json"
    script = "import sys; open(sys.argv[1], 'wb').write(sys.stdin.buffer.read())"
    terms = Terms(states=STATES, command=(sys.executable, "-c", script, str(got), "$(touch x)"))
    async with notifying(terms, FakeClock()) as found:
        found.task(ended("failed"))
        await found.sent()
    told = json.loads(got.read_text("utf-8"))
    assert (told["state"], told["error"], told["text"][0]) == ("failed", "It is not.", "❌")


async def test_a_program_that_does_not_end_is_ended_with_all_that_it_began(tmp_path: Path) -> None:
    async with asyncio.timeout(20):
        await run(("/bin/sh", "-c", "sleep 3600 & sleep 3600"), b"", {"PATH": "/usr/bin:/bin"}, 0.2)
        await run((str(tmp_path / "missing"),), b"", {}, 1.0)


def test_a_desktop_is_told_where_it_has_a_program_for_it() -> None:
    assert desktop({}, lambda name, path: "/bin/n" if name == "notify-send" else None)[0] == "/bin/n"
    assert desktop({}, lambda name, path: "/bin/o" if name == "osascript" else None)[0] == "/bin/o"
    assert desktop({}, lambda name, path: None) == ()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ('webhook = { url = "https://x.example", secret_env = "NOT_SET" }', "NOT_SET"),
        ('webhook = { url = "hooks.example.org/secret" }', "notify.webhook.url is no address"),
        ('webhook = { url = "https://hooks.example.org/\\u0007" }', "notify.webhook.url is no address"),
        ('quiet_hours = { start = "22:00" }', "both a start and an end"),
        ('quiet_hours = { start = "22:00", end = "6" }', "no time of day"),
    ],
)
async def test_what_is_wrong_about_notices_keeps_the_daemon_from_starting(
    tmp_path: Path, settings: str, words: str
) -> None:
    ground = Ground(tmp_path)
    ground.prepare([], f"[daemon.notify]\n{settings}\n")
    with pytest.raises(ConfigError, match=words):
        async with daemon(ground):
            pass


SHARED = "[daemon.institutional_memory]\nenabled = true\n"


async def told_to(ground: Ground, *requests: Request) -> list[list[str]]:
    """The texts that each of these tasks began with, done one after the other."""
    found_texts: list[list[str]] = []
    heard = Heard()
    async with daemon(ground, heard) as found:
        for request in requests:
            task_id = await found.service.submit(request)
            # It is told of the end once all that becomes of the task is kept.
            task = await heard.until(task_id, (await found.service.outcome(task_id)).state)
            log = (await found.store.load(task.session, only=(UserMessage,))).envelopes
            first = next(
                each.event for each in log if isinstance(each.event, UserMessage) and each.event.origin == "prompt"
            )
            found_texts.append([part.text for part in first.message.content if isinstance(part, Text)])
    return found_texts


async def test_a_result_is_known_to_later_tasks_of_its_tenant_alone_as_data_with_where_it_is_from(
    tmp_path: Path,
) -> None:
    ground = Ground(tmp_path)
    ground.prepare([says("The boiler valve is in the cellar.", times=0)], SHARED)
    ask = Request(task="where is the boiler valve", tenant_id="acme", user_id="anna")
    first, same, other = await told_to(ground, ask, replace(ask, user_id="ben"), replace(ask, tenant_id="other"))
    assert (len(first), len(other)) == (1, 1)
    words, known = same
    assert words == "where is the boiler valve"
    assert known.startswith("|||FENCE:")
    assert "The boiler valve is in the cellar." in known
    assert "api, task " in known


@pytest.mark.parametrize("source", ["sensor:mail", "api"])
async def test_nothing_is_kept_of_what_strangers_could_have_written(tmp_path: Path, source: str) -> None:
    ground = Ground(tmp_path)
    ground.prepare([says("The boiler valve is in the cellar.", times=0)], SHARED)
    ask = Request(task="where is the boiler valve", source=source, trust_level="unknown")
    assert not is_trusted(ended(source="sensor:mail"))
    _, second = await told_to(ground, ask, Request(task="where is the boiler valve"))
    assert second == ["where is the boiler valve"]


async def test_without_the_setting_nothing_is_shared(tmp_path: Path) -> None:
    ground = Ground(tmp_path)
    ground.prepare([says("The boiler valve is in the cellar.", times=0)])
    ask = Request(task="where is the boiler valve")
    assert await told_to(ground, ask, ask) == [[ask.task], [ask.task]]
