"""What a model is offered of the tools there are."""

from heartbit_tui.kernel.messages import Assistant, ToolCall, user
from heartbit_tui.kernel.protocols import ToolSpec
from heartbit_tui.tools.selection import ALWAYS, Selection, of_profile

NAMES = ("bash", "read", "delegate_task", "blackboard_read", "slack_send", "question", "__respond__", "todoread")


def spec(name: str, description: str = "") -> ToolSpec:
    return ToolSpec(name=name, description=description, input_schema={"type": "object"})


SPECS = (
    spec("bash", "run a shell command"),
    spec("weather", "tell the weather forecast of a city"),
    spec("mail", "send an electronic letter"),
    spec("chess", "play a game of chess"),
    spec("__respond__", "give the answer"),
)


def names(specs: tuple[ToolSpec, ...]) -> tuple[str, ...]:
    return tuple(each.name for each in specs)


def test_full_offers_all() -> None:
    assert of_profile("full", NAMES) == NAMES


def test_standard_keeps_coordination_and_drops_foreign_tools() -> None:
    assert of_profile("standard", NAMES) == tuple(name for name in NAMES if name != "slack_send")


def test_conversational_keeps_the_ways_to_people_memory_and_agents() -> None:
    assert of_profile("conversational", NAMES) == (
        "delegate_task",
        "blackboard_read",
        "question",
        "__respond__",
        "todoread",
    )
    assert of_profile("conversational", ALWAYS) == tuple(ALWAYS)


def test_all_are_offered_under_the_maximum() -> None:
    assert Selection("full", 5)(SPECS, [user("hi")]) == SPECS


def test_what_the_conversation_is_about_ranks_first_and_the_answer_tool_stays() -> None:
    assert names(Selection("full", 2)(SPECS, [user("the weather forecast for the city, please")])) == (
        "weather",
        "__respond__",
    )


def test_a_tool_that_was_called_stays_and_the_maximum_holds() -> None:
    called = Assistant(content=(ToolCall(id="1", name="chess"), ToolCall(id="2", name="mail")))
    for most in range(1, 5):
        offered = names(Selection("full", most)(SPECS, [user("weather forecast"), called]))
        assert len(offered) == most
        assert "__respond__" in offered
        assert most < 3 or {"chess", "mail"} <= set(offered)


def test_two_turns_offer_the_same_unless_a_tool_is_named() -> None:
    selection = Selection("full", 3)
    first = selection(SPECS, [user("the weather forecast of the city")])
    assert selection(SPECS, [user("play a game")]) == first
    assert "chess" in names(selection(SPECS, [user("now use chess")]))
