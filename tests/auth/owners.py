"""Tenants and users whose ids are made to be taken for each other's."""

import random
import unicodedata

from heartbit_tui.auth.users import Owner

PIECES = (
    *(
        "a",
        "A",
        "b",
        ":",
        "::",
        "user",
        "tenant:",
        "/",
        "\\",
        "%",
        "_",
        "\0",
        "é",
        "e\u0301",
        "ﬁ",
        "fi",
        "ß",
        "ss",
        " ",
        "",
    ),
    *(
        "'",
        '"',
        "1",
        "1 ",
        "..",
        ".",
        "~",
        "%2e",
        "%2f",
        "con",
        "nul",
        "İ",
        "i",
        "\u200b",
        "\u202e",
        "日本",
        "\x1b",
        "\n",
        "*",
    ),
)


def owners(count: int) -> list[Owner]:
    """So many, in an order of their own, none of them twice: joined, folded, composed or cut otherwise they are alike."""
    dice, found = random.Random(6), set[Owner]()
    while len(found) < count:
        tenant, user = ("".join(dice.choices(PIECES, k=dice.randint(0, 4))) for _ in range(2))
        found |= {
            Owner(tenant=tenant, user=user),
            Owner(tenant=user, user=tenant),
            Owner(tenant=tenant + user),
            Owner(user=tenant + user),
            Owner(tenant=unicodedata.normalize("NFD", tenant), user=user.swapcase()),
            Owner(tenant=f"{tenant} ", user=f"{user}."),
            Owner(tenant=f"{tenant}:{user}", user="a"),
        }
    return sorted(found, key=lambda owner: (owner.tenant, owner.user))[:count]
