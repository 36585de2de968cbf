"""Tools that are too many to tell of are found by a search; the rest of what a model is told stays as it is."""

from heartbit_tui.context import tokens
from heartbit_tui.kernel.messages import Assistant, Message, StopReason, ToolCall, ToolResult, User
from heartbit_tui.kernel.protocols import ToolSpec
from heartbit_tui.mcp.search import NAME, ToolSearch, found_in, offering
from heartbit_tui.mcp.tools import ServerTool
from heartbit_tui.mcp.types import OfferedTool, Result
from tests.mcp.fleets import Call


async def nobody(server: str, tool: str, input: object, context: object) -> Result:
    return Result()


def tools(count: int) -> list[ServerTool]:
    words = ("create an issue", "list pull requests", "query a database", "send a letter", "read the weather")
    offered = (
        OfferedTool(name=f"tool{n}", description=words[n % 5] + f" {n}", schema={"type": "object"})
        for n in range(count)
    )
    return [ServerTool(f"mcp__s__{each.name}", "s", each, nobody) for each in offered]


def spec(name: str) -> ToolSpec:
    return ToolSpec(name=name, description="built in", input_schema={"type": "object"})


def names(specs: tuple[ToolSpec, ...]) -> list[str]:
    return [each.name for each in specs]


def called(name: str, id: str, result: str) -> tuple[Message, ...]:
    call = ToolCall(id=id, name=name, input={})
    return (
        Assistant(content=(call,), stop=StopReason.TOOL_USE),
        User(content=(ToolResult(call_id=id, content=result),)),
    )


async def test_few_tools_are_told_of_and_many_wait_behind_the_search() -> None:
    few, many = [each.spec for each in tools(3)], [each.spec for each in tools(300)]
    own = (spec("read"), spec(NAME))
    assert names(offering((*own, *few), (), tokens.tools, 200_000)) == ["read", *names(tuple(few))]
    assert names(offering((*own, *many), (), tokens.tools, 200_000)) == ["read", NAME]
    assert names(offering((*own, *few), (), tokens.tools, 1_000)) == ["read", NAME]
    assert tokens.tools(few) < 0.05 * 32_768 < tokens.tools(many)
    assert names(offering((*own, *many), (), tokens.tools, None)) == ["read", NAME]


async def test_what_was_found_or_called_is_told_of_from_then_on_also_after_a_resume() -> None:
    all_of_them = tools(300)
    search = ToolSearch(lambda: all_of_them)
    assert search.check({"query": " "})
    output = await search.run({"query": "create an issue 205"}, Call())
    assert output.content.count("\n## mcp__s__") == 8
    assert output.content.index("mcp__s__tool205") < 200
    messages = (*called(NAME, "c1", output.content), *called("mcp__s__tool7", "c2", "## mcp__s__tool9\n"))
    specs = (spec("read"), search.spec, *(each.spec for each in all_of_them))
    told = names(offering(specs, messages, tokens.tools, 32_768))
    assert {"read", NAME, "mcp__s__tool205", "mcp__s__tool7"} <= set(told)
    assert "mcp__s__tool9" not in told
    assert len(told) == 3 + 8
    assert found_in(()) == frozenset()


async def test_a_search_without_a_hit_says_what_there_is() -> None:
    search = ToolSearch(lambda: tools(3))
    none = await search.run({"query": "zzz"}, Call())
    assert (
        none.content
        == "No tool fits “zzz”. There are 3 tools, of the servers s. Try other words, or the name of a server."
    )
    exact = await search.run({"query": "mcp__s__tool1"}, Call())
    assert exact.content.count("## mcp__") == 1
