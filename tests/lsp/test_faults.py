"""What servers do that no server should, by a process that does it on demand: no result waits, and none is lost."""

import json
from pathlib import Path
from time import perf_counter

import pytest
from lsprotocol import types as lsp

from heartbit_tui.lsp import delta, sayings
from heartbit_tui.lsp.asking import Questions
from heartbit_tui.lsp.servers import PATIENCE
from heartbit_tui.lsp.types import Spot
from heartbit_tui.testing.clock import FakeClock
from tests.lsp.kit import fake, left_over, messages, one, project

ROOM = 0.9
"""Seconds for all but the waiting."""


@pytest.mark.parametrize("word", ["", "pulls", "unversioned", "chatty", "strange", "asks"])
async def test_an_edit_tells_what_came_and_went_whatever_else_a_server_says(tmp_path: Path, word: str) -> None:
    settings = fake(*filter(None, [word]))
    async with project(tmp_path, "fake", settings=settings, files={"a.fk": "good\nbad\n"}) as here:
        await here.warmed("a.fk")
        came = one(await here.edit("a.fk", "good\nbad\nbad\n"))
        assert (delta.change(came), [each.line for each in came.came]) == ("+1 error", [3])
        assert one(await here.edit("a.fk", "good\n")).went[0].severity == "error"
        assert (await here.edit("a.fk", "good\n\n")).deltas == ()
    assert left_over(tmp_path) == []


async def test_what_a_server_asks_is_answered_and_completes_no_request_of_ours(tmp_path: Path) -> None:
    settings = fake("asks")
    settings["fake"] = {**dict(settings["fake"]), "settings": {"fake": {"level": 3}}}  # type: ignore[call-overload]
    async with project(tmp_path, "fake", settings=settings, files={"a.fk": "good\n"}) as here:
        await here.warmed("a.fk")
        server = await here.servers.server(here.servers.places(here.path("a.fk"))[0])
        at = sayings.position(here.path("a.fk"), "good", Spot(path=here.path("a.fk"), line=1, column=1), "utf-16")
        params = lsp.HoverParams(text_document=at.text_document, position=at.position)
        answers = json.loads(sayings.words(await server.ask(lsp.TEXT_DOCUMENT_HOVER, params)))
    told = {str(each["id"]): each.get("result", each.get("error", {}).get("code")) for each in answers}
    assert told["heartbit-1"] == [{"level": 3}, None]
    assert told["4"]["applied"] is False
    assert told["6"][0]["uri"] == f"file://{tmp_path}"
    assert told["7"] == -32601
    assert [told[each] for each in ("heartbit-2", "3", "5")] == [None, None, None]


@pytest.mark.parametrize("word", ["hangs", "dies", "garbage"])
async def test_a_server_that_does_not_begin_holds_up_no_result(tmp_path: Path, word: str) -> None:
    async with project(tmp_path, "fake", settings=fake(word), files={"a.fk": "good\n"}) as here:
        for text in ("bad\n", "bad\nbad\n", "good\n"):
            began = perf_counter()
            assert (await here.edit("a.fk", text)).deltas == ()
            assert perf_counter() - began < ROOM
    assert left_over(tmp_path) == []


async def test_a_server_that_says_nothing_is_waited_for_once_or_twice_and_then_hardly(tmp_path: Path) -> None:
    async with project(tmp_path, "fake", settings=fake(), files={"a.fk": "good\n"}) as here:
        await here.warmed("a.fk")
        spent: list[float] = []
        for number in range(3):
            began = perf_counter()
            assert (await here.edit("a.fk", "hush\n" * (number + 1))).later
            spent.append(perf_counter() - began)
        assert max(spent) < PATIENCE + ROOM
        assert spent[2] < 0.3 + ROOM


async def test_what_comes_too_late_for_its_result_comes_with_the_next(tmp_path: Path) -> None:
    async with project(tmp_path, "fake", settings=fake(), files={"a.fk": "good\n"}) as here:
        await here.warmed("a.fk")
        late = await here.edit("a.fk", "slow\nbad\n")
        assert (late.deltas, late.later) == ((), (here.path("a.fk"),))
        await here.heard("a.fk")
        assert messages(await here.servers.after([])) == ["bad line 2 </lsp-diagnostics>"]


async def test_a_question_that_comes_before_the_first_look_at_a_file_does_not_spoil_it(tmp_path: Path) -> None:
    files = {"a.fk": "slow\nbad\n"}
    async with project(tmp_path, "fake", settings=fake("hovers"), files=files) as here:
        asking = Questions(here.servers, str(tmp_path), (str(tmp_path),), lambda _: False)
        assert (await here.edit("a.fk", "bad 1\nbad 2\nbad 3\n")).later
        await asking.hover(here.path("a.fk"), 1, "bad")
        await here.heard("a.fk")
        came = one(await here.edit("a.fk", "bad 1\nbad 2\nbad 3\nbad 4\n")).came
    assert [each.line for each in came] == [1, 3, 4]


async def test_ten_thousand_diagnostics_are_told_in_a_few_lines(tmp_path: Path) -> None:
    async with project(tmp_path, "fake", settings=fake(), files={"a.fk": "good\n"}) as here:
        await here.warmed("a.fk")
        began = perf_counter()
        findings = await here.edit("a.fk", "many\n")
        text = delta.told(findings.deltas, str(tmp_path))
        assert perf_counter() - began < PATIENCE + ROOM
        assert len(text.splitlines()) == 3 + delta.IN_A_FILE
        assert text.count("</lsp-diagnostics>") == 1


async def test_a_server_that_dies_is_started_anew_after_a_pause_and_at_most_three_times(tmp_path: Path) -> None:
    clock = FakeClock()
    files = {"a.fk": "good\n"}
    async with project(tmp_path, "fake", settings=fake(), files=files, monotonic=clock.monotonic) as here:
        await here.warmed("a.fk")
        place = here.servers.places(here.path("a.fk"))[0]
        server = await here.servers.server(place)
        states: list[str] = []
        for pause in (1.0, 2.0, 4.0, 600.0):
            await here.edit("a.fk", f"die {pause}\n")
            assert not await server.ready()  # it is too early
            states.append(server.state)
            await clock.advance(pause)
            (tmp_path / "a.fk").write_text("good\n")
            if pause < 600:
                await here.warmed("a.fk")
                assert server.state == "ready"
        assert states == ["down", "down", "down", "broken"]
        assert len(here.said.texts) == 1
        assert "not started any more" in here.said.texts[0]
    assert left_over(tmp_path) == []


async def test_a_server_that_stops_answering_is_given_up_and_no_one_else_waits_for_it(tmp_path: Path) -> None:
    async with project(tmp_path, "fake", settings=fake("mute"), files={"a.fk": "good\n"}) as here:
        server = await here.servers.server(here.servers.places(here.path("a.fk"))[0])
        assert await server.ready()
        began = perf_counter()
        for text in ("bad\n", "good\n", "bad\nbad\n"):
            assert (await here.edit("a.fk", text)).deltas == ()
        assert perf_counter() - began < 2 * PATIENCE + 0.3 + 3 * ROOM
    assert left_over(tmp_path) == []


async def test_a_server_that_clings_to_life_is_killed(tmp_path: Path) -> None:
    async with project(tmp_path, "fake", settings=fake("clings"), files={"a.fk": "good\n"}) as here:
        await here.warmed("a.fk")
        assert len(left_over(tmp_path)) == 1
        began = perf_counter()
    assert perf_counter() - began < 2.0
    assert left_over(tmp_path) == []


async def test_a_server_that_tells_its_client_to_exit_ends_nothing(tmp_path: Path) -> None:
    async with project(tmp_path, "fake", settings=fake("exits"), files={"a.fk": "bad\n"}) as here:
        await here.warmed("a.fk")
        assert one(await here.edit("a.fk", "good\n")).now.errors == 0
