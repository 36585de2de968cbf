"""Asks a model for one text, and tells what that cost."""

from collections.abc import Callable
from contextlib import aclosing

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import Event
from heartbit_tui.kernel.messages import StopReason, Text
from heartbit_tui.kernel.protocols import Block, Finish, Provider, Request, Spent


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a model wrote; `cost_usd` is None where no price is known. Where it was `cut` off, it is no whole text."""

    text: str
    cut: bool
    cost_usd: float | None

    def wrong(self, name: str) -> str:
        """Why this is no text, which is called by `name`; empty where it is one."""
        if self.cut:
            return f"the model's {name} was cut off"
        return "" if self.text else "the model wrote nothing"


async def ask(provider: Provider, request: Request, purpose: str, tell: Callable[[Event], None]) -> Written:
    """What the model writes when it is asked this; each answer is told with its `purpose`. Raises `HeartbitError`."""
    words, cut, spent = list[str](), False, list[Spent]()
    async with aclosing(provider.stream(request)) as parts:
        async for part in parts:
            match part:
                case Block(block=Text(text=text)):
                    words.append(text)
                case Finish(stop=stop):
                    cut = stop is StopReason.MAX_TOKENS
                    spent.append(part.spent(purpose))
                    tell(spent[-1].told)
                case Spent():
                    spent.append(part)
                    tell(part.told)
                case _:
                    pass
    costs = [each.cost_usd for each in spent]
    cost = None if None in costs else sum(filter(None, costs))
    return Written(text="".join(words).strip(), cut=cut, cost_usd=cost)
