"""The token that a daemon on this machine makes for itself, where nobody configured who may speak to it."""

import re
from typing import Literal, TypeAlias

from heartbit_tui.auth.bearer import Tokens, entries_of, new_token
from heartbit_tui.auth.keys import Document
from heartbit_tui.kernel.dataclass import dataclass

NAME = "daemon-token"
"""The file in the state folder; where the token is, is no secret."""

Made: TypeAlias = Literal["", "new", "exposed"]
_SHAPE = re.compile(r"hbt_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """The token as it is now. `made` says whether it was made just now and has to be told: there was none (`new`), or
    others could read the old one (`exposed`).
    """

    token: str
    made: Made = ""

    def __repr__(self) -> str:
        return f"Own(made={self.made!r})"

    @property
    def tokens(self) -> Tokens:
        """The one token that then counts; whoever has it is the person whose machine it is."""
        return Tokens(entries_of([{"token": self.token, "name": NAME}]))


class OwnToken:
    """Keeps the token in a private file, so that it is the same at the next start."""

    def __init__(self, file: Document) -> None:
        self._file = file

    def take(self) -> Own:
        """The token that is kept, or a new one. Raises `ConfigError` where the file cannot be used.

        Of several daemons that start at once all get the same.
        """
        if self._file.is_open_to_others and _SHAPE.fullmatch(self._file.read().strip()):
            self._file.narrow()
            return Own(token=self.rotate().token, made="exposed")
        found: list[Own] = []

        def kept(text: str) -> str:
            token = text.strip()
            found.append(Own(token=token) if _SHAPE.fullmatch(token) else Own(token=new_token(), made="new"))
            return f"{found[-1].token}\n"

        self._file.update(kept)
        return found[-1]

    def rotate(self) -> Own:
        """A new token in place of the old one, which counts for no daemon that starts from now on. Raises `ConfigError`."""
        token = new_token()
        self._file.update(lambda _: f"{token}\n")
        return Own(token=token, made="new")
