"""A function becomes a tool: its types and its docstring are what the model is told."""

import asyncio
from typing import Literal

from scripts import calls, says

from heartbit_tui import run, tool


@tool(effects="none")
def convert(amount: float, to: Literal["km", "miles"]) -> float:
    """Convert a distance.

    Args:
        amount: the distance in the other unit
        to: the unit that is wanted
    """
    return round(amount * 1.609344, 3) if to == "km" else round(amount / 1.609344, 3)


async def main() -> None:
    model = says(calls("convert", amount=26.2, to="km"), "A marathon has 42.165 km.")
    result = await run("How long is a marathon in km?", provider=model, tools=[convert], ephemeral=True)
    print(result.text)
    print("As a function:", convert(10, "miles"))


asyncio.run(main())
