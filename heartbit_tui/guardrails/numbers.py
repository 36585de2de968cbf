"""Numbers that belong to people, told from other numbers by their check digits and their shapes; pure."""

import re
from types import MappingProxyType

_IBAN_LENGTHS = MappingProxyType(
    {
        country: int(length)
        for country, length in (
            pair.split(":")
            for pair in [
                "AD:24",
                "AE:23",
                "AL:28",
                "AT:20",
                "AZ:28",
                "BA:20",
                "BE:16",
                "BG:22",
                "BH:22",
                "BR:29",
                "BY:28",
                "CH:21",
                "CR:22",
                "CY:28",
                "CZ:24",
                "DE:22",
                "DK:18",
                "DO:28",
                "EE:20",
                "EG:29",
                "ES:24",
                "FI:18",
                "FO:18",
                "FR:27",
                "GB:22",
                "GE:22",
                "GI:23",
                "GL:18",
                "GR:27",
                "GT:28",
                "HR:21",
                "HU:28",
                "IE:22",
                "IL:23",
                "IQ:23",
                "IS:26",
                "IT:27",
                "JO:30",
                "KW:30",
                "KZ:20",
                "LB:28",
                "LC:32",
                "LI:21",
                "LT:20",
                "LU:20",
                "LV:21",
                "LY:25",
                "MC:27",
                "MD:24",
                "ME:22",
                "MK:19",
                "MR:27",
                "MT:31",
                "MU:30",
                "NL:18",
                "NO:15",
                "PK:24",
                "PL:28",
                "PS:29",
                "PT:25",
                "QA:29",
                "RO:24",
                "RS:22",
                "SA:24",
                "SC:31",
                "SE:24",
                "SI:19",
                "SK:24",
                "SM:27",
                "ST:25",
                "SV:28",
                "TL:23",
                "TN:24",
                "TR:26",
                "UA:29",
                "VA:22",
                "VG:24",
                "XK:20",
            ]
        )
    }
)
"""How long an account number of each country is; from the registry of ISO 13616."""

_CARDS = re.compile(
    r"4\d{12}|4\d{15}|4\d{18}|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|6011\d{12}|64[4-9]\d{13}|65\d{14}|35\d{14}"
    r"|3[0689]\d{12}|62\d{14}|62\d{15}|62\d{16}|62\d{17}"
)
_SHAPES = (
    re.compile(r"\d{13,19}(?!\d)"),
    re.compile(r"\d{4}([ -])\d{4}\1\d{4}\1\d{4}\1\d{3}(?!\d)"),
    re.compile(r"\d{4}([ -])\d{4}\1\d{4}\1\d{4}(?!\d)"),
    re.compile(r"\d{4}([ -])\d{6}\1\d{4,5}(?!\d)"),
    re.compile(r"\d{4}([ -])\d{4}\1\d{4}\1\d(?!\d)"),
)
_SHORTEST_CARD = 13
_DOUBLED = str.maketrans("0123456789", "0246813579")
"""The digit sum of each digit twice over."""

_LETTERS = str.maketrans({chr(ord("A") + number): str(number + 10) for number in range(26)})


def passes_luhn(digits: str) -> bool:
    """Whether the last digit of at least 13 is the check digit of Luhn's formula."""
    if not digits.isdigit() or len(digits) < _SHORTEST_CARD:
        return False
    doubled = digits[-2::-2].translate(_DOUBLED)
    return (sum(map(int, digits[-1::-2])) + sum(map(int, doubled))) % 10 == 0


def is_card(digits: str) -> bool:
    """Whether digits are a card's number: an issuer's beginning, a length that goes with it, a check digit."""
    return _CARDS.fullmatch(digits) is not None and len(set(digits)) > 1 and passes_luhn(digits)


def iban_end(text: str, start: int) -> int | None:
    """Where the account number that begins at a place ends; None where there is none.

    The remainder of ISO 7064 (mod 97) has to be 1; groups may be separated by one space each.
    """
    length = _IBAN_LENGTHS.get(text[start : start + 2].upper())
    if length is None:
        return None
    piece = text[start : start + length + length // 2]
    kept = piece.replace(" ", "")[:length].upper()
    if len(kept) < length or not (kept.isascii() and kept.isalnum()) or _remainder(kept) != 1 or "  " in piece:
        return None
    end = start + _width(piece, length)
    closed = text[end : end + 1]
    return None if closed.isascii() and closed.isalnum() else end


def is_ssn(area: str, group: str, serial: str) -> bool:
    """Whether three groups can be a social security number of the United States."""
    return area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"


def card_at(text: str, start: int) -> int | None:
    """Where the card's number that begins at a place ends; None where there is none."""
    for shape in _SHAPES:
        found = shape.match(text, start)
        if found and is_card(re.sub(r"[ -]", "", found.group())):
            return found.end()
    return None


def _width(piece: str, letters: int) -> int:
    """How far into a piece this many characters other than spaces reach."""
    places = [place for place, letter in enumerate(piece) if letter != " "]
    return places[letters - 1] + 1


def _remainder(iban: str) -> int:
    return int((iban[4:] + iban[:4]).translate(_LETTERS)) % 97
