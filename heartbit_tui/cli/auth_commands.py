"""The commands of `heartbit auth`."""

from heartbit_tui.cli.flags import JSON, with_everywhere
from heartbit_tui.cli.spec import Command, Flag, Word

AUTH = (
    Command(
        "auth login",
        "auth",
        "keep the key of a model service",
        (Word("provider", "anthropic, openrouter, openai, …"),),
        with_everywhere(),
        ("heartbit auth login anthropic", "pass show anthropic | heartbit auth login anthropic"),
    ),
    Command(
        "auth logout",
        "auth",
        "forget the key of a model service",
        (Word("provider", "the service"),),
        with_everywhere(),
    ),
    Command("auth status", "auth", "tell which keys there are, never what they are", groups=with_everywhere(JSON)),
    Command(
        "auth token",
        "auth_token",
        "make a token for those who may speak to the daemon",
        groups=with_everywhere(
            Flag(("--hash",), "hash the one that is typed, or stands on stdin"),
            Flag(("--own",), "print the one that a daemon of this machine makes for itself"),
            Flag(("--rotate",), "with --own: make a new one in its place"),
            JSON,
        ),
        examples=("heartbit auth token", "pass show heartbit | heartbit auth token --hash"),
    ),
)
