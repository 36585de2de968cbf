"""A well-behaved MCP server made with the official SDK; run as a process: `friendly.py [http PORT-FILE]`."""

import os
import socket
import sys
from pathlib import Path

import anyio
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp_types import ImageContent, TextContent, ToolAnnotations
from pydantic import BaseModel

server = MCPServer("friendly", instructions="Call add to add.")
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def note(file: str, words: str) -> None:
    """Leave words for whoever watches."""
    Path(file).write_text(words)


class Wish(BaseModel):
    """What a person is asked."""

    colour: str
    sure: bool = False


@server.tool(annotations=ToolAnnotations(read_only_hint=True))
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


@server.tool()
def environment() -> str:
    """All names of the environment."""
    return " ".join(sorted(os.environ))


@server.tool()
def picture() -> list[TextContent | ImageContent]:
    """A picture with a word."""
    return [TextContent(text="one pixel"), ImageContent(data=PIXEL, mime_type="image/png")]


@server.tool()
def broken() -> str:
    """Fail."""
    raise ValueError("it is broken")


@server.tool()
async def slow(file: str, context: Context) -> str:
    """Work for long, and note when that is interrupted."""
    try:
        await context.report_progress(1, 3, "begun")
        note(file, "begun")
        await anyio.Event().wait()
    except anyio.get_cancelled_exc_class():
        note(file, "cancelled")
        raise
    return "done"


@server.tool()
async def wish(context: Context) -> str:
    """Ask the person."""
    found = await context.elicit("Which colour?", Wish)
    return f"{found.action} {found.data.model_dump() if found.action == 'accept' else ''}"


@server.tool()
def die() -> str:
    """End the process in the middle of a call."""
    os._exit(7)


@server.resource("note://today")
def today() -> str:
    """The note of today."""
    return "Water the plants."


@server.prompt()
def review(file: str) -> str:
    """Review a file."""
    return f"Review {file} as a friend would."


def main() -> None:
    if len(sys.argv) < 2:
        server.run("stdio")
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    Path(sys.argv[2]).write_text(str(port))
    server.run("streamable-http", host="127.0.0.1", port=port)


if __name__ == "__main__":
    main()
