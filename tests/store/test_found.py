"""What was said and done in any session is found by its words, as it stands in the log, and masked."""

import asyncio
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from heartbit_tui.config.redact import MARK, Redactor
from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.kernel.events import AssistantMessage, Event, ToolAnswered, UserMessage
from heartbit_tui.kernel.messages import Assistant, Text, ToolCall, ToolResult, user
from heartbit_tui.store import driver, indexing
from heartbit_tui.store.found import Asked, Hit
from heartbit_tui.store.passages import OUTPUT, WORDS, passages
from heartbit_tui.store.rows import row_of
from heartbit_tui.store.sentences import AFTER, BEFORE, sentence_of
from heartbit_tui.store.store import Store
from heartbit_tui.store.trail import Trail
from heartbit_tui.testing.clock import FakeClock
from tests.store.logs import STARTED, give, placed, record, run

OPERATIONS = 400
NOWHERE: frozenset[str] = frozenset()
TOPICS = ("parser", "login form", "dark theme", "café menu", "foo_bar.baz", "名前を変える")


async def found(store: Store, text: str, **more: object) -> list[Hit]:
    await store.passages.catch_up(str)
    return await store.passages.search(Asked(text=text, **more))  # type: ignore[arg-type]  # the fields of the class


async def test_a_word_is_found_in_prompts_answers_calls_and_results(store: Store) -> None:
    await record(store, "s", [STARTED, *run("mend the parser", turns=2)])
    (hit,) = await found(store, "parser")
    assert (hit.session, hit.title, hit.cwd, hit.seq, hit.kind) == (
        "s",
        "mend the parser",
        "/work/project",
        3,
        "prompt",
    )
    assert (hit.sentence, hit.marks, hit.marked) == ("mend the parser", ((9, 15),), "mend the »parser«")
    assert hit.at == "2026-01-01T00:00:03.000000Z"
    for words, kind in (("look", "answer"), ("echo", "call"), ('"line of output"', "result")):
        assert {hit.kind for hit in await found(store, words)} == {kind}
    assert {hit.call for hit in await found(store, "echo")} == {"c1", "c2"}
    assert (await store.passages.agreement()).wrong == ()


@pytest.mark.parametrize(
    ("text", "sessions"),
    [
        ("parser", {"s0"}),
        ("PARS", {"s0"}),
        ("login form", {"s1"}),
        ("form login", {"s1"}),
        ('"form login"', NOWHERE),
        ('"login form"', {"s1"}),
        ("cafe", {"s3"}),
        ("foo_bar.baz", {"s4"}),
        ("変える", {"s5"}),
        ("name:parser", NOWHERE),
        ("parser OR theme", NOWHERE),
        ('"', NOWHERE),
        ("*", NOWHERE),
        ("NEAR(", NOWHERE),
        ("'; DROP TABLE passages; --", NOWHERE),
        ("\x00", NOWHERE),
        ("", NOWHERE),
        ("%", NOWHERE),
    ],
)
async def test_words_are_beginnings_in_any_order_and_have_no_syntax(
    store: Store, text: str, sessions: frozenset[str] | set[str]
) -> None:
    for number, topic in enumerate(TOPICS):
        await record(store, f"s{number}", [STARTED, *run(f"Please see to the {topic} today.")[:2]])
    assert {hit.session for hit in await found(store, text)} == sessions


async def test_hits_come_newest_first_and_a_copy_is_told_with_its_original(store: Store) -> None:
    await record(store, "a", [STARTED, *run("about the parser")])
    await record(store, "b", placed_later("the parser again"))
    await store.fork("a")
    hits = await found(store, "parser")
    assert [(hit.session, hit.copies) for hit in hits] == [("b", 0), ("a", 1)]
    assert [hit.session for hit in await found(store, "parser", limit=1)] == ["b"]
    assert await found(store, "parser", cwd="/elsewhere") == []
    assert len(await found(store, "parser", cwd="/work/project")) == 2


def placed_later(prompt: str) -> list[Event]:
    return [STARTED, *run("x", turns=6), *run(prompt)]


async def test_what_was_rewritten_by_a_guardrail_or_said_by_heartbit_is_no_prompt(store: Store) -> None:
    told = UserMessage(message=user("heartbit says parser"), origin="heartbit")
    await record(store, "s", [STARTED, told, *run("nothing")])
    assert await found(store, "parser") == []


# Secrets and bounds


@pytest.mark.security("I6")
async def test_no_secret_comes_into_the_index(path: Path, clock: FakeClock) -> None:
    key, known = "sk-ant-api03-" + "a1B2" * 12, "hunter2-and-more"
    call = ToolCall(id="c", name="bash", input={"command": f"curl -H 'x: {known}' ", "password": known})
    events = (
        UserMessage(message=user(f"my key is {key}")),
        AssistantMessage(message=Assistant(content=(Text(text=f"It is {known}."), call))),
        ToolAnswered(result=ToolResult(call_id="c", content="x" * (OUTPUT - 20) + " " + key + " after")),
    )
    async with Store.open(path, clock) as store:
        async with store.recorder("s", Trail(Redactor([known]))) as recorder:
            give(recorder, placed([STARTED, *events]))
        assert await store.passages.catch_up(str) == 0
        assert {hit.kind for hit in await found(store, MARK)} == {"prompt", "answer", "call", "result"}
        assert await found(store, "hunter2") == []
    with closing(driver.connect(path)) as connection:
        texts = " ".join(text for (text,) in connection.execute("SELECT text FROM passages"))
    assert known not in texts
    assert key[:20] not in texts


def test_a_passage_is_bounded_and_not_cut_in_a_secret() -> None:
    secret = "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIi" * 400
    words = "a word " * (WORDS // 7 - 2)
    (row,) = (row_of(each) for each in placed([UserMessage(message=user(words + secret))]))
    (passage,) = passages(1, row[4], row[5], Redactor())
    assert len(passage.text) <= WORDS
    assert "eyJ" not in passage.text


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '{"message":5}', '{"message":{"content":[5]},"origin":"x"}'])
def test_a_row_that_cannot_be_read_has_nothing_to_find(body: str) -> None:
    assert [*passages(1, "user_message", body, str), *passages(1, "tool_answered", body, str)] == []


# Index and log


@pytest.mark.security("M5", n=OPERATIONS)
async def test_index_and_log_agree_after_any_operations(path: Path, clock: FakeClock) -> None:
    """Sessions are written, forked, renamed, deleted and pruned, and the index is caught up now and then."""
    dice = Random(3)
    async with Store.open(path, clock) as store:
        for number in range(OPERATIONS):
            await _anything(store, dice, number)
            if number % 20 == 0:
                assert (await store.passages.agreement()).wrong == ()
        assert await store.passages.catch_up(str) == 0
        agreed = await store.passages.agreement()
        assert (agreed.wrong, agreed.behind) == ((), 0)
        assert agreed.passages == await _texts(store)
        await store.passages.rebuild(str)
        assert (await store.passages.agreement()) == agreed


async def _anything(store: Store, dice: Random, number: int) -> None:
    known = [info.id for info in await store.index.search(limit=1000)]
    what = dice.choice(("new", "new", "more", "more", "catch up", "fork", "rename", "delete", "prune", "rebuild"))
    if what == "new" or not known:
        await record(store, f"s{number}", [STARTED, *run(f"about {dice.choice(TOPICS)}", turns=dice.randrange(4))])
    elif what == "more":
        await record(store, dice.choice(known), run(f"more of {dice.choice(TOPICS)}"))
    elif what == "catch up":
        await store.passages.catch_up(str, patience=dice.choice((0.0, 9.0)))
    elif what == "fork":
        await store.fork(dice.choice(known), dice.randrange(1, 20))
    elif what == "rename":
        await store.rename(dice.choice(known), "another title")
    elif what == "delete":
        await store.delete(dice.choice(known))
    elif what == "prune":
        await store.prune(max_bytes=dice.randrange(20_000, 200_000))
    else:
        await store.passages.rebuild(str)


async def _texts(store: Store) -> int:
    """How many texts there are to find, counted from the logs."""
    count = 0
    for info in await store.index.search(limit=1000):
        for envelope in (await store.load(info.id)).envelopes:
            row = row_of(envelope)
            count += len(list(passages(row[0], row[4], row[5], str)))
    return count


async def test_a_session_that_is_deleted_is_found_no_more(store: Store) -> None:
    await record(store, "s", [STARTED, *run("the parser")])
    assert len(await found(store, "parser")) == 1
    await store.delete("s")
    assert await found(store, "parser") == []


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM passages WHERE kind = 'result'",
        "UPDATE passages SET seq = seq + 1000",
        "INSERT INTO passage_words (passage_words, rowid, text) SELECT 'delete', id, text FROM passages LIMIT 1",
        "INSERT INTO prompt_words (prompt_words, rowid, text) VALUES ('delete', 1, 'the parser')",
    ],
)
async def test_a_disagreement_is_seen_and_mended(path: Path, clock: FakeClock, damage: str) -> None:
    async with Store.open(path, clock) as store:
        await record(store, "s", [STARTED, *run("the parser", turns=2)])
        await store.passages.catch_up(str)
        with closing(driver.connect(path)) as connection:
            connection.execute(damage)
        assert (await store.passages.agreement()).wrong != ()
        await store.passages.rebuild(str)
        assert (await store.passages.agreement()).wrong == ()


async def test_a_run_is_found_when_its_session_is_closed_and_what_is_left_with_the_next_search(
    path: Path, clock: FakeClock
) -> None:
    async with Store.open(path, clock) as store:
        async with store.recorder("s", Trail(str)) as recorder:
            give(recorder, placed([STARTED, *run("the parser")]))
        assert len(await store.passages.search(Asked(text="parser"))) == 1
        async with store.recorder("t", Trail(str), indexed=False) as recorder:
            give(recorder, placed([STARTED, *run("another parser")], session="t"))
        assert len(await store.passages.search(Asked(text="parser"))) == 1
        assert len(await found(store, "parser")) == 2


async def test_an_index_that_cannot_be_written_costs_no_event(path: Path, clock: FakeClock) -> None:
    async with Store.open(path, clock) as store:
        with closing(driver.connect(path)) as connection:
            connection.execute("CREATE TRIGGER stop BEFORE INSERT ON passages BEGIN SELECT RAISE(ABORT, 'no'); END")
        async with store.recorder("s", Trail(str)) as recorder:
            give(recorder, log := placed([STARTED, *run("the parser")]))
        assert (await store.load("s")).envelopes == log
        with pytest.raises(StoreError):
            await store.passages.catch_up(str)


def test_two_processes_take_in_a_slice_once(path: Path) -> None:
    """The mark moves with the texts, so that who comes second adds nothing."""
    asyncio.run(_recorded(path))
    with closing(driver.connect(path)) as one, closing(driver.connect(path)) as other:
        seen: list[str] = []

        def meanwhile(text: str) -> str:
            if not seen:
                seen.append(text)
                indexing.take_in(other, 1, str)
            return text

        indexing.take_in(one, 1, meanwhile)
        assert indexing.agreement(one).wrong == ()
        assert one.execute("SELECT count(*) FROM passages").fetchone() == (4,)


async def _recorded(path: Path) -> None:
    async with Store.open(path, FakeClock()) as store:
        await record(store, "s", [STARTED, *run("the parser")])


# Sentences


@pytest.mark.parametrize(
    ("text", "expected", "marks"),
    [
        ("One. The \x02parser\x03 fails. Three.", "The parser fails.", ((4, 10),)),
        ("first line\nthe \x02par\x03ser \x02fail\x03s\nlast", "the parser fails", ((4, 7), (11, 15))),
        ("no match at all", "no match at all", ()),
        ("\x02a\x03", "a", ((0, 1),)),
        ("", "", ()),
    ],
)
def test_the_sentence_around_a_match_is_told_in_one_line(
    text: str, expected: str, marks: tuple[tuple[int, int], ...]
) -> None:
    assert sentence_of(text, ()) == (expected, marks)


def test_a_sentence_without_an_end_is_cut_around_the_match() -> None:
    sentence, marks = sentence_of("x " * 500 + "\x02parser\x03 " + "y " * 500, ())
    assert len(sentence) <= BEFORE + AFTER + 2
    assert [sentence[begin:end] for begin, end in marks] == ["parser"]
    assert sentence.startswith("…")
    assert sentence.endswith("…")


# While a session is open


async def test_a_session_that_rests_after_a_run_is_taken_in_and_one_that_is_busy_is_not(
    path: Path, clock: FakeClock
) -> None:
    async with Store.open(path, clock) as store, store.recorder("s", Trail(str)) as recorder:
        log = placed([STARTED, *run("the parser")])
        give(recorder, log)
        await recorder.committed(len(log))
        assert await store.passages.search(Asked(text="parser")) == []
        while not await store.passages.search(Asked(text="parser")):
            await asyncio.to_thread(lambda: None)
    assert (await store_of(path, clock)) == ((), 0)


async def store_of(path: Path, clock: FakeClock) -> tuple[tuple[str, ...], int]:
    """What is wrong with the index of a file, and how far it is behind."""
    async with Store.open(path, clock) as store:
        agreed = await store.passages.agreement()
    return agreed.wrong, agreed.behind


async def test_a_session_that_ends_in_a_fault_leaves_nothing_planned(path: Path, clock: FakeClock) -> None:
    async with Store.open(path, clock) as store:
        with pytest.raises(ZeroDivisionError):
            await fails_in_a_session(store)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert len(await found(store, "parser")) == 1


async def fails_in_a_session(store: Store) -> None:
    async with store.recorder("s", Trail(str)) as recorder:
        give(recorder, log := placed([STARTED, *run("the parser")]))
        await recorder.committed(len(log))
        raise ZeroDivisionError
