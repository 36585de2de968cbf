import random
import time

from heartbit_tui.client.corpus import LONGEST, Corpus, Found, corpus, finished, search
from heartbit_tui.client.fuzzy import ranked

WORDS = [
    "user",
    "account",
    "service",
    "handler",
    "test",
    "index",
    "main",
    "view",
    "model",
    "util",
    "config",
    "session",
    "render",
    "parser",
    "token",
    "stream",
    "buffer",
    "client",
    "server",
    "cache",
    "query",
    "route",
    "auth",
    "login",
    "page",
    "button",
    "form",
    "table",
    "list",
    "item",
    "tree",
    "node",
    "graph",
    "edge",
]
QUERIES = ("s", "ser", "usrhn", "clfi", "zq", "userhandler", "us/ha", "user/service/", "q", "a.b", ".py", "xxxxxx")


def paths(count: int, seed: int = 1) -> list[str]:
    chance = random.Random(seed)
    folders = ["/".join(chance.sample(WORDS, chance.randrange(1, 5))) for _ in range(max(count // 12, 4))]
    found: dict[str, None] = {}
    while len(found) < count:
        words = chance.sample(WORDS, chance.randrange(1, 4))
        name = "".join(map(str.title, words)) if chance.random() < 0.3 else chance.choice("_-").join(words)
        found[f"{chance.choice(folders)}/{name}{chance.choice(('.py', '.ts', '.md', '.rs', '.json'))}"] = None
    return list(found)


def timed(where: Corpus, query: str) -> tuple[float, float, Found]:
    """CPU seconds of all steps and of the longest, and what was found."""
    steps = search(where, query, 50)
    total = longest = 0.0
    while True:
        begun = time.thread_time()
        try:
            next(steps)
        except StopIteration as end:
            spent = time.thread_time() - begun
            return total + spent, max(longest, spent), end.value
        spent = time.thread_time() - begun
        total, longest = total + spent, max(longest, spent)


def test_a_hundred_thousand_paths_are_ranked_in_a_few_times_a_bare_scan() -> None:
    listed = paths(100_000)
    where = corpus(listed)
    text = "\n".join(listed).lower()
    floor = min(_scan(text) for _ in range(5))
    for query in QUERIES:
        total, longest = (min(times) for times in zip(*(timed(where, query)[:2] for _ in range(3)), strict=True))
        print(f"{query!r}: {total * 1000:.1f} ms, longest step {longest * 1000:.1f} ms, floor {floor * 1000:.1f} ms")
        assert total < 60 * floor, query
        assert longest < 8 * floor, query


def _scan(text: str) -> float:
    begun = time.thread_time()
    assert "zzqx" not in text
    return time.thread_time() - begun


def test_the_best_of_a_small_project_are_those_of_comparing_each_one() -> None:
    listed = paths(300, seed=2)
    where = corpus(listed)
    for query in (*QUERIES, "te", "hand", "gred", "mode", "serverh", "t/i"):
        found = [each.text for each in finished(search(where, query, 400)).matches]
        assert found == [each.text for each in ranked(listed, query, 400)], query


def test_what_is_left_of_a_search_is_enough_for_the_next_letter() -> None:
    listed = paths(3000, seed=3)
    where = corpus(listed)
    narrowed = 0
    for query in ("usrh", "userhandler", "hndl", "zqx", "sergra", "us/ha"):
        for size in range(1, len(query)):
            rest = finished(search(where, query[:size], 10)).rest
            if rest is not None:
                narrowed += 1
                longer = query[: size + 1]
                whole = finished(search(where, longer, 5000)).matches
                assert finished(search(rest, longer, 5000)).matches == whole
    assert narrowed >= 10


def test_a_rare_exact_name_is_found_among_many_that_begin_so() -> None:
    where = corpus([*(f"deep/down/main{number}.py" for number in range(5000)), "a/very/long/way/down/to/here/main"])
    assert finished(search(where, "main", 3)).matches[0].text == "a/very/long/way/down/to/here/main"


def test_line_ends_and_scripts_without_capitals_keep_paths_apart() -> None:
    names = ("a\nb.py", "日本/語.txt", "İ/x.py", "c.py", "\n", "x" * (LONGEST + 1))
    where = corpus(names)
    assert where.size == 5
    found = {query: [each.text for each in finished(search(where, query, 9)).matches] for query in ("b.p", "語", "x.")}
    assert found == {"b.p": ["a\nb.py"], "語": ["日本/語.txt"], "x.": ["İ/x.py"]}


def test_names_made_to_be_slow_hold_no_step_up_for_long() -> None:
    where = corpus([f"{'a_' * 140}{number}" for number in range(400)] + ["u" * 300 + str(n) for n in range(400)])
    for query in ("aaaaaaab", "uuuuuub", "aaaaaaaa", "uuuuuuu", "uuuuuux"):
        timed(where, query)


def test_nothing_asked_lists_short_paths() -> None:
    found = finished(search(corpus(("bb", "a", "ccc")), "", 2))
    assert [each.text for each in found.matches] == ["a", "bb"]
