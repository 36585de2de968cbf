"""The commands of `heartbit mcp`, in the order in which help shows them."""

from heartbit_tui.cli.flags import SERVE, with_everywhere
from heartbit_tui.cli.spec import Command, Flag, Word

NAME = Word("name", "the server")
JSON = Flag(("--json",), "as JSON")
PROJECT = Flag(("--project",), "in the .mcp.json of this project, for all who work on it, not in your own settings")

MCP = (
    Command(
        "mcp list",
        "mcp",
        "list the MCP servers, where each is defined and how it stands; starts none",
        groups=with_everywhere(JSON),
    ),
    Command(
        "mcp add",
        "mcp",
        "add a server: a program with its arguments after --, or a URL",
        (NAME, Word("target", "the program and its arguments, or the URL", "*")),
        with_everywhere(
            Flag(("--env",), "a variable that the program gets; may be repeated", "many", "NAME=VALUE"),
            Flag(("--header",), "a header that the URL is asked with; may be repeated", "many", "NAME: VALUE"),
            PROJECT,
        ),
        (
            "heartbit mcp add git -- uvx mcp-server-git",
            "heartbit mcp add github https://api.githubcopilot.com/mcp/ --header 'Authorization: Bearer ${GITHUB_TOKEN}'",
        ),
    ),
    Command("mcp remove", "mcp", "remove a server", (NAME,), with_everywhere(PROJECT)),
    Command(
        "mcp test",
        "mcp",
        "start or reach a server, tell what it offers, and end it",
        (NAME,),
        with_everywhere(JSON),
        ("heartbit mcp test git",),
    ),
    Command(
        "mcp login",
        "mcp_login",
        "log in at a server in the browser; what that gives is kept in the keyring, or in a private file",
        (NAME,),
        with_everywhere(Flag(("--no-browser",), "only tell the address")),
    ),
    Command("mcp logout", "mcp_login", "forget what a login at a server gave", (NAME,), with_everywhere()),
    Command(
        "mcp approve",
        "mcp",
        "let a server of this project start, and take its tools as they are described now",
        (NAME,),
        with_everywhere(),
    ),
    Command(
        "mcp refuse", "mcp", "never start a server of this project as it is defined now", (NAME,), with_everywhere()
    ),
    Command(
        "mcp serve",
        "mcp_serve",
        "offer heartbit as a tool to other agents, over stdin and stdout",
        groups=SERVE,
        examples=("heartbit mcp serve --permission-mode accept-edits", "heartbit mcp serve --http 8765"),
    ),
)
