"""Sessions side by side."""

from typing import TYPE_CHECKING

from heartbit_tui.tui.acts.session import fresh
from heartbit_tui.tui.talk.talks import MOST

if TYPE_CHECKING:
    from heartbit_tui.tui.app import HeartbitApp


def tab(app: "HeartbitApp", number: str) -> None:
    """Alt+1..9: see that session; the number after the last one opens another."""
    wanted = int(number) if number.isdecimal() else 0
    if app.living.talks.see(wanted):
        app.living.switched()
    elif 0 < wanted <= min(len(app.living.talks.all) + 1, MOST):
        app.living.talks.open(fresh(app), beside=True)
        app.living.switched()
    else:
        count = len(app.living.talks.all)
        there = "There is one session" if count == 1 else f"There are {count} sessions"
        app.tell(f"{there} open; " + (f"Alt+{count + 1} opens another one." if count < MOST else "no more can be."))
