"""What a model's work would cost, before or after it was done."""

from heartbit_tui.context import tokens
from heartbit_tui.kernel.messages import Usage
from heartbit_tui.providers.pricing import Price, Prices


def estimate_cost(
    model: str, what: Usage | str, *, output_tokens: int = 0, prices: dict[str, Price] | None = None
) -> float | None:
    """US dollars for a usage, or for a prompt of these words with an answer of `output_tokens`.

    `prices` come before the built-in table, whose source stands in `providers/pricing.py`. None where the price of the
    model is not known; the tokens of words are estimated.
    """
    usage = Usage(input_tokens=tokens.text(what), output_tokens=output_tokens) if isinstance(what, str) else what
    return Prices(prices or {}).cost(model, usage)
