"""What a person was asked lately, and what the answer was."""

from collections import deque
from collections.abc import Iterable

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import ApprovalDecision, Envelope
from heartbit_tui.kernel.messages import ToolCall
from heartbit_tui.kernel.protocols import Action, Effects, Touch

MOST = 20
"""So many asks are remembered; older ones say little about what a person wants now."""

_OPEN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One call that a person decided on."""

    action: Action
    allowed: bool


class Past:
    """The last asks that a person answered, oldest first; those that a policy decided do not count."""

    def __init__(self) -> None:
        self._answered: deque[Asked] = deque(maxlen=MOST)
        self._open: dict[str, Action] = {}

    @property
    def asks(self) -> tuple[Asked, ...]:
        """The asks that were answered, `MOST` at most."""
        return tuple(self._answered)

    def begin(self, commands: Iterable[tuple[str, bool]]) -> None:
        """Begin with the command lines of earlier sessions and whether each was allowed, oldest first."""
        earlier = [Asked(action=_command(line), allowed=allowed) for line, allowed in commands]
        self._answered = deque((*earlier, *self._answered), maxlen=MOST)

    def ask(self, action: Action) -> None:
        """This call is being asked about."""
        while len(self._open) >= _OPEN:
            self._open.pop(next(iter(self._open)))
        self._open[action.call.id] = action

    def take(self, envelope: Envelope) -> None:
        """Hear an event of the session: the answers are among them."""
        match envelope.event:
            case ApprovalDecision(tool_call_id=call, approved=allowed, by=by):
                action = self._open.pop(call, None)
                if action is not None and by == "person":
                    self._answered.append(Asked(action=action, allowed=allowed))
            case _:
                return


def _command(line: str) -> Action:
    call = ToolCall(id="", name="bash", input={"command": line})
    return Action(call=call, effects=Effects.EXECUTE, touches=(Touch(kind="command", what=line),))
