"""The commands of `heartbit memory`, in the order in which help shows them."""

from heartbit_tui.cli.flags import FORCE, JSON, with_everywhere
from heartbit_tui.cli.spec import Command, Flag, Word

ENTRY = Word("id", "the memory; the beginning of its id is enough")
HERE = Flag(("--here",), "only of this project, and of none in particular")
LEVELS = ("public", "internal", "confidential", "restricted")
TYPES = ("episodic", "semantic", "reflection")
WHICH = (
    Flag(("--category",), "only of this category", "text", "NAME"),
    Flag(("--type",), "only of this type", "text", "TYPE", TYPES),
    Flag(("--tag",), "only with this tag; may be repeated", "many", "TAG"),
    Flag(("--pinned",), "only what is pinned"),
    Flag(("--agent",), "only of this agent", "text", "NAME"),
    Flag(("--session",), "only of this session", "text", "ID"),
    HERE,
)


def _limit(words: str) -> Flag:
    return Flag(("-k", "--limit"), words, "count", "N")


MEMORY = (
    Command(
        "memory list",
        "memory",
        "list what is remembered, the newest first",
        (Word("words", "only what has all of these words", "*"),),
        with_everywhere(*WHICH, _limit("so many at most, 50 without"), JSON),
        ("heartbit memory list", "heartbit memory list --pinned --here"),
    ),
    Command(
        "memory search",
        "memory",
        "find what is remembered by words and meaning, the best first, with why",
        (Word("words", "what you want to know", "*"),),
        with_everywhere(*WHICH, _limit("so many at most, 10 without"), JSON),
        ('heartbit memory search "which port has the dev server"', 'heartbit memory search --json -k 20 "deploy"'),
    ),
    Command(
        "memory show",
        "memory",
        "show one memory whole, with where it is from",
        (ENTRY,),
        with_everywhere(Flag(("--reveal",), "show it although it is restricted"), JSON),
    ),
    Command(
        "memory pin",
        "memory",
        "keep a memory from fading and merging",
        (ENTRY,),
        with_everywhere(Flag(("--off",), "no longer"), JSON),
    ),
    Command(
        "memory edit",
        "memory",
        "put other words, or other facts, in a memory",
        (ENTRY, Word("text", "what it says from now on", "*")),
        with_everywhere(
            Flag(("--category",), "its category", "text", "NAME"),
            Flag(("--tag",), "its tags, in place of the old ones; may be repeated", "many", "TAG"),
            Flag(("--keyword",), "its keywords, likewise", "many", "WORD"),
            Flag(("--importance",), "how important it is, 1 to 10", "count", "N"),
            Flag(("--confidentiality",), "who may see it", "text", "LEVEL", LEVELS),
            JSON,
        ),
        ('heartbit memory edit 3f9a "The dev server listens on port 4712."',),
    ),
    Command("memory forget", "memory", "remove a memory for good", (ENTRY,), with_everywhere(FORCE, JSON)),
    Command(
        "memory import",
        "memory",
        'take in JSON lines such as {"text": "…", "agent": "…", "session": "…", "at": "…"}',
        (Word("file", "the file; `-` reads standard input"),),
        with_everywhere(
            Flag(("--agent",), "whose they are where a line names nobody, heartbit without", "text", "NAME"),
            Flag(("--here",), "of this project where a line names none"),
            JSON,
        ),
        ("heartbit memory import notes.jsonl", "heartbit memory export | ssh box heartbit memory import -"),
    ),
    Command(
        "memory export",
        "memory",
        "write what is remembered as JSON lines, the newest first",
        (Word("file", "the file; standard output without", "?"),),
        with_everywhere(
            Flag(("--restricted",), "also what is restricted"),
            Flag(("--agent",), "only of this agent", "text", "NAME"),
            Flag(("--session",), "only of this session", "text", "ID"),
            HERE,
            JSON,
        ),
    ),
    Command(
        "memory why",
        "memory",
        "tell why a memory would be recalled: each part of its score, and where it is from",
        (ENTRY, Word("question", "for this question; without, as it stands now", "*")),
        with_everywhere(JSON),
        ('heartbit memory why 3f9a "which port has the dev server"',),
    ),
    Command(
        "memory meditate",
        "meditating",
        "put the memory in order: merge what is there twice, draft skills of what belongs together",
        groups=with_everywhere(Flag(("--dry-run",), "only tell what would be done"), JSON),
        examples=("heartbit memory meditate --dry-run",),
    ),
    Command(
        "memory drafts",
        "meditating",
        "see, accept, edit or refuse the skills that were drafted of memories",
        (
            Word("what", "what to do; list without", "?", ("list", "show", "accept", "edit", "refuse")),
            Word("id", "the draft; the beginning of its id is enough", "?"),
        ),
        with_everywhere(
            Flag(("--all",), "list also those that were decided"),
            Flag(("--file",), "for edit: the new SKILL.md; `-` reads standard input", "text", "FILE"),
            JSON,
        ),
        ("heartbit memory drafts", "heartbit memory drafts show 3f9a", "heartbit memory drafts accept 3f9a"),
    ),
    Command(
        "memory merged",
        "meditating",
        "see which memories were merged because they say the same, and undo it",
        (Word("what", "what to do; list without", "?", ("list", "undo")), Word("number", "which merge", "?")),
        with_everywhere(JSON),
        ("heartbit memory merged", "heartbit memory merged undo 3"),
    ),
    Command("memory stats", "memory", "tell what is remembered in figures", groups=with_everywhere(HERE, JSON)),
)
"""The thirteen of them."""
