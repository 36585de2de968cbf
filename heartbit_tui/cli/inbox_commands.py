"""The commands of `heartbit inbox`, in the order in which help shows them."""

from heartbit_tui.cli.flags import JSON, with_everywhere
from heartbit_tui.cli.spec import Command, Flag, Word

INBOX = (
    Command(
        "inbox list",
        "inbox",
        "list what came of work that nobody watched and waits for you, the newest first",
        groups=with_everywhere(Flag(("--all",), "also what you are done with"), JSON),
        examples=("heartbit inbox", "heartbit inbox list --all --json"),
    ),
    Command(
        "inbox show",
        "inbox",
        "show a letter: what came of the work, what it changed and cost",
        (Word("number", "the letter"),),
        with_everywhere(JSON),
        ("heartbit inbox show 12",),
    ),
    Command(
        "inbox done",
        "inbox",
        "be done with letters, which are listed no more then",
        (Word("numbers", "the letters", "*"),),
        with_everywhere(Flag(("--all",), "all that wait"), JSON),
        ("heartbit inbox done 12 13", "heartbit inbox done --all"),
    ),
    Command(
        "inbox restore",
        "inbox",
        "let letters wait again that you were done with",
        (Word("numbers", "the letters", "*"),),
        with_everywhere(JSON),
        ("heartbit inbox restore 12",),
    ),
    Command(
        "inbox accept",
        "inbox",
        "accept what a letter offers: the draft of a skill, a call that waits, or what was changed",
        (Word("number", "the letter"),),
        with_everywhere(JSON),
        ("heartbit inbox accept 12",),
    ),
    Command(
        "inbox refuse",
        "inbox",
        "refuse it: the draft, the call, or what was changed, which is taken back",
        (Word("number", "the letter"),),
        with_everywhere(Flag(("--yes",), "take back without asking once more"), JSON),
        ("heartbit inbox refuse 12", "heartbit inbox refuse 12 --yes"),
    ),
    Command(
        "inbox answer",
        "inbox",
        "answer the question of a letter",
        (Word("number", "the letter"), Word("words", "the answer to each part of it", "*")),
        with_everywhere(JSON),
        ('heartbit inbox answer 12 "the second one"',),
    ),
)
