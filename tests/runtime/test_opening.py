"""Sessions that are worth keeping are kept, and no others."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

from heartbit_tui.client.local import local
from heartbit_tui.kernel.events import (
    ApprovalDecision,
    ApprovalRequested,
    AssistantMessage,
    Envelope,
    RunStarted,
    SessionStarted,
    ToolAnswered,
    ToolCallCompleted,
    ToolCallStarted,
    TurnStarted,
    UserMessage,
)
from heartbit_tui.kernel.messages import Assistant, Text, ToolCall, ToolResult, user
from heartbit_tui.kernel.ops import Decide, Mode, Prompt, SetMode
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.options import New, Options
from heartbit_tui.store.store import Store


def options(home: Path, *replies: object) -> Options:
    script = home / "script.json"
    script.write_text(json.dumps({"replies": [*replies, "Done."]}))
    flags = {"provider.name": "scripted", "provider.script": str(script)}
    return Options(cwd=home, environment={"HOME": str(home), "PATH": "/usr/bin:/bin"}, flags=flags)


async def kept(home: Path) -> list[str]:
    async with Store.open(home / ".local/share/heartbit/heartbit.db", SystemClock()) as store:
        return [info.summary.title for info in await store.index.search()]


async def test_a_session_that_was_only_opened_is_not_kept(tmp_path: Path) -> None:
    async with local(options(tmp_path)) as client:
        client.submit(SetMode(mode=Mode.PLAN))
        await client.settled()
    assert await kept(tmp_path) == []


async def test_a_session_with_a_prompt_is_kept_even_when_it_was_left_at_once(tmp_path: Path) -> None:
    async with local(options(tmp_path)) as client:
        client.submit(Prompt(content=(Text(text="Say something."),)))
        await asyncio.sleep(0)
    assert await kept(tmp_path) == ["Say something."]


async def test_a_session_whose_process_died_ends_what_was_open_and_nothing_that_has_ended(tmp_path: Path) -> None:
    one, other = ToolCall(id="c1", name="glob"), ToolCall(id="c2", name="bash")
    cut = (
        SessionStarted(cwd=str(tmp_path), provider="scripted", model="scripted", mode=Mode.ASK),
        RunStarted(task="go"),
        UserMessage(message=user("go")),
        TurnStarted(turn=1, max_turns=9),
        AssistantMessage(message=Assistant(content=(one, other))),
        ToolCallStarted(tool_name="glob", tool_call_id="c1"),
        ToolAnswered(result=ToolResult(call_id="c1", content="out")),
        ToolCallCompleted(tool_name="glob", tool_call_id="c1", is_error=False, duration_ms=7, output="out"),
        ApprovalRequested(turn=1, tool_names=("bash",), id="approval-1", call=other),
    )
    at = SystemClock().now()
    log = [Envelope(seq=n, at=at, session="s", run="run-1", agent="heartbit", event=e) for n, e in enumerate(cut, 1)]
    async with Store.open(tmp_path / ".local/share/heartbit/heartbit.db", SystemClock()) as store:
        session = await store.take_in(log)
    given = replace(options(tmp_path), which=New(id=session))
    async with local(given) as client:
        client.submit(Prompt(content=(Text(text="go on"),)))
        await client.settled()
    async with Store.open(tmp_path / ".local/share/heartbit/heartbit.db", SystemClock()) as store:
        told = [each.event for each in (await store.load(session)).envelopes]
    ended = [each for each in told if isinstance(each, ToolCallCompleted)]
    assert [(each.tool_call_id, each.duration_ms, each.is_error) for each in ended] == [
        ("c1", 7, False),
        ("c2", 0, True),
    ]
    assert [each.id for each in told if isinstance(each, ApprovalDecision)] == ["approval-1"]


async def asked(given: Options) -> tuple[str, str]:
    """The ids of a session and of the request in it that its prompt sets off."""
    async with local(given) as client:
        envelopes = client.envelopes()
        client.submit(Prompt(content=(Text(text="remove it"),)))
        async for envelope in envelopes:
            if isinstance(envelope.event, ApprovalRequested):
                client.submit(Decide(id=envelope.event.id, allow=False))
                await client.settled()
                return client.about.session_id, envelope.event.id
    raise AssertionError("Nothing was asked.")


async def test_requests_of_a_session_that_is_taken_up_again_have_numbers_of_their_own(tmp_path: Path) -> None:
    given = options(tmp_path, {"blocks": [{"call": "bash", "input": {"command": "rm -r build"}}], "when": "remove it"})
    session, first = await asked(given)
    again, second = await asked(replace(given, which=New(id=session)))
    assert (again, second != first) == (session, True)
