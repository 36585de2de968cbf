"""A guardrail of one's own: it sees every request, answer, call and output, and says what may pass."""

import asyncio

from scripts import calls, says

from heartbit_tui import GuardrailDenied, Pass, Passing, Refuse, ToolCall, stream


class OfficeHours(Passing):
    """Lets nothing be pushed to production."""

    async def pre_tool(self, call: ToolCall) -> Pass | Refuse:
        line = str(call.input.get("command", ""))
        return Refuse(reason="Nothing is deployed from here.") if "deploy" in line else Pass()


async def main() -> None:
    model = says(calls("bash", command="make deploy"), "I was not allowed to deploy.")
    guardrails = [OfficeHours("office hours")]
    async with stream("Deploy it.", provider=model, guardrails=guardrails, mode="yolo", ephemeral=True) as events:
        async for envelope in events:
            if isinstance(envelope.event, GuardrailDenied):
                print(f"{envelope.event.guardrail}: {envelope.event.reason}")
    print(events.result.text)


asyncio.run(main())
