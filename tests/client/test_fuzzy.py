import random

import pytest

from heartbit_tui.client.fuzzy import Kind, match, ranked

HOSTILE = ("a\x1b[31mb.py", "a\nb.py", "[bold]ab[/].py", "a\u202eb.py", "İab.py", "ﬁab.py", "日本/ab.py")

BETTER: tuple[tuple[str, str, str], ...] = (
    # the exact name, however deep, before a name that only begins so
    ("main.py", "very/deep/down/main.py", "main.pyi"),
    ("readme", "docs/old/readme", "readme.md"),
    ("README", "docs/readme", "readme.md"),
    ("src", "a/b/c/src/", "srcs"),
    ("src/main.py", "lib/src/main.py", "src/main.pyc"),
    ("makefile", "sub/Makefile", "Makefile.am"),
    ("a", "z/a", "aa"),
    ("index.ts", "web/app/index.ts", "index.tsx"),
    # a name that begins so, before words inside of a name
    ("ma", "src/main.py", "domain.py"),
    ("ma", "src/main.py", "to_map.py"),
    ("file", "a/b/c/files.py", "my_file.py"),
    ("test", "a/b/tests/", "my_test.py"),
    ("us", "deep/down/user.py", "a/to_us.py"),
    ("conf", "a/b/c/config.toml", "my-conf.toml"),
    ("src/ma", "lib/src/main.py", "src/app/main.py"),
    ("co", "a/complete/corpus.py", "x/my-co.py"),
    ("f", "z/z/files.py", "a_f.py"),
    ("fuz", "heartbit/client/fuzzy.py", "heartbit/f/u_z.py"),
    # beginnings of words, before letters in the middle of one
    ("bar", "a/foo_bar.py", "embark.py"),
    ("idx", "a/b/file_idx.py", "midxy.py"),
    ("fi", "a/b/FileIndex.py", "profit.py"),
    ("hs", "a/b/HttpServer.java", "ashs.java"),
    ("fb", "a/b/foo_bar.py", "afb.py"),
    ("fobar", "a/fo_bar.py", "xfobar.py"),
    ("clfi", "client/files.py", "uclfi.py"),
    ("clientfiles", "client/files.py", "xclientfiles.py"),
    ("usrh", "usr/handler.py", "busrh.py"),
    ("fobar", "fob/obar.py", "xfobar.py"),
    ("h", "a/to_h.py", "ash.py"),
    ("v2", "api/v2.py", "av2.py"),
    ("py", "a/b.py", "happy"),
    (".py", "a/b.py", "a/pxy"),
    ("日本", "a/日本.txt", "a/日x本.txt"),
    # letters in a row, before letters apart
    ("oma", "domain.py", "oxmxa.py"),
    ("omain", "a/b/c/d/domain.py", "o_m_axin.py"),
    ("andl", "src/handler.py", "axnxdxl.py"),
    ("ndex", "a/b/c/index.ts", "nxdxex.ts"),
    ("ello", "hello.txt", "exlxlo.txt"),
    # the name, before the folders above it
    ("bar", "a/foo_bar.py", "foo_bar/a.py"),
    ("oma", "a/domain.py", "domain/a.py"),
    ("ab", "z/x_ab.py", "x_ab/z.py"),
    ("hs", "a/HttpServer", "HttpServer/a"),
    # fewer pieces, before more
    ("foobar", "a/foo_bar", "a/fo_ob_ar"),
    ("abc", "x_abc.py", "x_a_b_c.py"),
    ("fuzz", "x/fu_zz", "x/f_u_zz"),
    # short paths, before long ones
    ("main", "a/main.py", "a/b/main.py"),
    ("main", "main.c", "main.py"),
    ("bar", "x_bar.py", "xyz_bar.py"),
    ("oma", "domain.py", "tomaten.py"),
    ("fi", "file.py", "fields.py"),
    ("src", "src/", "lib/src/"),
    ("aa", "aaa", "aaaa"),
    ("co", "conf", "configuration"),
    # by their letters where all else is the same
    ("x", "xa", "xb"),
    ("main", "a/main", "b/main"),
    # capitals in the query make no difference
    ("MAIN", "main.py", "domain.py"),
    ("FB", "a/foo_bar.py", "afb.py"),
    # folders
    ("lib", "lib/", "lib.py"),
    ("lib/", "lib/", "lib/a.py"),
    ("lib/a", "lib/a", "lib/ab"),
    ("lib/a", "lib/ab", "a/lib/b/a"),
)


def test_at_least_sixty_pairs_stand_in_the_right_order() -> None:
    wrong = [
        (query, better, worse)
        for query, better, worse in BETTER
        if [each.text for each in ranked((worse, better), query, 2)] not in ([better, worse], [better])
    ]
    assert wrong == []
    assert len(BETTER) >= 60


@pytest.mark.parametrize(
    ("query", "text", "marked"),
    [
        ("ma", "src/main.py", "ma"),
        ("fi", "a/FileIndex.py", "Fi"),
        ("fin", "a/FileNode_in.py", "FiN"),
        ("clfi", "client/files.py", "clfi"),
        ("oma", "domain.py", "oma"),
        ("dmn", "domain.py", "dmn"),
        ("src/ma", "lib/src/main.py", "src/ma"),
        ("", "a", ""),
    ],
)
def test_the_letters_that_answer_are_told(query: str, text: str, marked: str) -> None:
    found = match(text, query)
    assert found is not None
    assert "".join(text[at] for at in found.positions) == marked


def test_positions_always_name_the_letters_of_the_query_in_order() -> None:
    random_letters = random.Random(7)
    checked = 0
    while checked < 2000:
        text = "".join(random_letters.choices("abAB_/.1é", k=random_letters.randrange(1, 24)))
        query = "".join(random_letters.choices("ab_/1é", k=random_letters.randrange(1, 5)))
        found = match(text, query)
        assert (found is not None) == _holds(text.lower(), query), (text, query)
        if found is not None:
            assert [text[at].lower() for at in found.positions] == list(query)
            assert list(found.positions) == sorted(set(found.positions))
        checked += 1
    assert checked == 2000


def _holds(text: str, query: str) -> bool:
    rest = iter(text)
    return all(letter in rest for letter in query)


def test_hostile_names_are_found_by_their_letters_and_given_as_they_are() -> None:
    for name in HOSTILE:
        found = match(name, "ab")
        assert found is not None
        assert found.text == name
        assert [name[at] for at in found.positions] == ["a", "b"]


def test_a_name_made_to_be_slow_is_answered() -> None:
    name = "a_" * 150
    found = match(name, "a" * 40 + "b")
    assert found is None
    found = match(name, "a_" * 6)
    assert found is not None
    assert found.rank[0] == Kind.PREFIX


def test_nothing_asked_gives_all_in_their_order() -> None:
    assert [each.text for each in ranked(("b", "a", "c"), "", 2)] == ["b", "a"]
