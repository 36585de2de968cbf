"""`/lsp` and `/a2a`: how language servers and agents of others stand, and one of them whole."""

from heartbit_tui.a2a.types import Card, Status
from heartbit_tui.client.counterparts import Counterpart, Kind, of_agents, of_languages
from heartbit_tui.lsp.programs import PROGRAMS
from heartbit_tui.lsp.types import AtWork, Counts, Standing
from tests.tui.snapshots.conftest import Open

BY_NAME = {program.name: program for program in PROGRAMS}
LANGUAGES = of_languages(
    (
        Standing(
            program=BY_NAME["ruff"],
            command=("/usr/bin/ruff", "server"),
            at_work=(AtWork(root="/work/pulse", state="ready", files=3, counts=Counts(errors=2, warnings=1)),),
        ),
        Standing(
            program=BY_NAME["ty"],
            command=("/usr/bin/ty", "server"),
            at_work=(AtWork(root="/work/pulse", state="starting"),),
        ),
        Standing(
            program=BY_NAME["pyright"],
            command=("/usr/bin/pyright-langserver", "--stdio"),
            at_work=(AtWork(root="/work/pulse", state="broken"),),
        ),
        Standing(program=BY_NAME["clangd"], command=("/usr/bin/clangd",)),
        Standing(program=BY_NAME["gopls"], why="not on the PATH; install it with: go install golang.org/x/tools/gopls"),
    )
)
CARD = Card(
    name="Helper",
    description="Knows [everything] of the shop's stock.",
    skills=(("stock", "What is left of an article"), ("order", "Orders more of it")),
    endpoint="https://agents.example.com/rpc",
    binding="JSONRPC",
    version="1.0",
    streams=True,
)
AGENTS = of_agents(
    (
        Status(url="https://agents.example.com/helper", phase="ready", card=CARD, tool="a2a_helper"),
        Status(url="https://far.example", phase="failed", told="it cannot be reached: no such host"),
        Status(url="https://slow.example", phase="looking"),
    )
)


def told(kind: Kind) -> tuple[Counterpart, ...]:
    return LANGUAGES if kind == "lsp" else AGENTS


async def test_language_servers_are_listed_and_one_is_told_whole(opened: Open) -> None:
    async with opened() as stage:
        stage.client.counterparts = told
        await stage.act("lsp")
        await stage.until("Language servers", "at work")
        await stage.shot("languages")
        await stage.press("enter")
        await stage.until("3 files open", "Esc closes")
        await stage.shot("language-whole")


async def test_agents_of_others_are_listed_and_one_is_told_whole(opened: Open) -> None:
    async with opened() as stage:
        stage.client.counterparts = told
        await stage.act("a2a")
        await stage.until("Agents of others", "not there")
        await stage.shot("agents")
        await stage.press("escape")
        await stage.act("a2a", "Helper")
        await stage.until("a2a_helper", "Esc closes")
        await stage.shot("agent-whole")


async def test_where_there_are_none_that_is_said(opened: Open) -> None:
    async with opened() as stage:
        await stage.act("a2a")
        await stage.until("No agent of others is defined")
        stage.client.counterparts = told
        await stage.act("lsp", "nothing")
        await stage.until("There is none called")
        await stage.shot("counterparts-none")
