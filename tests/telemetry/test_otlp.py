"""What leaves by OTLP, as a collector that was built on OpenTelemetry's own protobuf decodes it."""

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

pytest.importorskip("opentelemetry.proto", reason="opentelemetry-proto is not installed")
pytest.importorskip("opentelemetry.sdk", reason="the extra telemetry is not installed")

from heartbit_tui.client.local import local
from heartbit_tui.kernel.events import Envelope, Notice, RunCompleted, RunFailed
from heartbit_tui.kernel.messages import Text
from heartbit_tui.kernel.ops import Prompt
from heartbit_tui.runtime.options import Options
from heartbit_tui.telemetry.otlp import Otlp, traces_url
from heartbit_tui.telemetry.spans import Span
from tests.headless.machine import ROOT
from tests.telemetry.receiver import attributes, receiver, status
from tests.telemetry.story import START, squad

KEY = "sk-ant-api03-AAAABBBBCCCCDDDDEEEEFFFF"


def sent(spans: list[Span], url: str) -> str:
    sender = Otlp(url, service="heartbit", version="0.1.0")
    try:
        return sender.send(spans)
    finally:
        sender.close()


def test_spans_arrive_whole_with_their_tree_their_times_and_who_sent_them() -> None:
    story = squad()
    with receiver() as collector:
        assert sent(story.spans, collector.url) == ""
    assert collector.paths == ["/v1/traces"]
    assert collector.resource == {"service.name": "heartbit", "service.version": "0.1.0"}
    ids = {span.id: there.span_id for span, there in zip(story.spans, collector.spans, strict=True)}
    assert len(set(ids.values())) == len(ids)
    assert len({there.trace_id for there in collector.spans}) == 1
    for span, there in zip(story.spans, collector.spans, strict=True):
        assert (there.name, attributes(there)) == (span.name, dict(span.attributes))
        assert there.parent_span_id == (ids[span.parent] if span.parent else b"")
        assert there.start_time_unix_nano == round(span.start.timestamp() * 1e6) * 1000
        assert there.end_time_unix_nano == round(span.end.timestamp() * 1e6) * 1000


def test_a_failure_is_an_error_with_its_words() -> None:
    span = Span(name="n", id="1", trace="t", start=START, end=START, attributes={}, failed=True, error="no key")
    with receiver() as collector:
        sent([span], collector.url)
    assert status(collector.spans[0]) == (2, "no key")


def test_the_same_session_sends_the_same_ids_from_every_process() -> None:
    with receiver() as one, receiver() as other:
        sent(squad().spans, one.url)
        sent(squad().spans, other.url)
    assert one.text == other.text


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        ("http://h:4318", "http://h:4318/v1/traces"),
        ("http://h:4318/", "http://h:4318/v1/traces"),
        ("https://h/otlp", "https://h/otlp/v1/traces"),
        ("https://h/v1/traces", "https://h/v1/traces"),
        ("https://h/v1/traces/?key=1", "https://h/v1/traces?key=1"),
    ],
)
def test_an_address_gets_the_path_of_the_protocol_unless_it_has_it(endpoint: str, url: str) -> None:
    assert traces_url(endpoint) == url


def test_a_redirect_is_a_failure_and_nothing_follows_it() -> None:
    with receiver() as elsewhere, receiver(307, f"{elsewhere.url}/v1/traces") as collector:
        assert "did not take it" in sent(squad().spans, collector.url)
    assert (len(collector.requests), elsewhere.requests) == (1, [])


def test_a_refusal_is_told_with_its_reason_and_without_the_login_in_the_address() -> None:
    with receiver(403) as collector:
        why = sent(squad().spans, collector.url.replace("//", "//me:secret-word@"))
    assert why.startswith(f"{collector.url}/v1/traces did not take it (Failed to export spans batch code: 403")
    assert "secret-word" not in why


def options(home: Path, endpoint: str, *, mode: str = "", task_reply: str = "Done.") -> Options:
    (home / "a.txt").write_text(f"the key is {KEY}\n")
    script = home / "script.json"
    read = {"call": "read", "input": {"file_path": str(home / "a.txt")}}
    script.write_text(json.dumps({"replies": [{"blocks": [read]}, task_reply]}))
    flags: dict[str, object] = {"provider.name": "scripted", "provider.script": str(script)}
    if endpoint:
        flags["telemetry.otlp_endpoint"] = endpoint
    if mode:
        flags["telemetry.observability_mode"] = mode
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin", "ANTHROPIC_API_KEY": "plain-known-secret-1"}
    return Options(cwd=home, environment=environment, flags=flags)


async def run(given: Options) -> list[Envelope]:
    """All that a session with one prompt tells."""
    async with local(given) as client:
        reading = asyncio.create_task(_all(client.envelopes()))
        client.submit(Prompt(content=(Text(text="Read it; my word is plain-known-secret-1."),)))
        await client.finish()
    return await reading


async def _all(envelopes: AsyncIterator[Envelope]) -> list[Envelope]:
    return [envelope async for envelope in envelopes]


@pytest.mark.security("I6", n=3)
@pytest.mark.parametrize("mode", ["production", "analysis", "debug"])
async def test_a_session_sends_its_spans_and_no_secret(tmp_path: Path, mode: str) -> None:
    with receiver() as collector:
        await run(options(tmp_path, collector.url, mode=mode))
    assert sorted(span.name for span in collector.spans) == [
        "heartbit.agent.llm_call",
        "heartbit.agent.llm_call",
        "heartbit.agent.run",
        "heartbit.agent.tool_batch",
        "heartbit.agent.tool_call",
    ]
    assert KEY not in collector.text
    assert "plain-known-secret-1" not in collector.text
    assert ("Read it; my word is [redacted]" in collector.text) == (mode != "production")
    assert ("the key is [redacted]" in collector.text) == (mode == "debug")


@pytest.mark.parametrize("mode", ["off", ""])
async def test_nothing_leaves_where_it_is_off_or_no_endpoint_is_set(tmp_path: Path, mode: str) -> None:
    with receiver() as collector:
        await run(options(tmp_path, collector.url if mode else "", mode=mode))
    assert collector.requests == []


async def test_a_collector_that_is_not_there_costs_a_sentence_and_no_run(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    envelopes = await run(options(tmp_path, f"http://127.0.0.1:{port}"))
    events = [envelope.event for envelope in envelopes]
    assert [type(event) for event in events if isinstance(event, RunCompleted | RunFailed)] == [RunCompleted]
    warned = [event.text for event in events if isinstance(event, Notice) and "elemetry" in event.text]
    assert len(warned) == 1
    assert warned[0].startswith(("Telemetry could not be sent: http://127.0.0.1:", "Telemetry was not sent within 3 s"))


async def test_a_collector_that_refuses_is_told_once(tmp_path: Path) -> None:
    with receiver(400) as collector:
        envelopes = await run(options(tmp_path, collector.url))
    warned = [each.event.text for each in envelopes if isinstance(each.event, Notice)]
    assert [text.partition(" spans were")[0][-1:] for text in warned] == ["5"]
    assert f"{collector.url}/v1/traces did not take it" in warned[0]


async def test_no_library_of_opentelemetry_is_loaded_where_no_endpoint_is_set(tmp_path: Path) -> None:
    probe = (
        "import sys, asyncio, json\nfrom pathlib import Path\n"
        "from heartbit_tui.client.local import local\nfrom heartbit_tui.runtime.options import Options\n"
        "from heartbit_tui.kernel.ops import Prompt\nfrom heartbit_tui.kernel.messages import Text\n"
        "home = Path(sys.argv[1])\n"
        "(home / 's.json').write_text(json.dumps({'replies': ['Done.']}))\n"
        "flags = {'provider.name': 'scripted', 'provider.script': str(home / 's.json')}\n"
        "async def main():\n"
        "    async with local(Options(cwd=home, environment={'HOME': str(home), 'PATH': '/bin'}, flags=flags)) as c:\n"
        "        c.submit(Prompt(content=(Text(text='x'),)))\n"
        "        await c.finish()\n"
        "asyncio.run(main())\n"
        "print([n for n in sys.modules if n.startswith(('opentelemetry', 'requests', 'heartbit_tui.telemetry.otlp'))])\n"
    )
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", probe, str(tmp_path), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await child.communicate()
    assert out.decode().strip() == "[]"
