"""A conversation is encoded once, and what was sent before is sent again to the letter."""

from heartbit_tui.kernel.messages import Assistant, Message, Text, ToolCall, ToolResult, User, user
from heartbit_tui.kernel.protocols import Request, ToolSpec
from heartbit_tui.providers import anthropic_request, openai_chat_request, openai_responses_request
from heartbit_tui.providers.anthropic import Messages
from heartbit_tui.providers.memo import Memo
from heartbit_tui.providers.openai_chat import Chat
from heartbit_tui.providers.openai_responses import Responses


def conversation(turns: int) -> tuple[Message, ...]:
    messages: list[Message] = [user("go")]
    for turn in range(turns):
        call = ToolCall(id=f"c{turn}", name="read", input={"file_path": "a"})
        messages += [
            Assistant(content=(Text(text="I read."), call)),
            User(content=(ToolResult(call_id=call.id, content="text"), Text(text="And now?"))),
        ]
    return tuple(messages)


def test_each_message_is_encoded_once_and_forgotten_with_the_conversation() -> None:
    asked: list[Message] = []

    def encode(message: Message) -> int:
        asked.append(message)
        return len(asked)

    memo, messages = Memo(encode), conversation(3)
    assert memo(messages[:3]) == [1, 2, 3]
    assert memo(messages) == [1, 2, 3, 4, 5, 6, 7]
    assert memo(messages[-1:]) == [7]
    assert memo(messages[:1]) == [8]


def test_an_equal_message_that_is_another_one_is_encoded_anew() -> None:
    memo = Memo(id)
    first, second = user("same"), user("same")
    assert memo([first]) != memo([second])


def test_of_a_longer_conversation_only_the_end_is_made_anew() -> None:
    """What is new, and the two messages before it at which the service was told to keep what it read."""
    sender, messages = anthropic_request.Sender(provider="anthropic", model="claude-sonnet-4-5"), conversation(9)
    tools = tuple(ToolSpec(name=name, description=name, input_schema={}) for name in ("read", "write"))
    dialect = Messages(sender)
    before, after = (
        dialect.body(Request(system="be good", messages=several, tools=tools)) for several in (messages[:17], messages)
    )
    same = [one is other for one, other in zip(before["messages"], after["messages"], strict=False)]
    assert same == [True] * 14 + [False, True, False]
    assert before["tools"][0] is after["tools"][0]


def test_bodies_are_the_same_with_and_without_what_was_remembered() -> None:
    anthropic = anthropic_request.Sender(provider="anthropic", model="claude-sonnet-4-5")
    chat = openai_chat_request.Sender(provider="openrouter", model="anthropic/claude-sonnet-4.5", flavour="openrouter")
    responses = openai_responses_request.Sender(provider="openai", model="gpt-5")
    dialects = (Messages(anthropic), Chat(chat), Responses(responses))
    for turns in range(6):
        request = Request(system="be good", messages=conversation(5)[: 2 * turns + 1])
        bodies = [dialect.body(request) for dialect in dialects]
        assert bodies == [
            anthropic_request.body(request, anthropic),
            openai_chat_request.body(request, chat),
            openai_responses_request.body(request, responses),
        ]
        assert bodies == [dialect.body(request) for dialect in dialects]
