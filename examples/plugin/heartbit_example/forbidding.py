"""A guardrail: the entry point names its class, which is made with what the settings say."""

from heartbit_tui import Pass, Passing, PluginContext, Refuse, ToolCall


class Forbidden(Passing):
    """Refuses calls in whose arguments one of the configured words stands."""

    def __init__(self, context: PluginContext) -> None:
        super().__init__(context.name)
        self._words = tuple(map(str, context.settings.get("words", ())))

    async def pre_tool(self, call: ToolCall) -> Pass | Refuse:
        found = next((word for word in self._words if word in str(call.input)), "")
        return Refuse(reason=f"“{found}” may not stand in a call.") if found else Pass()
