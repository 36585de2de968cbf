"""A large set of sentences as they stand in prose, code, logs and tables, labelled, with what only looks personal."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from types import MappingProxyType

from tests.guardrails.labelled import MAKERS, card, digits, iban, negative

PROSE = (
    "Please note that {cue} is {value}, and get back to me before Friday.",
    "{value}",
    "| Lee, Ann | {value} | active |",
    "2024-03-{two} {two}:{two}:{two} INFO request 4{two}1 from {value} took {two} ms",
    '{{"id": {two}, "value": "{value}", "ok": true}}',
    "  # TODO({two}): remove {value} from the fixture",
    "lee;ann;{value};{two}",
    "It was {value}.",
    "Old: {value}, new: none",
    "const contact = '{value}';",
    "“{value}” was typed twice ({two} times in all)",
    "- {cue}: {value}",
    "\t{value}\t{two}",
    "see <{value}> or ask",
    "Löse das für {value} – danke!",
)
"""Sentences around a value; `cue` is a word that somebody would put before it."""

CUES: MappingProxyType[str, tuple[str, ...]] = MappingProxyType(
    {
        "email": ("my mail", "e-mail", "contact"),
        "ssn": ("SSN", "my social", "tax id"),
        "credit_card": ("the card", "card no", "Visa"),
        "iban": ("IBAN", "the account", "Konto"),
        "ip": ("host", "server", "peer"),
        "phone": ("call me at", "phone", "mobile"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A sentence; `value` is what of it is personal, as `label` says; both are empty where nothing is."""

    text: str
    label: str = ""
    value: str = ""


def corpus(each: int, random: Random) -> Iterator[Labelled]:
    """`each` sentences with a value and as many hard ones without for each kind, and half as many plain ones."""
    for label, make in MAKERS.items():
        for _ in range(each):
            value = make(random)
            yield Labelled(text=_set(value, random, random.choice(CUES[label])), label=label, value=value)
            yield Labelled(text=_set(random.choice(HARD[label])(random), random, "the number"))
    yield from (Labelled(text=negative(random)) for _ in range(each * len(MAKERS) // 2))


def _set(value: str, random: Random, cue: str) -> str:
    return random.choice(PROSE).format(value=value, cue=cue, two=random.randint(10, 28))


def _of(*templates: str) -> tuple[Callable[[Random], str], ...]:
    """Makers of texts in which each 9 becomes a digit, and each X a hexadecimal one."""

    def made(template: str) -> Callable[[Random], str]:
        return lambda random: "".join(
            random.choice("123456789") if each == "9" else random.choice("0123456789abcdef") if each == "X" else each
            for each in template
        )

    return tuple(made(template) for template in templates)


def _bad_card(random: Random) -> str:
    """A card's number with its last digit off by one, so that the check fails."""
    number = card(random)
    return f"{number[:-1]}{(int(number[-1]) + random.randint(1, 9)) % 10}"


def _bad_iban(random: Random) -> str:
    """An account's number whose check digits are off."""
    number = iban(random).replace(" ", "")
    return f"{number[:2]}{(int(number[2:4]) + random.randint(1, 96)) % 97:02}{number[4:]}"


def _bad_ssn(random: Random) -> str:
    """Three groups in ranges that are not given out."""
    area = random.choice(["000", "666", f"9{digits(random, 2)}"])
    return f"{area}-{random.randint(10, 99)}-{random.randint(1000, 9999)}"


HARD: MappingProxyType[str, tuple[Callable[[Random], str], ...]] = MappingProxyType(
    {
        "email": _of(
            "react@99.9.9", "@pytest.mark.slow", "user@localhost", "sha256@XXXXXXXX", "a @ b.com", "@handle99", "x@y",
            "git@github.com:org/repo9.git", "left@.com", "image@9x.png9", "array[@]", "@media (min-width: 999px)",
        ),
        "ssn": (_bad_ssn, *_of("1999-99-9999", "999-99-99999", "9999-99-9999", "99-999-9999", "A999-99-9999", "999-9-9999")),
        "credit_card": (_bad_card, *_of("1700000999999", "9999999999999999999999", "0000 0000 0000 0000", "1999-9999-9999-99")),
        "iban": (_bad_iban, *_of("DE99XXXX", "XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX", "GB99 ROAD", "US99 9999 9999 9999", "ISO99999999")),
        "ip": _of(
            "v1.9.9.9", "version 9.9.9.9", "300.9.9.9", "99:99:99", "9.9.9", "XX:XX:XX:XX:XX:XX", "1.9.9.9.9", "std::vector",
            "127.0.0.1", "::1", "0.0.0.0", "a::b", "release 2.9.9.9", "999.999.999.999", "9.9.9.9-beta",
        ),
        "phone": _of(
            "1799999999", "2024-11-29", "9999999999", "999-9999-999", "XXXXXXXX-XXXX-4XXX-8XXX-XXXXXXXXXXXX", "12.999.999",
            "999 999", "9999 9999 9999", "0.9999999999", "1 999 999", "100.200.3000", "-999 999 9999 9", "x=999999999", "+9999",
        ),
    }
)  # fmt: skip
"""What only looks like a value of each kind: wrong check digits, versions, dates, ids, sizes, packages."""
