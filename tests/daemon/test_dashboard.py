"""The page of the daemon: served to everybody and empty, filled with the token of whoever reads it, run by nothing it shows."""

import json
import re
from pathlib import Path

import pytest

from heartbit_tui.daemon.http.dashboard import FILES, FOLDER
from tests.daemon.browser import FOUND, MISSING, Page, page
from tests.daemon.ground import LONG, Ground, calls, says
from tests.daemon.http import SETTINGS, TOKEN, served

ATTACK = '<img src=x onerror="document.title=1"><script>document.title=2</script>\u202egnp.exe'
SHOWN = ATTACK.replace("\u202e", r"\u{202e}")

BUTTON = "((label) => [...document.querySelectorAll('#changed button')].find((each) => each.textContent === label))"
"""The button with a label below what was changed."""

with_browser = pytest.mark.skipif(not FOUND, reason=MISSING)


def ready(folder: Path) -> Ground:
    ground = Ground(folder)
    write = calls("write", {"file_path": "new.txt", "content": ATTACK}, when="write", times=1)
    ground.prepare([write, says("at last", when="stay", wait=LONG, times=0), says(f"done {ATTACK}", times=0)], SETTINGS)
    return ground


async def test_the_page_needs_no_token_and_lets_nothing_but_its_own_files_run(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon, daemon.caller("") as nobody:
        for path, (name, kind) in FILES.items():
            answer = await nobody.get(path)
            assert (answer.status_code, answer.content) == (200, (FOLDER / name).read_bytes())
            assert answer.headers["content-type"].startswith(kind)
            held = ("x-content-type-options", "referrer-policy", "cache-control", "x-frame-options")
            assert [answer.headers[each] for each in held] == ["nosniff", "no-referrer", "no-store", "DENY"]
            policy = dict(each.split(" ", 1) for each in answer.headers["content-security-policy"].split("; "))
            assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
            assert {policy[f"{each}-src"] for each in ("script", "style", "img", "connect")} == {"'self'"}
            assert policy["require-trusted-types-for"] == "'script'"
        assert (await nobody.get("/", headers={"host": "evil.example"})).status_code == 403
        assert (await nobody.post("/")).status_code == 405


def test_the_page_has_no_script_of_its_own_and_fetches_nothing_from_others() -> None:
    html, style = ((FOLDER / f"dashboard.{kind}").read_text("utf-8") for kind in ("html", "css"))
    script = "\n".join(each.read_text("utf-8") for each in sorted(FOLDER.glob("*.js")))
    assert {each.name for each in FOLDER.iterdir()} == {name for name, _ in FILES.values()}
    assert re.findall(r"<script[^>]*>(.*?)</script>", html, re.DOTALL) == [""]
    assert re.findall(r"\son\w+=|style=|javascript:", html) == []
    assert [each for each in (html, script, style) if "://" in each] == []
    banned = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|DOMParser|srcdoc|localStorage\."
    )
    assert re.findall(banned, script) == []


@with_browser
@pytest.mark.timeout(40)
async def test_a_person_logs_in_hands_over_watches_approves_and_cancels(tmp_path: Path) -> None:
    ground = ready(tmp_path)
    async with served(ground, mode=None) as daemon, daemon.caller() as caller, page(tmp_path / "profile") as shown:
        await shown.size(400, 900)
        await enter(shown, daemon.url, "wrong")
        await shown.until("document.getElementById('login-fault').textContent !== ''")
        await enter(shown, daemon.url, TOKEN)
        await shown.until("document.getElementById('tasks').textContent.startsWith('There are no tasks')")
        await hand_over(shown, f"write {ATTACK}")
        await shown.until("document.querySelectorAll('.request').length === 1")
        for place in ("#tasks", "#one-facts"):
            await shown.until(f"document.querySelector('{place} .state').textContent === 'asks'")
        told = await shown.js("document.querySelector('.request pre').textContent")
        assert json.dumps(ATTACK, ensure_ascii=False).replace("\u202e", r"\u{202e}") in told
        assert not (ground.project / "new.txt").exists()
        await shown.js("document.querySelector('.request button').click()")
        await shown.until("!document.getElementById('outcome').hidden")
        await shown.until("document.querySelector('#tasks .state').textContent === 'completed'")
        assert await shown.js("document.querySelector('#outcome .said').textContent") == f"done {SHOWN}"
        assert await shown.js("document.getElementById('one-task').textContent") == f"write {SHOWN}"
        assert (ground.project / "new.txt").read_text() == ATTACK
        await take_back(shown)
        assert not (ground.project / "new.txt").exists()
        await hand_over(shown, "stay")
        await shown.until("document.querySelector('#one-facts .state').textContent === 'running'")
        await shown.js("document.getElementById('cancel').click()")
        await shown.until("document.querySelector('#outcome .end-title').textContent === 'It was cancelled'")
        states = {each["task"]: each["state"] for each in (await caller.get("/tasks")).json()["tasks"]}
        assert states == {f"write {ATTACK}": "completed", "stay": "cancelled"}
        await shown.until("document.getElementById('changed').hidden")
        assert await shown.js("document.documentElement.scrollWidth") == 400
        assert TOKEN not in await shown.js("location.href + document.cookie + JSON.stringify(history.state)")
        assert await shown.js("document.title") == "heartbit"
        assert await shown.js("document.querySelectorAll('#inside img, #inside script').length") == 1
        assert [each for each in shown.faults if "401" not in each and "404" not in each] == []
        await shown.js("document.getElementById('logout').click()")
        assert await shown.js("[sessionStorage.length, document.getElementById('tasks').childElementCount]") == [0, 0]


async def enter(shown: Page, url: str, token: str = TOKEN) -> None:
    """Go to the page and log in."""
    await shown.open(f"{url}/")
    await shown.until("!document.getElementById('door').hidden")
    await shown.js("document.getElementById('token').focus()")
    await shown.type(token)
    await shown.press("Enter", 13)


async def take_back(shown: Page) -> None:
    """Look at the one file that a task has changed, and take it back after a look at what that means."""
    await shown.until("document.querySelector('#changed summary .name')?.textContent === 'new.txt'")
    await shown.until(f"document.querySelector('#changed .diff .came').textContent === {json.dumps('+' + SHOWN)}")
    for label in ("Take back …", "Leave it", "Take back …"):
        await shown.until(f"{BUTTON}({json.dumps(label)})")
        await shown.js(f"{BUTTON}({json.dumps(label)}).click()")
    await shown.until("document.querySelector('#changed .meaning li')?.textContent === 'new.txt is removed'")
    await shown.js(f"{BUTTON}('Take it back').click()")
    await shown.until("document.querySelector('#changed .quiet').textContent === '1 file changed, and put back since'")
    assert await shown.js(f"Boolean({BUTTON}('Take back …'))") is False


async def hand_over(shown: Page, task: str) -> None:
    """Type a task, and send it with the keys."""
    await shown.js("document.getElementById('task').focus()")
    await shown.type(task)
    await shown.press("Enter", 13, modifiers=2)
    await shown.until("document.getElementById('task').value === ''")
