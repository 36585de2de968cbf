"""The page in a real browser while things happen: what breaks, what others do, what hostile texts try, and who leaves."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from heartbit_tui.memory.types import EntryType, NewEntry, Scope
from heartbit_tui.runtime.beating import ledger
from heartbit_tui.store.inbox import Letter
from heartbit_tui.testing.clock import EPOCH, FakeClock
from tests.daemon.browser import Page, page
from tests.daemon.ground import LONG, Ground, calls, says
from tests.daemon.http import SETTINGS, TOKEN, ended, served, submitted
from tests.daemon.test_dashboard import ATTACK, SHOWN, enter, hand_over, with_browser
from tests.daemon.test_remembered import drafted, remembered

pytestmark = [with_browser, pytest.mark.timeout(90)]

HOSTILE = f"{ATTACK}\x1b[31mred\x07"
WRITTEN = f"{SHOWN}\\u{{1b}}[31mred\\u{{7}}"
"""What is hostile as the page shows it."""

WRITE = calls("write", {"file_path": "new.txt", "content": "x"}, when="please write")


def asks(*questions: str, when: str = "please ask") -> dict[str, Any]:
    options = [{"label": HOSTILE, "description": HOSTILE}, {"label": "two"}]
    return calls("question", {"questions": [{"question": each, "options": options} for each in questions]}, when=when)


def ready(tmp_path: Path, *replies: Any, settings: str = "") -> Ground:
    ground = Ground(tmp_path)
    ground.prepare([*replies, says("as you like", times=0)], SETTINGS + settings)
    return ground


class Wire:
    """What lies between the page and the daemon, and can be cut: then nobody comes through."""

    def __init__(self, url: str) -> None:
        place = urlsplit(url)
        self._host, self._port = place.hostname, place.port
        self._open = set[asyncio.StreamWriter]()
        self._serving: asyncio.Server | None = None
        self.port = 0

    async def mend(self) -> None:
        """Let everybody through."""
        self._serving = await asyncio.start_server(self._through, "127.0.0.1", self.port)
        self.port = self._serving.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Break what is under way, and let nobody through."""
        assert self._serving is not None
        self._serving.close()
        for each in tuple(self._open):
            each.transport.abort()
        await self._serving.wait_closed()

    async def _through(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, thither = await asyncio.open_connection(self._host, self._port)
        self._open |= {writer, thither}
        await asyncio.gather(_pour(reader, thither), _pour(there, writer), return_exceptions=True)
        self._open -= {writer, thither}


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()


@asynccontextmanager
async def wire(url: str) -> AsyncGenerator[Wire]:
    """A wire to the daemon at this address."""
    found = Wire(url)
    await found.mend()
    try:
        yield found
    finally:
        await found.cut()


async def entered(shown: Page, url: str) -> None:
    """Log in, and wait until the page is there."""
    await enter(shown, url)
    await shown.until("!document.getElementById('inside').hidden && document.getElementById('tasks').childElementCount")


async def text(shown: Page, selector: str) -> str:
    return await shown.js(f"document.querySelector({json.dumps(selector)}).textContent")


async def press(shown: Page, label: str, inside: str = "body") -> None:
    """Press the button with this label, as a keyboard does, once it is there."""
    found = (
        f"[...document.querySelectorAll({json.dumps(inside + ' button')})]"
        f".find((each) => each.textContent === {json.dumps(label)} && each.offsetParent && !each.disabled)"
    )
    await shown.until(f"(({found}).focus(), document.activeElement.textContent === {json.dumps(label)})")
    await shown.press("Enter", 13)


async def decide(caller: httpx.AsyncClient, kind: str, body: dict[str, object]) -> None:
    """Answer what waits, from elsewhere."""
    (each,) = (await caller.get(f"/{kind}")).json()[kind]
    place = f"/{kind}/{each['session_id']}/{each['interaction_id']}"
    assert (await caller.post(place, json=body)).json() == {"late": False}


async def test_after_a_broken_stream_nothing_is_lost_or_doubled_and_the_page_says_that_nobody_answers(
    tmp_path: Path,
) -> None:
    ground = ready(tmp_path, says("First I look. ", times=1, when="never"), WRITE)
    async with (
        served(ground, mode=None) as daemon,
        daemon.caller() as caller,
        page(tmp_path / "profile") as shown,
        wire(daemon.url) as between,
    ):
        await entered(shown, f"http://127.0.0.1:{between.port}")
        await hand_over(shown, "please write")
        await shown.until("document.getElementById('events').textContent.includes('waits for your word')")
        await between.cut()
        await shown.until("document.getElementById('trouble').textContent.startsWith('The daemon does not answer')")
        await decide(caller, "approvals", {"decision": "allow"})
        (task,) = (await caller.get("/tasks")).json()["tasks"]
        await ended(caller, task["id"])
        await between.mend()
        await shown.until("!document.getElementById('outcome').hidden")
        rows = await shown.js(
            "[...document.querySelectorAll('#events > li')].map((each) => each.firstChild.textContent)"
        )
        assert [each.partition("done in")[0] for each in rows] == [
            "It begins.",
            "write waits for your word.",
            "It may.",
            "write",
        ]
        assert await text(shown, "#outcome .said") == "as you like"
        await shown.until("document.getElementById('trouble').hidden")
        await shown.until(
            "document.getElementById('waiting').hidden || document.querySelector('#waiting-note-text').textContent"
        )


async def test_questions_are_answered_from_the_page_with_what_was_chosen_and_own_words(tmp_path: Path) -> None:
    ground = ready(tmp_path, asks("Which?", "Where?"))
    async with served(ground, mode=None) as daemon, daemon.caller() as caller, page(tmp_path / "profile") as shown:
        await entered(shown, daemon.url)
        await hand_over(shown, "please ask")
        await press(shown, "Answer", "#requests")
        await shown.until("document.querySelector('#requests .fault').textContent.startsWith('Choose an answer')")
        await shown.js("document.querySelector('#requests fieldset:nth-of-type(1) input').click()")
        await shown.js("document.querySelector('#requests fieldset:nth-of-type(2) [type=text]').focus()")
        await shown.type("in the cellar")
        await press(shown, "Answer", "#requests")
        await shown.until("!document.getElementById('outcome').hidden")
        (task,) = (await caller.get("/tasks")).json()["tasks"]
        log = (await caller.get(f"/sessions/{task['session_id']}/log")).json()["events"]
        (answered,) = [each["answers"] for each in log if each["type"] == "question_answered"]
        assert answered == [[HOSTILE], ["in the cellar"]]
        await shown.until("document.getElementById('waiting').hidden")


async def test_what_others_answer_meanwhile_goes_with_a_word_and_what_is_half_written_stays(tmp_path: Path) -> None:
    ground = ready(tmp_path, WRITE, asks("Which?"))
    async with served(ground, mode=None) as daemon, daemon.caller() as caller, page(tmp_path / "profile") as shown:
        await entered(shown, daemon.url)
        await hand_over(shown, "please ask")
        await shown.until("document.querySelector('#requests [type=text]')")
        await shown.js("document.querySelector('#requests [type=text]').focus()")
        await shown.type("half a sen")
        await submitted(caller, "please write")
        await shown.until("document.querySelectorAll('.request').length === 2")
        assert await shown.js("document.title") == "(2) heartbit"
        assert await shown.js("document.querySelector('#requests [type=text]').value") == "half a sen"
        await decide(caller, "approvals", {"decision": "deny"})
        await shown.until("document.querySelectorAll('.request').length === 1")
        assert "answered elsewhere" in await text(shown, "#waiting-note-text")
        assert await shown.js("document.querySelector('#requests [type=text]').value") == "half a sen"
        await decide(caller, "questions", {"answers": [["two"]]})
        await press(shown, "Answer", "#requests") if await shown.js(
            "document.querySelector('.request') !== null"
        ) else None
        await shown.until("document.querySelectorAll('.request').length === 0")
        await press(shown, "Put away", "#waiting")
        await shown.until("document.getElementById('waiting').hidden")


NAME = ATTACK.replace("\u202e", "")
"""As hostile as the name of a schedule may be."""

WAKING = f"""
[heartbeat]
workspaces = ["~/notes"]
[daemon.heartbit_pulse]
enabled = true
[[daemon.schedules]]
name = '{NAME}'
cron = "0 9 * * *"
task = '{ATTACK}'
"""


async def hostile_ground(tmp_path: Path) -> Ground:
    """A machine on which each thing that the page shows has hostile texts in it."""
    call = calls("write", {"file_path": f"{ATTACK[:20]}.txt", "content": HOSTILE}, when="please write")
    shell = calls("nothing-" + "x", {"given": HOSTILE}, when="please fail")
    ground = ready(tmp_path, call, asks(HOSTILE), shell, says(HOSTILE, times=0), settings=WAKING)
    (ground.home / "notes").mkdir(parents=True)
    (ground.home / "notes" / "HEARTBEAT-<img src=x onerror=alert(1)>.md").write_text(
        f"---\nevery: {ATTACK}\n---\nx\n", "utf-8"
    )
    entry = {"id": "a", "title": HOSTILE, "context": HOSTILE}
    (ground.project / "TODO.json").write_text(json.dumps({"entries": [entry]}), "utf-8")
    tags = (ATTACK,)
    await remembered(
        ground, NewEntry(content=HOSTILE, category=ATTACK, tags=tags, type=EntryType.SEMANTIC, scope=Scope())
    )
    return ground


async def test_hostile_texts_in_every_field_are_shown_as_text_and_run_nothing(tmp_path: Path) -> None:
    ground = await hostile_ground(tmp_path)
    async with served(ground, mode=None) as daemon, daemon.caller() as caller, page(tmp_path / "profile") as shown:
        handed = await caller.post("/schedules/run", json={"name": NAME})
        await ended(caller, handed.json()["id"])
        await submitted(caller, f"please write {HOSTILE}")
        await submitted(caller, f"please ask {HOSTILE}")
        failing = await submitted(caller, f"please fail {HOSTILE}")
        await ended(caller, failing)
        await entered(shown, daemon.url)
        await shown.until("document.querySelectorAll('.request').length === 2")
        await shown.js(f"location.hash = 'task={failing}'; location.reload()")
        await shown.until(
            "!document.getElementById('outcome').hidden && document.querySelectorAll('#panels section:not([hidden])').length === 8"
        )
        await shown.js("for (const each of document.querySelectorAll('details')) each.open = true")
        assert "looks from time to time" in await text(shown, "#todo")
        for place in (
            "#requests",
            "#tasks",
            "#one-task",
            "#outcome",
            "#schedules",
            "#todo",
            "#inbox",
            "#memory",
            "#sessions",
            "#audit",
        ):
            assert "<img src=x onerror" in await text(shown, place), place
        assert "<img src=x onerror=alert(1)>.md" in await text(shown, "#heartbeats")
        for place in ("#tasks", "#one-task", "#outcome", "#todo", "#memory", "#requests"):
            assert WRITTEN in await text(shown, place), place
        raw = "[...document.body.textContent].filter((each) => '\\u202e\\u001b\\u0007'.includes(each)).length"
        assert await shown.js(raw) == 0
        assert await shown.js("document.querySelectorAll('#inside img, #inside script, #inside iframe').length") == 1
        assert await shown.js("[document.title, document.documentElement.scrollWidth <= innerWidth]") == [
            "(2) heartbit",
            True,
        ]
        assert shown.faults == []


async def test_the_policy_lets_nothing_in_that_is_not_the_daemons(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon, page(tmp_path / "profile") as shown:
        await entered(shown, daemon.url)
        await shown.until("!document.getElementById('inside').hidden")
        for tried in (
            "document.body.innerHTML = '<b>x</b>'",
            "document.createElement('img').setAttribute('onerror', 'document.title = 1')",
            "document.createElement('script').text = 'document.title = 1'",
            "document.createElement('iframe').srcdoc = '<b>x</b>'",
        ):
            assert (
                await shown.js(f"(() => {{ try {{ {tried}; return 'done' }} catch {{ return 'refused' }} }})()")
                == "refused"
            )
        elsewhere = "fetch('http://127.0.0.1:9/').then(() => 'came', () => 'refused')"
        assert await shown.js(elsewhere) == "refused"
        assert await shown.js("document.title") == "heartbit"
        assert "connect-src" in " ".join(shown.faults)


async def test_who_leaves_is_forgotten_and_a_token_that_has_ended_leads_to_the_door(tmp_path: Path) -> None:
    clock = FakeClock()
    ground = ready(tmp_path)
    tokens = f'{{ token = "{TOKEN}", expires = 2026-01-01T00:10:00Z }}'
    ground.prepare([says("hello", times=0)], f"[daemon.auth]\nbearer_tokens = [{tokens}]\n")
    async with served(ground, clock=clock) as daemon, page(tmp_path / "profile") as shown:
        await entered(shown, daemon.url)
        await hand_over(shown, "say hello")
        await shown.until("!document.getElementById('outcome').hidden")
        await press(shown, "Leave")
        empty = "[sessionStorage.length, localStorage.length, document.cookie, document.activeElement.id]"
        assert await shown.js(empty) == [0, 0, "", "token"]
        assert "hello" not in await shown.js("document.body.textContent")
        await shown.js("location.reload()")
        await entered(shown, daemon.url)
        await shown.until("document.querySelectorAll('#tasks button').length === 1")
        await clock.advance(601)
        await shown.until("!document.getElementById('door').hidden")
        assert await text(shown, "#login-fault") == "This token is not valid, or not any more."
        assert await shown.js("[sessionStorage.length, document.getElementById('tasks').childElementCount]") == [0, 0]
        assert "hello" not in await shown.js("document.body.textContent")


async def test_panels_search_forget_after_a_question_rest_and_go_on(tmp_path: Path) -> None:
    tidy = '[[daemon.schedules]]\nname = "tidy"\ncron = "0 9 * * *"\ntask = "tidy up"\n'
    ground = ready(tmp_path, {**WRITE, "when": "tidy up"}, settings=tidy)
    await remembered(
        ground,
        NewEntry(id="a", content="tea without milk", scope=Scope()),
        NewEntry(id="b", content="a dog", scope=Scope()),
    )
    async with served(ground) as daemon, daemon.caller() as caller, page(tmp_path / "profile") as shown:
        await entered(shown, daemon.url)
        await shown.until("document.querySelectorAll('#memory li').length === 2")
        await shown.js("document.getElementById('memory-query').focus()")
        await shown.type("milk")
        await shown.until("document.querySelectorAll('#memory li').length === 1")
        await press(shown, "Forget", "#memory")
        await shown.until("document.querySelector('#memory-body').textContent.includes('For good?')")
        assert len((await caller.get("/memory")).json()["entries"]) == 2
        await press(shown, "Keep it", "#memory")
        await press(shown, "Forget", "#memory")
        await shown.until("document.activeElement.className === 'danger'")
        await shown.press("Enter", 13)
        await shown.until(
            "document.querySelector('#memory-body').textContent.endsWith('Nothing of this kind is remembered.')"
        )
        assert (await text(shown, "#memory .how")).startswith("Found by words, the best first. An embedder")
        assert [each["id"] for each in (await caller.get("/memory")).json()["entries"]] == ["b"]
        await press(shown, "Pause", "#schedules")
        await shown.until("document.querySelector('#schedules-body').textContent.includes('paused')")
        assert await shown.js("document.activeElement.textContent") == "Go on"
        await press(shown, "Do it now", "#schedules")
        await shown.until("document.querySelector('#inbox-body').textContent.includes('as you like')")
        await press(shown, "Show the task", "#inbox")
        await shown.until("document.querySelector('#outcome .said')?.textContent === 'as you like'")
        assert (ground.project / "new.txt").read_text() == "x"
        await shown.js("for (const each of document.querySelectorAll('#inbox details')) each.open = true")
        await shown.until("document.querySelector('#inbox .diff .came').textContent === '+x'")
        await press(shown, "Take back …", "#inbox")
        await press(shown, "Take it back", "#inbox")
        await shown.until("document.querySelector('#inbox-body').textContent === 'No letter waits.'")
        assert (await caller.get("/inbox")).json() == {"letters": []}
        assert not (ground.project / "new.txt").exists()


MANY = 700
HUGE = 300_000


async def test_however_much_there_is_the_page_holds_a_part_of_it_and_leads_to_the_rest(tmp_path: Path) -> None:
    looks: dict[str, Any] = {
        "blocks": [{"call": "todoread", "input": {}} for _ in range(MANY)],
        "when": "look much",
    }
    given = {"file_path": "wide.txt", "content": "x" * HUGE}
    wide, left = calls("write", given, when="write widely"), len(json.dumps(given, indent=2)) - 20_000
    ground = ready(tmp_path, looks, wide, says("y" * HUGE, when="speak much"))
    async with served(ground, mode=None) as daemon, daemon.caller() as caller, page(tmp_path / "profile") as shown:
        await submitted(caller, "look much")
        for each in range(20):
            await submitted(caller, f"too late {each}", deadline="2020-01-01T00:00:00Z")
        speech = await submitted(caller, "speak much")
        await ended(caller, speech)
        await submitted(caller, "write widely")
        await entered(shown, daemon.url)
        await shown.until("document.querySelectorAll('.request').length === 1")
        assert await shown.js("document.querySelector('.request').textContent.length") < 60_000
        await shown.js("for (const each of document.querySelectorAll('.request details')) each.open = true")
        await press(shown, f"Show more: {left:,} characters are left", ".request")
        await shown.until("document.querySelector('.request').textContent.length > 100_000")
        assert await shown.js("document.getElementById('tasks').childElementCount") == 20
        await press(shown, "Older →")
        await shown.until("document.getElementById('range').textContent === '21–23 of 23'")
        await shown.js("document.querySelector('#tasks li:last-child button').click()")
        await shown.until("!document.getElementById('outcome').hidden")
        assert await shown.js("document.getElementById('events').childElementCount") == 200
        for seen, more in ((400, 301), (600, 101)):
            await shown.js("document.getElementById('earlier').click()")
            assert await shown.js("document.getElementById('events').childElementCount") == seen
            assert await text(shown, "#earlier") == f"Show earlier ones ({more})"
        await shown.js("document.getElementById('earlier').click()")
        assert await text(shown, "#events li:first-child") == "It begins."
        assert await shown.js("document.getElementById('events').childElementCount") == 600
        assert await text(shown, "#later") == "101 newer ↓"
        await press(shown, "101 newer ↓")
        assert await shown.js("[document.getElementById('later').hidden, document.activeElement.id]") == [
            True,
            "events",
        ]
        await shown.js(f"location.hash = 'task={speech}'")
        await shown.until(f"document.querySelector('#outcome .rest')?.textContent.includes('{HUGE - 20_000:,}')")
        assert await shown.js("document.documentElement.scrollWidth <= innerWidth") is True
        assert [each for each in shown.faults if "404" not in each] == []


async def test_drafts_are_read_accepted_and_refused_from_the_inbox(tmp_path: Path) -> None:
    ground = ready(tmp_path)
    names = ("release", "tidy")
    await drafted(ground, *names)
    async with ledger(ground.home / ".local/share/heartbit/heartbit.db") as kept:
        for name in names:
            letter = Letter(at=EPOCH, kind="draft", source="meditation", title=name, text="How.", about=f"draft-{name}")
            await kept.inbox.put(letter)
    skills = ground.home / ".config/heartbit/skills"
    async with served(ground) as daemon, daemon.caller() as caller, page(tmp_path / "profile") as shown:
        await entered(shown, daemon.url)
        await shown.until("document.querySelectorAll('#inbox li').length === 2")
        waiting = {each["title"] for each in (await caller.get("/inbox")).json()["letters"]}
        assert (waiting, "Tag it." in await text(shown, "#inbox pre")) == ({*names}, True)
        await press(shown, "Accept", "#inbox li:first-child")
        await shown.until("document.querySelectorAll('#inbox li').length === 1")
        await press(shown, "Refuse", "#inbox")
        await shown.until("document.querySelector('#inbox-body').textContent === 'No letter waits.'")
        assert [len(list(skills.glob("*/SKILL.md"))), (await caller.get("/drafts")).json()] == [1, {"drafts": []}]


async def test_every_control_has_a_name_and_the_keyboard_reaches_it(tmp_path: Path) -> None:
    ground = ready(tmp_path, WRITE, says("at last", when="please stay", wait=LONG, times=0))
    async with served(ground, mode=None) as daemon, page(tmp_path / "profile") as shown:
        await entered(shown, daemon.url)
        await hand_over(shown, "please write")
        await shown.until("document.querySelectorAll('.request').length === 1")
        nameless = (
            "[...document.querySelectorAll('button, input, select, textarea, summary')].filter((each) => each.offsetParent"
            " && !(each.textContent.trim() && !each.matches('select, textarea')) && !each.ariaLabel && !each.labels?.length)"
            ".map((each) => each.outerHTML)"
        )
        assert await shown.js(nameless) == []
        assert (
            await shown.js(
                "[...document.querySelectorAll('section')].every((each) => by(each) )".replace(
                    "by(each)", "document.getElementById(each.getAttribute('aria-labelledby'))?.textContent"
                )
            )
            is True
        )
        assert await text(shown, "#told") != ""
        await shown.js("document.getElementById('logout').focus()")
        seen = set[str]()
        for _ in range(8):
            await shown.press("Tab", 9)
            seen.add(
                await shown.js("document.activeElement.textContent.slice(0, 12) || document.activeElement.tagName")
            )
        assert {"Allow once", "Deny", "Always allow", "Never allow"} <= seen
