"""Sentences with personal data in known places, made from a seed."""

import ipaddress
from collections.abc import Callable
from random import Random
from types import MappingProxyType

NEGATIVES = (
    "Commit {hex} was made at {stamp} by build {build}.",
    "The file has {big} bytes in {small} lines, version {small}.{small}.{small}.",
    "Ticket {build}-{small}, order {long}, on 2024-{two}-{two} at {two}:{two}:{two}.",
    "Decorate it with @property; see a@b, std::vector and {small}:{small}.",
    "UUID {hex}-{hex4}-{hex4}-{hex4}-{hex}{hex4}, port {build}, ratio {small}.{big}.",
    "Row {big} {big} {big} and part number {two}-{small}-{long}.",
)


def check_digit(digits: str) -> str:
    total = sum(int(d) if n % 2 else sum(divmod(2 * int(d), 10)) for n, d in enumerate(reversed(digits)))
    return str(-total % 10)


def digits(random: Random, count: int) -> str:
    return "".join(random.choice("0123456789") for _ in range(count))


def email(random: Random) -> str:
    name = random.choice(["ann", "j.smith", "o'neil", "x_y", "bob+news", "a.b-c", "m%k"]) + digits(random, 2)
    host = random.choice(["example.com", "mail.example.org", "a-b.co.uk", "firma.example", "x1.io"])
    return f"{name}@{host}"


def ssn(random: Random) -> str:
    area = random.choice([*range(1, 666), *range(667, 900)])
    return f"{area:03}-{random.randint(1, 99):02}-{random.randint(1, 9999):04}"


def card(random: Random) -> str:
    start, length, groups = random.choice(
        [("4", 16, (4, 4, 4, 4)), ("51", 16, (4, 4, 4, 4)), ("2221", 16, (4, 4, 4, 4)), ("34", 15, (4, 6, 5)),
         ("37", 15, (4, 6, 5)), ("6011", 16, (4, 4, 4, 4)), ("36", 14, (4, 6, 4)), ("35", 16, (4, 4, 4, 4)),
         ("4", 13, (4, 4, 4, 1)), ("4", 19, (4, 4, 4, 4, 3))]
    )  # fmt: skip
    bare = start + digits(random, length - len(start) - 1)
    bare += check_digit(bare)
    separator, place, parts = random.choice(["", " ", "-"]), 0, list[str]()
    for size in groups:
        parts.append(bare[place : place + size])
        place += size
    return separator.join(parts)


def iban(random: Random) -> str:
    country, length = random.choice(
        [("DE", 22), ("GB", 22), ("FR", 27), ("NL", 18), ("ES", 24), ("NO", 15), ("CH", 21)]
    )
    account = ("ABCD" if country in ("GB", "NL") else "") + digits(random, length)
    account = account[: length - 4]
    number = int("".join(str(int(each, 36)) for each in f"{account}{country}00"))
    whole = f"{country}{98 - number % 97:02}{account}"
    return " ".join(whole[n : n + 4] for n in range(0, length, 4)) if random.random() < 0.5 else whole


def ip(random: Random) -> str:
    if random.random() < 0.3:
        return str(ipaddress.IPv6Address(int("20010db8", 16) << 96 | random.getrandbits(random.choice([16, 64, 90]))))
    return ".".join(str(random.randint(1, 254)) for _ in range(4))


def phone(random: Random) -> str:
    area, office, line = random.randint(200, 999), random.randint(200, 999), random.randint(0, 9999)
    shape = random.choice(
        [
            "({}) {}-{:04}",
            "{}-{}-{:04}",
            "{}.{}.{:04}",
            "+1 {} {} {:04}",
            "+1-{}-{}-{:04}",
            "{} {} {:04}",
            "1-{}-{}-{:04}",
        ]
    )
    return random.choice([shape.format(area, office, line), f"+44 20 {digits(random, 4)} {digits(random, 4)}"])


MAKERS: MappingProxyType[str, Callable[[Random], str]] = MappingProxyType(
    {"email": email, "ssn": ssn, "credit_card": card, "iban": iban, "ip": ip, "phone": phone}
)


def samples(label: str, count: int, random: Random) -> list[tuple[str, str]]:
    """Sentences, each with what has to be found in it; every other one has nothing."""
    frames = ("Write to {} please.", "It is {}.", "({})", "a, {}, b", "value={};", "“{}” was typed twice")
    found: list[tuple[str, str]] = []
    for _ in range(count):
        value = MAKERS[label](random)
        found.append((random.choice(frames).format(value), value))
        found.append((negative(random), ""))
    return found


def negative(random: Random) -> str:
    return random.choice(NEGATIVES).format(
        hex=f"{random.getrandbits(32):08x}",
        hex4=f"{random.getrandbits(16):04x}",
        stamp=random.randint(1_600_000_000, 1_900_000_000),
        build=random.randint(1000, 99_999),
        big=random.randint(10_000, 9_999_999),
        small=random.randint(1, 99),
        two=f"{random.randint(10, 28)}",
        long=random.randint(10**12, 10**13),
    )
