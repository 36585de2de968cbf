"""What was said and done in any session is found by its words, as it stands in the log and masked."""

from heartbit_tui.store.found import Asked
from heartbit_tui.store.store import Store
from tests.store.logs import STARTED, record, run


async def test_a_word_is_found_in_prompts_answers_calls_and_results(store: Store) -> None:
    await record(store, "s", [STARTED, *run("mend the parser", turns=2)])
    assert await store.passages.catch_up(str) == 0
    found = await store.passages.search(Asked(text="parser"))
    assert [(hit.session, hit.seq, hit.kind, hit.sentence, hit.marks) for hit in found] == [
        ("s", 3, "prompt", "mend the parser", ((9, 15),))
    ]
    for words, kind in (("look", "answer"), ("echo", "call"), ('"line of output"', "result")):
        assert {hit.kind for hit in await store.passages.search(Asked(text=words))} == {kind}
    assert (await store.passages.agreement()).wrong == ()
