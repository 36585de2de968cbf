"""What of a conversation a whole session tells its model, and that a store gives it back."""

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType

import pytest

from heartbit_tui.client import expanding
from heartbit_tui.config.load import load
from heartbit_tui.context.recall import NAME
from heartbit_tui.context.types import Pruning, Settings
from heartbit_tui.kernel.messages import Message, Text
from heartbit_tui.kernel.ops import Compact, Mode, Prompt, Restore
from heartbit_tui.runtime.build import Opened, opened
from heartbit_tui.runtime.contexts import context
from heartbit_tui.runtime.options import New, Options, Resume, Which

SUMMARY = {"blocks": [{"text": "In short."}], "when_system": "You write a summary", "times": 0}
NOTHING = MappingProxyType[str, str]({})


def options(home: Path, which: Which, **flags: object) -> Options:
    turns = [
        {"blocks": [{"call": "read", "input": {"file_path": f"sub/{number}.txt"}}], "usage": {"input_tokens": 0}}
        for number in range(8)
    ]
    script = home / "script.json"
    script.write_text(json.dumps({"replies": [SUMMARY, *turns, {"blocks": [{"text": "Done."}], "times": 0}]}))
    (home / "sub").mkdir(exist_ok=True)
    (home / "sub/AGENTS.md").write_text("Be short in sub.")
    for number in range(8):
        (home / f"sub/{number}.txt").write_text(f"line {number}\n" * 100)
    given = {"provider.name": "scripted", "provider.script": str(script), **flags}
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
    return Options(cwd=home, environment=environment, flags=given, which=which, mode=Mode.YOLO, on_ask="deny")


@asynccontextmanager
async def session(home: Path, which: Which, **flags: object) -> AsyncGenerator[Opened]:
    async with opened(options(home, which, **flags)) as found:
        yield found
        await found.session.settled()


async def said(found: Opened, text: str) -> None:
    found.session.submit(Prompt(content=(Text(text=text),)))
    await found.session.settled()


def messages(found: Opened) -> tuple[Message, ...]:
    return found.session.desk.conversation.messages()


async def test_a_summarised_session_is_the_same_after_it_was_taken_up_forked_and_taken_back(tmp_path: Path) -> None:
    flags = {"orchestrator.context_strategy.type": "summarize", "orchestrator.context_strategy.threshold": 3_000}
    async with session(tmp_path, New(), **flags) as first:
        assert NAME not in _offered(first)
        await said(first, "the task")
        past, told, known = first.session.desk.past(), messages(first), first.session.id
        assert NAME in _offered(first)
    assert past.fold is not None
    assert past.fold.event.summary.startswith("In short.")
    assert "[Instructions of" in str(told)
    async with session(tmp_path, Resume(id=known), **flags) as again:
        assert messages(again) == told
        log = await again.whole()
        parts = expanding.parts(expanding.past_of(log, "heartbit"))
        assert [part.span for part in parts] == list(past.fold.event.spans)
        assert "line 0" in expanding.original(again.session.desk.past(), parts[0])
    async with session(tmp_path, Resume(id=known, fork=True), **flags) as copy:
        assert messages(copy) == told
        for _ in past.folds:
            copy.session.submit(Restore())
        whole = copy.session.desk.past()
        assert len(list(whole.told())) == len(whole.entries)
    async with session(tmp_path, Resume(id=known), **flags) as again:
        assert messages(again) == told


async def test_a_person_summarises_without_any_threshold(tmp_path: Path) -> None:
    async with session(tmp_path, New(), **{"context.compact_at": 0}) as found:
        await said(found, "the task")
        found.session.submit(Compact(focus="the lines"))
        await found.session.settled()
        fold = found.session.desk.past().fold
        assert fold is not None
        assert (fold.event.trigger, fold.event.usage.output_tokens) == ("asked", 5)


async def test_when_compaction_will_come_is_foretold_whatever_memory_there_is(tmp_path: Path) -> None:
    threshold = {"context.summarize_threshold": 50_000}
    for kind in ("sqlite", "in_memory"):
        async with session(tmp_path, New(), **threshold, **{"memory.type": kind}) as found:
            assert found.meters.outlook().size.threshold == 50_000


def _offered(found: Opened) -> list[str]:
    agent = found.session.agent
    return [spec.name for spec in agent.offered([tool.spec for tool in agent.tools], messages(found))]


def read(flags: Mapping[str, object], environment: Mapping[str, str] = NOTHING) -> Settings:
    return context(load([], environment, flags, trusted=True))


@pytest.mark.parametrize(
    ("flags", "wanted"),
    [
        ({}, Settings()),
        ({"context.summarize_threshold": 9}, Settings(threshold=9)),
        ({"orchestrator.summarize_threshold": 9}, Settings(threshold=9)),
        ({"context.compact_at": 0.0}, Settings(share=0.0)),
        ({"orchestrator.context_strategy.type": "unlimited"}, Settings(strategy="unlimited")),
        (
            {"orchestrator.context_strategy.type": "sliding_window", "orchestrator.context_strategy.max_tokens": 7},
            Settings(strategy="sliding_window", threshold=7),
        ),
        (
            {"orchestrator.context_strategy.type": "summarize", "orchestrator.context_strategy.threshold": 7},
            Settings(strategy="summarize", threshold=7),
        ),
        (
            {
                "context.session_prune": True,
                "context.session_prune_keep_recent_n": 0,
                "context.session_prune_max_bytes": 0,
            },
            Settings(pruning=Pruning(recent=0, most=0)),
        ),
        (
            {"context.session_prune": True, "context.session_prune_preserve_task": False},
            Settings(pruning=Pruning(task=False)),
        ),
    ],
)
def test_each_setting_decides_what_it_says(flags: Mapping[str, object], wanted: Settings) -> None:
    assert read(flags) == wanted


def test_the_seeds_variables_set_the_same() -> None:
    environment = {
        "HEARTBIT_SUMMARIZE_THRESHOLD": "80000",
        "HEARTBIT_RECURSIVE_SUMMARIZATION": "1",
        "HEARTBIT_COMPRESSION_THRESHOLD": "4096",
        "HEARTBIT_SESSION_PRUNE": "true",
        "HEARTBIT_ENABLE_REFLECTION": "yes",
    }
    wanted = Settings(threshold=80_000, recursive=True, compress=4_096, pruning=Pruning(), reflection=True)
    assert read({}, environment) == wanted
