"""The models of these examples: they play a script, so that nothing needs a key."""

from heartbit_tui import Text, ToolCall
from heartbit_tui.providers.script import Reply
from heartbit_tui.testing import ScriptedProvider


def says(*answers: str | ToolCall) -> ScriptedProvider:
    """A model that gives these answers one after the other: words, or the call of a tool."""
    blocks = (Text(text=answer) if isinstance(answer, str) else answer for answer in answers)
    return ScriptedProvider([Reply(blocks=(block,)) for block in blocks])


def calls(name: str, **arguments: object) -> ToolCall:
    """The call of a tool."""
    return ToolCall(id=f"call-{name}", name=name, input=arguments)
