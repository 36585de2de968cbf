"""What commands tell in words stays within 80 columns, and nothing of it is lost."""

from heartbit_tui.cli.told import WIDTH, shortened, within

LONG = "https://example.com/" + "a/long/path/" * 4 + "v1"


def test_rows_that_have_room_stand_in_columns() -> None:
    assert (
        within([("ok", "git", "found"), ("-", "ripgrep", "not found")]) == "ok  git      found\n-   ripgrep  not found"
    )


def test_a_cell_without_room_goes_on_below_its_beginning() -> None:
    text = " ".join(f"word{number}" for number in range(30))
    told = within([("ok", "name", text), ("-", "n", "short")])
    lines = told.splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert all(line.startswith(" " * 10) for line in lines[1:-1])
    assert " ".join(told.split()) == f"ok name {text} - n short"


def test_a_first_cell_that_is_long_has_a_line_of_its_own() -> None:
    key = "a.key.that.is.longer.than.the.widest.column.may.be"
    assert within([(key, "5", "default"), ("b", "6", "x")]) == "\n".join(
        (key, f"{' ' * 34}5  default", f"b{' ' * 33}6  x")
    )


def test_a_path_stays_whole() -> None:
    told = within([("provider.base_url", LONG, "~/.config/heartbit/config.toml:3"), ("x", "y", "default")])
    assert LONG in told
    assert "~/.config/heartbit/config.toml:3" in told
    assert max(map(len, told.splitlines())) <= WIDTH


def test_what_is_listed_at_a_terminal_has_no_line_that_goes_on_in_the_next_row() -> None:
    text = "8  reply  a long answer\n\n7  日本語の答え\n6  cafe\u0301s\n5  fits"
    assert shortened(text, 9) == "8  reply…\n\n7  日本…\n6  cafe\u0301s\n5  fits"
    assert shortened(text, 100) == text
