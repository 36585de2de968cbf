"""The commands of `heartbit skills`, in the order in which help shows them."""

from heartbit_tui.cli.flags import with_everywhere
from heartbit_tui.cli.spec import Command, Flag, Word

JSON = Flag(("--json",), "as JSON")

SKILLS = (
    Command(
        "skills list",
        "skills",
        "list the skills, and the commands of files, that count here",
        groups=with_everywhere(Flag(("--all",), "also those that do not count, with the reason"), JSON),
        examples=("heartbit skills list", "heartbit skills list --all --json"),
    ),
    Command(
        "skills lint",
        "skills",
        "tell what is wrong with skills; the exit code is 1 where one cannot be used",
        (Word("skills", "names, files or folders; all that lie in their places without", "*"),),
        with_everywhere(JSON),
        ("heartbit skills lint", "heartbit skills lint ./my-skill release-notes"),
    ),
    Command(
        "skills why",
        "skills",
        "tell about one name: which file counts and why, who may call it, what it takes of the window",
        (Word("name", "the name of a skill or a command"),),
        with_everywhere(JSON),
        ("heartbit skills why review",),
    ),
    Command(
        "skills new",
        "skills",
        "make the frame of a new skill",
        (Word("name", "its name: a-z, 0-9 and hyphens"),),
        with_everywhere(
            Flag(("--here",), "for this project, in .heartbit/skills; your own without"),
            Flag(("--description",), "what it does and when to use it", "text", "WORDS"),
            JSON,
        ),
        ('heartbit skills new release-notes --here --description "Write the notes of a release. Use before one."',),
    ),
)
