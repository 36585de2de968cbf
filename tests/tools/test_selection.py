"""What a model is offered of the tools there are."""

from collections.abc import Iterator

import pytest
from hypothesis import given, strategies as st

from heartbit_tui.kernel.messages import Assistant, Message, Text, ToolCall, User, user
from heartbit_tui.kernel.protocols import ToolSpec
from heartbit_tui.tools.classify import Profile, classify_query
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


@pytest.mark.parametrize(
    ("query", "profile"),
    [
        ("", "conversational"),
        ("hello", "conversational"),
        ("Good morning! How are you?", "conversational"),
        ("I already did", "conversational"),
        ("send it", "conversational"),
        ("Read the file", "standard"),
        ("any TODO?", "standard"),
        ("x" * 201, "standard"),
        ("é" * 101, "standard"),
        ("One. Two. Three.", "standard"),
        ("use slack_send", "full"),
        ("use (Slack_Send)!", "full"),
        ("use slack_sender", "conversational"),
        ("email and integration", "full"),
        ("read my email calendar", "full"),
    ],
)
def test_a_prompt_needs_the_profile_that_its_words_ask_for(query: str, profile: str) -> None:
    assert classify_query(query, ("slack_send",)) == profile


MINE = tuple(spec(name) for name in NAMES)


def test_auto_begins_with_what_the_prompt_needs_and_only_grows() -> None:
    auto = Selection("auto")
    note = User(
        content=(Text(text="hello"), Text(text="[Mode: ask, before each file is read and each command is run.]"))
    )
    talk: list[Message] = [note]
    assert names(auto(MINE, talk)) == of_profile("conversational", NAMES)
    talk += [Assistant(content=(Text(text="Shall I read the file?"),)), user("yes, read it")]
    assert names(auto(MINE, talk)) == of_profile("standard", NAMES)
    talk += [Assistant(content=(Text(text="Done."),)), user("thanks")]
    assert names(auto(MINE, talk)) == of_profile("standard", NAMES)
    talk += [Assistant(content=(Text(text="Bye."),)), user("tell them by slack_send")]
    assert names(auto(MINE, talk)) == NAMES


def test_auto_offers_what_was_called_although_it_was_not_offered() -> None:
    needed: dict[str, Profile] = {"bash": "standard", "slack_send": "full", "nothing": "conversational"}
    for called, profile in needed.items():
        messages = (user("hello"), Assistant(content=(ToolCall(id="1", name=called),)))
        assert names(Selection("auto")(MINE, messages)) == of_profile(profile, NAMES)


@given(st.data())
def test_whatever_is_said_the_choice_is_bounded_ordered_sticky_and_keeps_the_answer(data: st.DataObject) -> None:
    words = st.sampled_from([*NAMES, "hello", "weather", "email", "webhook", "file", "forecast", "a letter"])
    texts = st.lists(words, max_size=4).map(lambda found: user(" ".join(found)))
    called = st.sampled_from(NAMES).map(lambda name: Assistant(content=(ToolCall(id="1", name=name),)))
    specs = tuple(spec(name, f"does {name}") for name in NAMES)
    most = data.draw(st.none() | st.integers(1, len(NAMES)))
    selection = Selection(data.draw(st.sampled_from(("auto", "standard", "full"))), most)
    talk: list[Message] = []
    for message in data.draw(st.lists(texts | called, min_size=1, max_size=12)):
        talk.append(message)
        offered = names(selection(specs, talk))
        assert "__respond__" in offered
        assert most is None or len(offered) <= most
        assert offered == tuple(name for name in NAMES if name in offered)
        assert names(selection(specs, tuple(talk))) == offered


@given(st.lists(st.sampled_from(["hello", "so be it", "and then", "thank you", "weather", "chess"]), max_size=10))
def test_the_tools_stay_the_same_as_long_as_no_other_one_is_named_or_called(said: list[str]) -> None:
    quiet = tuple(spec(f"tool_{number}", f"weather chess {number}") for number in range(9))
    selection = Selection("full", 4)
    talk: list[Message] = [user("begin")]
    first = selection(quiet, talk)
    for text in said:
        talk += [Assistant(content=(ToolCall(id="1", name=first[0].name),)), user(text)]
        assert selection(quiet, talk) == first


def test_a_long_conversation_is_not_read_again_for_every_turn() -> None:
    selection, talk = Selection("auto"), [user(f"number {number}") for number in range(10_000)]
    selection(MINE, talk)
    counting = Counting([*talk, user("one more")])
    selection(MINE, counting)
    assert counting.read < 20


class Counting(list[Message]):
    """A conversation that counts how many of its messages are read."""

    read = 0

    def __reversed__(self) -> Iterator[Message]:
        for message in super().__reversed__():
            self.read += 1
            yield message
