from collections.abc import Sequence

import pytest

from heartbit_tui.client.commands import Command, named
from heartbit_tui.client.fuzzy import Match, ranked
from heartbit_tui.client.serving import Address
from heartbit_tui.lsp.types import Named
from heartbit_tui.tui.complete.item import Item
from heartbit_tui.tui.complete.sources import Argument, Asked, Choice, CommandName, File, Sources, asked

NAMES = ("src/", "src/main.py", "my file.py", "a\x1b[31mb\nc.py", "own dir/")


class Listed:
    """A project of a few files."""

    def __init__(self) -> None:
        self.freshened = 0

    def freshen(self) -> None:
        self.freshened += 1

    async def find(self, text: str, limit: int = 50) -> tuple[Match, ...]:
        return ranked(NAMES, text, limit)


async def sessions() -> Sequence[Choice]:
    return (
        Choice(text="20261122-ab12", label="Fix the parser", meta="2 h ago"),
        Choice(text="20261121-cd34", label="Write the docs", meta="yesterday"),
    )


def sources(files: Listed | None = None) -> Sources:
    return Sources(files or Listed(), {"resume": sessions})


async def test_names_come_after_files_as_the_lines_where_they_stand() -> None:
    asked_for: list[str] = []

    async def names(text: str) -> Sequence[Named]:
        asked_for.append(text)
        return (
            Named(name="total_price", kind="function", path="src/shop/basket.py", first=18, last=24),
            Named(name="Basket", kind="class", path="src/a b.py", first=3),
            Named(name="toll", kind="variable", path="x.py", first=1, inside="Road"),
        )

    found = Sources(Listed(), {}, names=names)
    items = await found.late("see @tot")
    assert [(each.label, each.meta, each.replaces) for each in items] == [
        ("total_price", "function · src/shop/basket.py:18", (4, 8))
    ]
    assert items[0].applied("see @tot now")[0] == "see @src/shop/basket.py:18-24  now"
    (quoted,) = await found.late("@Bask")
    assert quoted.insert == '@"src/a b.py":3 '
    for before in ("@t", "@src/to", "@3d", "/mode pl", "tot", "@", "a@tot"):
        assert await found.late(before) == ()
    assert asked_for == ["tot", "Bask"], "no server is asked for what is no name"


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("/", CommandName(text="")),
        ("/mo", CommandName(text="mo")),
        ("/mode pl", Argument(command=named()["mode"], text="pl", start=6)),
        ("/settings x", Argument(command=named()["config"], text="x", start=10)),
        ("/export md out", None),
        ("/nothing x", None),
        ("/etc/hosts", None),
        ("/new\nx", None),
        (" /mo", None),
        ("/rename see @a", File(text="a", start=12)),
        ("a @b", File(text="b", start=2)),
        ("a b", None),
    ],
)
def test_what_is_typed_tells_what_is_completed(before: str, expected: Asked) -> None:
    assert asked(before) == expected


@pytest.mark.parametrize(
    ("before", "accepted"),
    [
        ("/perm", "/permissions"),
        ("/resu", "/resume "),
        ("/mode pl", "/mode plan"),
        ("/effort h", "/effort high"),
        ("/resume docs", "/resume 20261121-cd34"),
        ("/resume ab12", "/resume 20261122-ab12"),
        ("/export ht", "/export html"),
        ("see @main", "see @src/main.py "),
        ("see @sr", "see @src/"),
        ("see @my", 'see @"my file.py" '),
        ('see @"own', 'see @"own dir/'),
        ("@bc", '@"a\x1b[31mb\nc.py" '),
    ],
)
async def test_the_first_item_goes_into_the_draft_exactly(before: str, accepted: str) -> None:
    items = await sources().items(before)
    assert items[0].applied(before) == (accepted, len(accepted))


async def test_what_stands_after_the_cursor_stays() -> None:
    item = (await sources().items("see @main"))[0]
    assert item.applied("see @main and go") == ("see @src/main.py  and go", 17)


async def test_a_folder_goes_on_being_completed_and_a_file_does_not() -> None:
    folder, file = (await sources().items("@sr"))[:2]
    assert (folder.label, folder.open, file.label, file.open) == ("src/", True, "src/main.py", False)


async def test_sessions_are_shown_by_title_and_all_of_them_where_nothing_is_asked() -> None:
    assert [(each.label, each.meta, each.insert) for each in await sources().items("/resume ")] == [
        ("Fix the parser", "2 h ago", "20261122-ab12"),
        ("Write the docs", "yesterday", "20261121-cd34"),
    ]


async def test_files_are_freshened_when_they_are_asked_for_and_only_then() -> None:
    files = Listed()
    source = sources(files)
    await source.items("/mo")
    await source.items("hello")
    assert files.freshened == 0
    await source.items("@")
    assert files.freshened == 1


NOTES = (
    Address(text="notes:note://today", does="The note of today"),
    Address(text="notes:note://", does="A note by its day", open=True),
    Address(text="src:x://1"),
)


async def test_texts_of_servers_are_offered_by_their_server_and_beside_the_files() -> None:
    found = Sources(Listed(), {}, resources=lambda: NOTES)
    assert [item.insert for item in await found.items("see @notes:")] == ["@notes:note://", "@notes:note://today "]
    (item,) = await found.items("see @notes:note://tod")
    assert (item.applied("see @notes:note://tod"), item.meta) == (("see @notes:note://today ", 24), "The note of today")
    assert [item.insert for item in await found.items("@src")] == ["@src/", "@src/main.py ", "@src:x://1 "]
    assert await found.items("@other:") == ()
    assert [item.insert for item in await found.items("@")] == [item.insert for item in await sources().items("@")]


async def test_nothing_is_offered_where_nothing_is_asked() -> None:
    none: tuple[Item, ...] = ()
    assert [await sources().items(before) for before in ("", "a", "/new ", "@src/main.py:12-40")] == [none] * 4


async def test_skills_and_commands_of_files_are_offered_as_they_are_now() -> None:
    offered = [Command(name="git:fix", does="Fix an issue", takes="[number]")]

    async def offers() -> Sequence[Command]:
        return offered

    found = Sources(Listed(), {}, offers=offers)
    assert [item.insert for item in await found.items("/git:f")] == ["/git:fix "]
    assert "/git:fix " in [item.insert for item in await found.items("/")]
    offered.clear()
    assert await found.items("/git:f") == ()
