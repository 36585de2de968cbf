"""One thing that can be put into the draft."""

from heartbit_tui.kernel.dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Accepting it puts `insert` in place of the draft's characters from `replaces[0]` to before `replaces[1]`.

    `label` and `meta` are shown and may hold anything; `positions` are the letters of the label that were asked for.
    The characters of the label outside of `strong` are toned down, unless that is empty.
    An item that is `open` goes on being completed once it is accepted: a folder, a command that takes something.
    """

    insert: str
    label: str
    replaces: tuple[int, int]
    meta: str = ""
    positions: tuple[int, ...] = ()
    strong: tuple[int, int] = (0, 0)
    open: bool = False

    def applied(self, draft: str) -> tuple[str, int]:
        """The draft with the item in it, and where the cursor stands then."""
        start, end = self.replaces
        return f"{draft[:start]}{self.insert}{draft[end:]}", start + len(self.insert)
