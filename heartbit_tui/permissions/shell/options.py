"""Options that are known to do no harm, and how a command's words fall apart into them and operands."""

import re

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.permissions.shell.seen import Word

_WILD_VALUE = re.compile(r"--[a-z-]+=")
"""A glob behind `=` stands for files whose names begin with this very option."""

_NUMBER = re.compile(r"[-+]\d+[bkm]?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The options of a command that only reads, each known in full; any other means that a person is asked.

    `short` and `long` take no value, `valued` and `long_valued` take one; a long one of either kind may have it
    behind `=`. The first `skip` operands are no files, and `most` is how many operands there may be. `paths` says
    whether operands are files at all. `counts` lets `-20` pass. `deep` lists options by which whole folders are
    read. With `careless` no file name could do harm if it were taken for an option.
    """

    short: str = ""
    valued: str = ""
    long: frozenset[str] = frozenset()
    long_valued: frozenset[str] = frozenset()
    skip: int = 0
    most: int = 1_000
    paths: bool = True
    counts: bool = False
    deep: frozenset[str] = frozenset()
    careless: bool = False
    open_words: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The words of a command: the names of its options, their values, and the rest."""

    options: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    operands: tuple[Word, ...] = ()


def known(
    short: str = "", valued: str = "", long: str = "", long_valued: str = "", *, deep: str = "", **rest: int | bool
) -> Known:
    """A `Known` with its long options written in one string; `skip` and the like as they are."""
    return Known(
        short=short,
        valued=valued,
        long=frozenset(long.split()),
        long_valued=frozenset(long_valued.split()),
        deep=frozenset(deep.split()),
        skip=int(rest.get("skip", 0)),
        most=int(rest.get("most", 1_000)),
        paths=bool(rest.get("paths", True)),
        counts=bool(rest.get("counts", False)),
        careless=bool(rest.get("careless", False)),
        open_words=bool(rest.get("open_words", False)),
    )


def taken(words: tuple[Word, ...], table: Known) -> Given | None:
    """The words as options and operands; None where one of them is not known to do no harm."""
    options: list[str] = []
    values: list[str] = []
    operands: list[Word] = []
    waiting = list(reversed(words))
    closed = False
    while waiting:
        word = waiting.pop()
        if closed or not _is_option(word):
            if not _is_operand(word, table, closed=closed):
                return None
            operands.append(word)
        elif word.text == "--" and word.plain:
            closed = True
        elif not _take(word, waiting, table, (options, values)):
            return None
    return Given(options=tuple(options), values=tuple(values), operands=tuple(operands))


def _is_option(word: Word) -> bool:
    return word.text.startswith("-") and word.text != "-"


def _is_operand(word: Word, table: Known, *, closed: bool) -> bool:
    if not word.plain:
        return table.open_words
    leading = word.wild and word.text[:1] in ("*", "?", "[")
    return closed or table.careless or not leading


def _take(word: Word, waiting: list[Word], table: Known, into: tuple[list[str], list[str]]) -> bool:
    """Take one option, and its value from the words that follow; False where it is not known."""
    options, values = into
    if not word.plain or (word.wild and not _WILD_VALUE.match(word.text)):
        return False
    if word.text.startswith("--"):
        name, equals, value = word.text[2:].partition("=")
        options.append(f"--{name}")
        if name in table.long:
            values.extend((value,) if equals else ())
            return True
        return name in table.long_valued and _value(value if equals else None, waiting, values)
    if table.counts and _NUMBER.fullmatch(word.text):
        return True
    letters = word.text[1:]
    for at, letter in enumerate(letters):
        options.append(f"-{letter}")
        if letter in table.valued:
            return _value(letters[at + 1 :] or None, waiting, values)
        if letter not in table.short:
            return False
    return True


def _value(given: str | None, waiting: list[Word], values: list[str]) -> bool:
    if given is not None:
        values.append(given)
        return True
    if not waiting or not waiting[-1].plain or waiting[-1].wild:
        return False
    values.append(waiting.pop().text)
    return True
