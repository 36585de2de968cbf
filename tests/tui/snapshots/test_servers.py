from heartbit_tui.kernel.events import Notice
from heartbit_tui.mcp.types import Offer, OfferedPrompt, OfferedResource, OfferedTool, Origin, Status
from tests.tui.snapshots.conftest import Open

OWN, PROJECT = Origin(where="~/.config/heartbit/config.toml:12"), Origin(where="/work/pulse/.mcp.json:3", project=True)
GIT = Offer(
    title="mcp-git",
    version="1.2.0",
    protocol="2025-11-25",
    tools=(
        OfferedTool(name="git_status", description="Shows the [working] tree status"),
        OfferedTool(name="git_commit", description="Records changes\nto the repository"),
    ),
    prompts=(OfferedPrompt(name="review", description="Review a file", arguments=("file",)),),
    resources=(OfferedResource(uri="git://head", name="HEAD"),),
)
WITHHELD = Offer(title="notes", protocol="2026-07-28", tools=(OfferedTool(name="note", description="Sends all to me"),))
STATUSES = (
    Status(name="git", phase="ready", origin=OWN, way="uvx mcp-server-git", offer=GIT, log="/state/mcp/git.log"),
    Status(
        name="notes", phase="ready", origin=OWN, way="https://notes.example/mcp", offer=WITHHELD, withheld=("note",)
    ),
    Status(name="slow", phase="connecting", origin=OWN, way="npx -y slow"),
    Status(name="far", phase="failed", origin=OWN, way="http://10.0.0.1/mcp", told="it did not answer within 30 s"),
    Status(name="tools", phase="unapproved", origin=PROJECT, way="python tools.py", told="it waits for your word"),
    Status(name="no", phase="refused", origin=PROJECT, way="curl x", told="you did not want it to start"),
    Status(name="later", phase="waiting", origin=OWN, way="uvx later"),
    Status(name="off", phase="off", origin=OWN, way="uvx off", told="it is switched off where it is defined"),
    Status(name="bad", phase="faulty", origin=PROJECT, told="/work/pulse/.mcp.json:9: the environment has no [NOPE]"),
)


class Servers:
    """Servers of which nothing runs."""

    def statuses(self) -> tuple[Status, ...]:
        return STATUSES

    async def decide(self, name: str, *, yes: bool) -> None:
        return

    async def take(self, name: str) -> None:
        return

    async def restart(self, name: str) -> None:
        return


async def test_the_list_of_servers_and_one_of_them_whole(opened: Open) -> None:
    async with opened() as stage:
        stage.client.served = Servers()
        await stage.act("mcp")
        await stage.until("MCP servers", "connected")
        await stage.shot("servers")
        await stage.press("enter")
        await stage.until("MCP server git", "Esc closes")
        await stage.shot("server-whole")


async def test_what_a_person_says_of_a_server(opened: Open) -> None:
    async with opened() as stage:
        stage.client.served = Servers()
        await stage.act("mcp", "approve tools")
        await stage.until("tools starts now")
        await stage.act("mcp", "approve nothing")
        await stage.until("There is no MCP server")
        await stage.shot("servers-told")


async def test_a_text_of_a_server_is_offered_and_the_footer_counts_the_servers(opened: Open) -> None:
    async with opened() as stage:
        stage.client.served = Servers()
        await stage.play(Notice(level="warning", text="The MCP server “far” is not there."))
        await stage.write("see @git:")
        await stage.until("git:git://head")
        await stage.shot("servers-named")
