"""Entries as JSON lines: what goes out comes in again, and old lines load."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies as st

from heartbit_tui.memory.errors import EntryRefused
from heartbit_tui.memory.lines import Reading, dump
from heartbit_tui.memory.types import Confidentiality, Entry, EntryType, Origin, Scope

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
OWN = Scope(tenant="t", user="u", agent="heartbit", project="/w")
WORDS = st.text(alphabet=st.characters(exclude_categories=("Cs",)), min_size=1, max_size=30)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
ENTRIES = st.builds(
    Entry,
    id=WORDS,
    scope=st.builds(Scope, tenant=st.just("t"), user=st.just("u"), agent=WORDS, session=WORDS, project=WORDS),
    content=WORDS.filter(str.strip),
    category=WORDS,
    tags=st.lists(WORDS).map(tuple),
    keywords=st.lists(WORDS).map(tuple),
    summary=st.one_of(st.just(""), WORDS),
    importance=st.integers(1, 10),
    type=st.sampled_from(EntryType),
    confidentiality=st.sampled_from(Confidentiality),
    strength=st.sampled_from((0.0, 0.25, 1.0)),
    created_at=MOMENTS,
    last_accessed=MOMENTS,
    access_count=st.integers(0, 99),
    related_ids=st.lists(WORDS).map(tuple),
    source_ids=st.lists(WORDS).map(tuple),
    origin=st.builds(Origin, session=WORDS, seq=st.integers(0, 9), by=WORDS),
    pinned=st.booleans(),
)


def read(*lines: object) -> list[Entry]:
    return list(Reading(OWN, NOW).entries(json.dumps(line) for line in lines))


@given(ENTRIES)
def test_what_was_written_is_read_as_it_was(entry: Entry) -> None:
    assert read(dump(entry)) == [entry]


def test_a_line_of_text_alone_gets_every_default() -> None:
    (entry,) = read({"text": "hello"})
    assert (entry.content, entry.scope, entry.importance, entry.type, entry.confidentiality, entry.strength) == (
        "hello",
        OWN,
        5,
        EntryType.EPISODIC,
        Confidentiality.PUBLIC,
        1.0,
    )
    assert (entry.created_at, entry.last_accessed, entry.origin.by) == (NOW, NOW, "import")


def test_an_old_record_with_none_of_the_newer_fields_loads_and_has_not_faded() -> None:
    old: dict[str, object] = {
        "id": "a",
        "agent": "x",
        "content": "c",
        "category": "fact",
        "tags": [],
        "created_at": "2020-01-01T00:00:00Z",
    }
    (entry,) = read(old)
    assert (entry.id, entry.scope.agent, entry.content) == ("a", "x", "c")
    assert (entry.created_at, entry.last_accessed) == (datetime(2020, 1, 1, tzinfo=UTC), NOW)
    assert "embedding" not in dump(entry)


def test_no_line_chooses_a_tenant_or_a_user_and_an_unknown_level_is_the_strictest() -> None:
    (entry,) = read({"text": "x", "tenant": "other", "user": "other", "confidentiality": "top secret"})
    assert (entry.scope.tenant, entry.scope.user, entry.confidentiality) == ("t", "u", Confidentiality.RESTRICTED)


def test_the_same_file_gives_the_same_ids_and_equal_lines_of_it_different_ones() -> None:
    lines = ({"text": "x", "session": "s"}, {"text": "x", "session": "s"}, {"text": "x", "session": "t"})
    first, second = read(*lines), read(*lines)
    assert [entry.id for entry in first] == [entry.id for entry in second]
    assert len({entry.id for entry in first}) == 3


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "Line 2"),
        ("[]", "no JSON object"),
        ("{}", 'no "text"'),
        ('{"text": "  "}', 'no "text"'),
        ('{"text": 3}', "`content` is int"),
        ('{"text": "x", "at": "soon"}', "`at` is 'soon'"),
        ('{"text": "x", "at": 1e300}', "`at` is float"),
        ('{"text": "x", "tags": "a"}', "`tags` is str"),
        ('{"text": "x", "tags": [1]}', "`tags` is list"),
        ('{"text": "x", "importance": "5"}', "`importance` is str"),
        ('{"text": "x", "strength": true}', "`strength` is bool"),
        ('{"text": "x", "memory_type": "dream"}', "dream"),
    ],
)
def test_a_line_that_is_wrong_is_told_with_its_number(line: str, words: str) -> None:
    with pytest.raises(EntryRefused, match="Line 2: ") as caught:
        list(Reading(OWN, NOW).entries(["", line]))
    assert words in str(caught.value)
    assert "Nothing of the file was taken in." in str(caught.value)
