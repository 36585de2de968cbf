"""Texts that want a terminal, a markup parser or a layout to do something: each of them is to be shown, and no more."""

import random
from collections.abc import Iterator

FINALS = "ABCDEFGHJKLMPSTXZ@`abcdefghilmnqrstuxz{|}~"
PARAMETERS = ("", "2", "1;1", "?1049", "?25", "?1004", ">5", "38;5;1", "999999999999", "38:2::1:2:3")
ENDS = ("\x07", "\x1b\\", "\x9c", "")

CSI = tuple(f"\x1b[{given}{final}" for number, final in enumerate(FINALS) for given in PARAMETERS[number % 3 :: 3])
CSI_C1 = tuple(f"\x9b{given}{final}" for given in PARAMETERS for final in "HJKmhl")
OSC = tuple(
    f"{begin}{number};{text}{end}"
    for begin in ("\x1b]", "\x9d")
    for number, text in (
        (0, "title"),
        (2, "title"),
        (4, "1;?"),
        (7, "file://h/p"),
        (8, ";http://evil.example/"),
        (9, "notify"),
        (10, "?"),
        (11, "#000000"),
        (52, "c;cm0gLXJmIC8="),
        (52, "c;?"),
        (133, "A"),
        (777, "notify;a;b"),
        (1337, "File=inline=1:AAAA"),
    )
    for end in ENDS
)
STRINGS = tuple(
    f"{begin}{text}{end}"
    for begin in ("\x1bP", "\x90", "\x1b_", "\x9f", "\x1b^", "\x9e", "\x1bX", "\x98")
    for text in ("q#0;2;0;0;0", "+q544e", "Gf=24;AAAA", "$qm")
    for end in ("\x1b\\", "")
)
ESCAPES = tuple(f"\x1b{final}" for final in "78=>cDEHMNOZ^_#6(0)B*A+0no|}~lm")
CONTROLS = tuple(chr(code) for code in (*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0)))
LINE_TRICKS = ("a\rb", "a\r\nb", "a\bb", "secret\r\x1b[2Kshown", "a\x0bb", "a\x0cb", "a\u2028b", "a\u2029b", "a\x85b")
BIDI = tuple(f"a{chr(code)}b" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x061C, 0x200E, 0x200F))
INVISIBLE = tuple(
    f"a{chr(code)}b"
    for code in (0xAD, 0x34F, 0x115F, 0x180E, *range(0x200B, 0x200E), *range(0x2060, 0x2065), 0x3164, 0xFEFF, 0xFFA0)
) + tuple(f"a{chr(code)}b" for code in (*range(0xE0001, 0xE0080, 9), *range(0xFE00, 0xFE10, 3), 0xFFF9, 0xFFFB))
MARKUP = (
    *("[bold]x[/bold]", "[/]", "[/bold]", "[bold red on blue]x", "[b][i][u]x[/][/][/]", "[reverse]x[/reverse]"),
    *(
        "[link=http://evil.example]x[/link]",
        "[link='file:///etc/passwd']x",
        "[@click=app.quit]x[/]",
        "[@click=quit()]x",
    ),
    *(
        "[@click=screen.dismiss(True)]x[/]",
        "[$error]x[/]",
        "[$primary 50%]x[/]",
        "[not-a-style]x",
        "[",
        "]",
        "[[",
        "]]",
    ),
    *("\\[bold]x", "\\\\[bold]x[/]", "[bold", "bold]", "[]", "[ ]", "[/][/][/]", "[#ff0000]x", "[rgb(1,2,3)]x[/]"),
    *(
        ":smile:",
        "{x}",
        "{0}",
        "{}",
        "%s",
        "%n%n",
        "$x",
        "${HOME}",
        "`id`",
        "<b>x</b>",
        "&#27;[31m",
        "&lt;",
        "\\x1b[31m",
    ),
    *("<script>alert(1)</script>", "<a href='x'>y</a>", "<!-- x", "]]>", "<![CDATA[x]]>", "[x](javascript:alert(1))"),
    *(
        "[x](http://evil.example)",
        "![x](http://evil.example/p.png)",
        "<http://evil.example>",
        "http://a.b/\x1b]8;;c\x07",
    ),
)
WIDE = (
    *("漢字かな交じり文", "한국어", "ｆｕｌｌｗｉｄｔｈ", "👩‍👩‍👧‍👦", "🏴‍☠️", "🇫🇷🇩🇪", "👍🏽", "❤️", "1️⃣", "⚠️", "☠"),
    *(
        "e\u0301\u0302\u0303",
        "\u0301",
        "Z̷̢̛͎͈̍a̵͇̾l̶̰̈g̸̣̈́o̷͎̽",
        "ก\u0e34\u0e49",
        "ﷺ",
        "𒐫",
        "\u1160",
        "हिन्दी",
        "العربية",
        "עברית",
        "a\u0300" * 300,
    ),
    *(
        "\u0301" * 500,
        "漢" * 300,
        "👩‍" * 100,
        "\u200d" * 300,
        "🇦" * 101,
        "\U000e0001" * 50,
        "a\u20dd",
        "\ue000",
        "\uffff",
    ),
)
SURROGATES = ("\ud800", "a\udfffb", "\udc80\udcff", "\ud83d", "\ude00\ud83d", "x\udce9.txt")
DEEP = (
    *(mark * 2000 + "x" for mark in ("> ", "- ", "1. ", "[", "(", "*", "_", "`", "#", "<div>", "**", "![", "|", "~")),
    *(
        "\n".join(f"{'  ' * number}- x" for number in range(120)),
        "```\n" * 301,
        "```py\n\x1b[31m\n",
        "| a |\n|-|\n" * 50,
    ),
    *("a | b | c\n" * 100, "$$\n" * 40, "---\n" * 100, "\n" * 500, "\t" * 500, " " * 2000, "&" * 3000, "\\" * 3000),
)
LONG = (
    *("x" * 10_000, "漢" * 10_000, "a" * 4_999 + "\x1b[31m" + "b" * 4_999, "/" * 10_000, "[" * 10_000, "\x1b" * 10_000),
    *("\x00" * 10_000, "\x1b[31m" * 2000, "[bold]" * 2000, "\u202e" * 10_000, "a " * 5000, "\ud800" * 2000),
)
NAMES = (
    *(
        "CON",
        "NUL",
        "-rf",
        "--help",
        "../../etc/passwd",
        "~root",
        "a\nb",
        "a\tb",
        "a b",
        " ",
        ".",
        "..",
        "a'b\"c",
        "$(id)",
    ),
    *("a;id", "a|id", "a&b", "*?[]", "a\\b", "%00", "a%1b[31m", "﹨", "．．／", "é", "e\u0301", "İ", "ß", "ﬁ"),
)

SHORT: tuple[str, ...] = (
    *CSI,
    *CSI_C1,
    *OSC,
    *STRINGS,
    *ESCAPES,
    *CONTROLS,
    *LINE_TRICKS,
    *BIDI,
    *INVISIBLE,
    *MARKUP,
    *WIDE,
    *SURROGATES,
    *NAMES,
)
"""Those of them that fit on a line or two."""

FAR_TOO_LONG: tuple[str, ...] = (*DEEP, *LONG)


def mixtures(count: int, seed: int = 7) -> Iterator[str]:
    """Several of them in one text."""
    chance = random.Random(seed)
    for number in range(count):
        pieces = chance.choices((*SHORT, " ", "\n", "word ", "\t"), k=chance.randrange(2, 12))
        yield (" " if number % 2 else "\n").join(pieces)


def all_texts() -> tuple[str, ...]:
    """Every one, and mixtures of them."""
    return (*SHORT, *FAR_TOO_LONG, *mixtures(100))


def in_json(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Those that UTF-8 can carry."""
    return tuple(text for text in texts if not any("\ud800" <= each <= "\udfff" for each in text))


def in_file_names(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Those that a file system takes as a name, in the form that Python gives them."""
    named = (text.replace("/", "⁄").replace("\0", "")[:60] for text in texts)
    kept = (text for text in named if text not in ("", ".", "..") and len(_bytes(text)) <= 240)
    return tuple(dict.fromkeys(text for text in kept if _bytes(text)))


def _bytes(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return b""
