"""What a run may spend, checked and told."""

from heartbit_tui.kernel.errors import LimitError
from heartbit_tui.kernel.events import BudgetExceeded, Notice
from heartbit_tui.kernel.host import Host
from heartbit_tui.kernel.limits import Budget

UNPRICED = "The price of this model is not known: the cost limit cannot hold. Set a price, or limit tokens instead."


def check_spending(budget: Budget, host: Host) -> None:
    """Tell it when a limit is passed, or cannot be held. Raises `LimitError`."""
    if budget.blind():
        host.emit(Notice(level="warning", text=UNPRICED))
    try:
        budget.check_spending()
    except LimitError as error:
        unit = "usd" if error.limit == "cost" else "tokens"
        host.emit(BudgetExceeded(used=error.used, limit=error.bound, partial_usage=budget.usage, unit=unit))
        raise
