"""The tools by which an agent reads and writes a board."""

from typing import Any

from pydantic import Field

from heartbit_tui.agents.board import Board, BoardError, told
from heartbit_tui.kernel.protocols import CallContext, Effects, Output, Tool
from heartbit_tui.wire.arguments import Arguments, TypedTool, Unable


class Key(Arguments):
    """A name on the board."""

    key: str = Field(min_length=1, description="The name of the note.")


class Writing(Arguments):
    """A note for the board."""

    key: str = Field(min_length=1, description="The name of the note; what was under it is written over.")
    value: Any = Field(description="What to leave there: a text, a number, a list or an object.")


class Nothing(Arguments):
    """No arguments."""


class BoardRead(TypedTool[Key]):
    """Reads one note."""

    name = "blackboard_read"
    effects = Effects.NONE
    arguments = Key

    def __init__(self, board: Board) -> None:
        self._board = board

    async def act(self, given: Key, context: CallContext) -> Output:
        """The value; where there is none, that."""
        note = self._board.read(given.key)
        if note is None:
            return Output(content=f"Nothing was found on the board under “{given.key}”.")
        return Output(content=told(note.value), details={"by": note.by})


class BoardWrite(TypedTool[Writing]):
    """Leaves a note."""

    name = "blackboard_write"
    effects = Effects.NONE
    arguments = Writing

    def __init__(self, board: Board) -> None:
        self._board = board

    async def act(self, given: Writing, context: CallContext) -> Output:
        """Write over what was there. Raises `Unable` for what does not fit."""
        try:
            self._board.write(given.key, given.value, by=context.agent)
        except BoardError as error:
            raise Unable(str(error)) from error
        return Output(content=f"“{given.key}” is on the board.")


class BoardList(TypedTool[Nothing]):
    """Lists the names."""

    name = "blackboard_list"
    effects = Effects.NONE
    arguments = Nothing

    def __init__(self, board: Board) -> None:
        self._board = board

    async def act(self, given: Nothing, context: CallContext) -> Output:
        """All names, sorted."""
        keys = self._board.keys()
        if not keys:
            return Output(content="The blackboard is empty.")
        return Output(content="\n".join([f"Blackboard keys ({len(keys)}):", *(f"- {key}" for key in keys)]))


def board_tools(board: Board) -> tuple[Tool, ...]:
    """The three tools of one board."""
    return (BoardRead(board), BoardWrite(board), BoardList(board))
