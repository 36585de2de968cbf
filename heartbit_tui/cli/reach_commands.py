"""The commands about language servers, agents of others and plugins, in the order in which help shows them."""

from heartbit_tui.cli.flags import JSON, with_everywhere
from heartbit_tui.cli.spec import Command, Flag, Word

REACH = (
    Command(
        "lsp list",
        "lsp",
        "list the language servers that are known, and which files of this project they serve",
        groups=with_everywhere(Flag(("--versions",), "ask those that are here for their versions"), JSON),
        examples=("heartbit lsp list", "heartbit lsp list --versions"),
    ),
    Command(
        "lsp check",
        "lsp",
        "tell what language servers say of files; the exit code is 1 where that is an error",
        (Word("files", "files of this project", "*"),),
        with_everywhere(JSON),
        ("heartbit lsp check src/shop/basket.py", "heartbit lsp check --json $(git diff --name-only)"),
    ),
    Command(
        "a2a list",
        "a2a",
        "list the agents of others that the settings name, how each stands and what it offers",
        groups=with_everywhere(JSON),
    ),
    Command(
        "a2a card",
        "a2a",
        "tell what an agent says of itself",
        (Word("agent", "its URL, or the name of one in the settings"),),
        with_everywhere(JSON),
        ("heartbit a2a card https://agents.example.com/helper",),
    ),
    Command(
        "plugins list",
        "plugins",
        "list what installed packages offer by entry points, what of it is used here, and what does not work",
        groups=with_everywhere(JSON),
    ),
)
