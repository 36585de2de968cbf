"""Sessions over several headless runs, and what the other commands make of them."""

import json

import pytest

from tests.headless.machine import Machine, kept, says, service


def prompts(body: object) -> list[str]:
    """What persons said in a request."""
    text = json.dumps(body)
    return [word for word in ("one", "two", "three") if f'"{word}' in text]


@pytest.mark.parametrize("flag", ["--resume", "--session", "-c"])
async def test_a_session_goes_on(machine: Machine, flag: str) -> None:
    async with service(machine, says("First."), says("Second.")) as (server, known):
        first = await known.stream("-p", "one")
        session = first.lines[0]["session_id"]
        second = await known.stream("-p", "two", flag, *(() if flag == "-c" else (session[-8:],)))
    assert kept(second)["result"] == "Second."
    assert second.lines[0]["session_id"] == session
    assert prompts(server.requests[1].body) == ["one", "two"]
    assert (second.result["num_turns"], second.result["usage"]["input_tokens"]) == (1, 10)


async def test_a_session_of_ones_own_name_is_begun_and_then_goes_on(machine: Machine) -> None:
    async with service(machine, says("First."), says("Second."), says("Other."), says("Copy.")) as (server, known):
        first = await known.stream("-p", "one", "--session", "nightly-12")
        second = await known.stream("-p", "two", "--session", "nightly-12")
        other = await known.stream("-p", "three", "--session", "nightly-1")
        forked = await known.stream("-p", "three", "--session", "nightly-12", "--fork")
    assert [kept(each)["session_id"] for each in (first, second, other)] == ["nightly-12", "nightly-12", "nightly-1"]
    assert kept(forked)["session_id"] not in ("nightly-12", "nightly-1")
    asked = [prompts(each.body) for each in server.requests]
    assert "--resume nightly-12" in (await machine.run("sessions", "show", "nightly-12")).text
    assert asked == [["one"], ["one", "two"], ["three"], ["one", "two", "three"]]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--session", "../up"), "--session takes an id of up to 64 letters"),
        (("--session", ""), "--session takes an id of up to 64 letters"),
        (("--session", "a", "-c"), "-c and --session each name a session"),
        (("--session", "a", "--resume", "b"), "--resume and --session each name a session"),
    ],
)
async def test_a_session_that_cannot_be_meant_is_refused(machine: Machine, words: tuple[str, ...], told: str) -> None:
    done = await machine.run("-p", "hi", *words)
    assert (done.code, told in done.err) == (2, True)


async def test_a_fork_leaves_the_old_session_alone(machine: Machine) -> None:
    async with service(machine, says("First."), says("Second."), says("Third.")) as (server, known):
        first = await known.stream("-p", "one")
        forked = await known.stream("-p", "two", "-c", "--fork")
        await known.stream("-p", "three", "--resume", first.lines[0]["session_id"])
    assert kept(forked)["session_id"] != first.lines[0]["session_id"]
    assert prompts(server.requests[1].body) == ["one", "two"]
    assert prompts(server.requests[2].body) == ["one", "three"]


async def test_an_ephemeral_session_is_not_kept(machine: Machine) -> None:
    async with service(machine, says()) as (_, known):
        await known.run("-p", "one", "--ephemeral")
    done = await machine.run("sessions", "list", "--json")
    assert json.loads(done.text) == []


@pytest.mark.parametrize("words", [("-c",), ("--resume", "nonsense")])
async def test_a_session_that_is_not_there_is_an_error(machine: Machine, words: tuple[str, ...]) -> None:
    done = await machine.with_service("http://127.0.0.1:9").stream("-p", "hi", *words)
    result = kept(done)
    assert (done.code, result["error"]["kind"]) == (1, "store")


async def test_sessions_are_listed_shown_renamed_forked_exported_imported_and_deleted(machine: Machine) -> None:
    async with service(machine, says("First.")) as (_, known):
        session = (await known.stream("-p", "one fine task")).lines[0]["session_id"]
    (listed,) = json.loads((await machine.run("sessions", "list", "--json")).text)
    assert (listed["id"], listed["title"], listed["turns"], listed["state"]) == (session, "one fine task", 1, "ended")
    assert (await machine.run("sessions", "rename", session, "a", "new", "title")).code == 0
    shown = dict(
        line.split(None, 1)
        for line in (await machine.run("sessions", "show", session[-8:])).text.splitlines()[:9]
        if line
    )
    assert (shown["title"], shown["turns"], shown["cost"]) == ("a new title", "1, 3 messages", "$0.0001")
    assert "a new title" in (await machine.run("sessions", "--search", "fine")).text
    assert (await machine.run("sessions", "list", "--search", "nothing like it")).text == ""
    fork = (await machine.run("sessions", "fork", session)).text.strip()
    exported = await machine.run("sessions", "export", session, "--format", "jsonl")
    assert next(json.loads(line)["type"] for line in exported.text.splitlines()) == "session_started"
    markdown = await machine.run("sessions", "export", session, "-o", "out.md")
    assert "First." in (machine.project / "out.md").read_text()
    assert markdown.out == b""
    assert "<html" in (await machine.run("sessions", "export", session, "--format", "html")).text
    imported = (await machine.run("sessions", "import", "-", input=exported.out)).text.strip()
    listed = json.loads((await machine.run("sessions", "list", "--json", "--all")).text)
    assert {each["id"] for each in listed} == {session, fork, imported}
    refused = await machine.run("sessions", "delete", fork)
    assert (refused.code, "--yes" in refused.err) == (2, True)
    assert (await machine.run("sessions", "delete", fork, "--yes")).code == 0
    assert "2 sessions" in (await machine.run("sessions", "disk")).text
    assert (await machine.run("sessions", "prune", "--max-days", "1", "--dry-run")).text.startswith("0 sessions")
    assert (await machine.run("sessions", "show", fork)).code == 1


async def test_an_export_to_read_has_no_keys_in_it_and_one_to_keep_is_whole(machine: Machine) -> None:
    key = "sk-ant-api03-" + "a1B2c3D4" * 5
    async with service(machine, says(f"The key is {key}.")) as (_, known):
        session = (await known.stream("-p", "what is the key?")).lines[0]["session_id"]
    texts = {
        form: (await machine.run("sessions", "export", session, "--format", form)).text
        for form in ("markdown", "html", "jsonl")
    }
    assert {form: key in text for form, text in texts.items()} == {"markdown": False, "html": False, "jsonl": True}
    assert "The key is [redacted]." in texts["markdown"]
