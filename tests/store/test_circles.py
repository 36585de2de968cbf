"""Sessions that say of each other that they were forked from one another."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from heartbit_tui.store.document import document
from heartbit_tui.store.export_html import export_html
from heartbit_tui.store.export_jsonl import export_jsonl, import_jsonl
from heartbit_tui.store.export_markdown import export_markdown
from heartbit_tui.store.store import Store
from heartbit_tui.store.summary import summarise
from tests.store.logs import STARTED, record, run

CIRCLES = ({"a": "a"}, {"a": "b", "b": "a"}, {"a": "b", "b": "c", "c": "a", "d": "a"})


@pytest.mark.security("K28")
@pytest.mark.parametrize("parents", CIRCLES)
async def test_sessions_that_were_forked_from_each_other_hold_nobody_up(
    store: Store, parents: dict[str, str], record_property: Callable[[str, object], None]
) -> None:
    record_property("cases", len(parents))
    async with asyncio.timeout(20):
        for session, parent in parents.items():
            await record(store, session, [replace(STARTED, parent=parent, parent_seq=3), *run("go")])
        for session, parent in parents.items():
            log = (await store.load(session)).envelopes
            assert (await store.index.info(session)).summary.parent == summarise(log).parent == parent
            assert parent in export_markdown(log)
            assert parent in export_html(log)
            assert document(log)
            assert import_jsonl(export_jsonl(log)) == log
            copy = await store.fork(session)
            assert (await store.index.info(copy)).summary.parent == session
            async with store.recorder(session) as recorder:
                assert recorder.seq == len(log)
        assert len(await store.index.search("", limit=100)) == 2 * len(parents)
