"""What others reach over A2A: both of its bindings over HTTP, in both of its versions, with a `Backing` behind them.

`routes` has the endpoints, made with the official SDK, which is loaded with it; `handler` answers what is asked, and
`making` writes the answers in the protocol's terms. What is behind them says in `types` what it can do, and knows no SDK.
"""

from heartbit_tui.a2a.serving.types import (
    Backing,
    Declined,
    Heard,
    Listed,
    Piece,
    Reason,
    Said,
    Shown,
    Sought,
    Stood,
    Update,
)

__all__ = ("Backing", "Declined", "Heard", "Listed", "Piece", "Reason", "Said", "Shown", "Sought", "Stood", "Update")
