"""What speaks in a session about what goes on beside it: made before the session, heard while it is open."""

from heartbit_tui.kernel.events import Notice
from heartbit_tui.kernel.session import Session


class Voice:
    """Puts sentences into the log of a session as notices; before it is open and after, nobody hears them."""

    def __init__(self) -> None:
        self._session: Session | None = None

    def speak_in(self, session: Session) -> None:
        """Be heard there from now on."""
        self._session = session

    def hush(self) -> None:
        """Be heard no more."""
        self._session = None

    def say(self, text: str, warning: bool = False) -> None:
        """A sentence for the person."""
        if self._session is not None:
            self._session.append(self._session.agent.name, Notice(level="warning" if warning else "info", text=text))
