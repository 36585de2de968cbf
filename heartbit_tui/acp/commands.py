"""The slash commands that heartbit carries out itself where an editor is the screen."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias, cast, get_args

from heartbit_tui.acp.asking import Asking
from heartbit_tui.acp.telling import Fold
from heartbit_tui.client import caps, cascaded, filled, protection
from heartbit_tui.client.commands import COMMANDS as ALL, Command, Typed
from heartbit_tui.client.metered import OF
from heartbit_tui.client.types import Client
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.ops import Compact, Escalate, Rename
from heartbit_tui.kernel.spending import dollars
from heartbit_tui.runtime import plugins
from heartbit_tui.undo import preview as previewed
from heartbit_tui.undo.intent import What
from heartbit_tui.undo.preview import Preview

if TYPE_CHECKING:
    from heartbit_tui.client.counterparts import Kind

HERE = (
    "compact",
    "undo",
    "redo",
    "status",
    "context",
    "drop",
    "cost",
    "cap",
    "safety",
    "tools",
    "mcp",
    "lsp",
    "a2a",
    "rename",
    "escalate",
)
COMMANDS: tuple[Command, ...] = tuple(each for name in HERE for each in ALL if each.name == name)
"""Those that an editor has no place of its own for; mode, model and effort are chosen in its menus."""

OVERWRITE = "overwrite"
"""Also put back what somebody else has changed."""

NOTHING = "There is nothing here that could be undone."
MOST = 60
"""Rows of a preview that are shown."""

Act: TypeAlias = Callable[[str], Awaitable[str]]


class Commands:
    """Carries out the commands of one session; each gives the words that tell what came of it."""

    def __init__(self, client: Client, asking: Asking, fold: Fold) -> None:
        self._client = client
        self._asking = asking
        self._fold = fold
        self._count = 0
        self._table: Mapping[str, Act] = MappingProxyType(
            {
                "compact": self._compact,
                "undo": self._undo,
                "redo": self._redo,
                "status": self._status,
                "context": self._context,
                "drop": self._drop,
                "cost": self._cost,
                "cap": self._cap,
                "safety": self._safety,
                "tools": self._tools,
                "mcp": self._mcp,
                "lsp": lambda argument: self._counterparts("lsp", argument),
                "a2a": lambda argument: self._counterparts("a2a", argument),
                "rename": self._rename,
                "escalate": self._escalate,
            }
        )

    async def do(self, command: Typed) -> str:
        """Carry a command out."""
        try:
            return await self._table[command.name](command.argument)
        except (HeartbitError, OSError) as error:
            return str(error)

    async def _compact(self, focus: str) -> str:
        self._client.submit(Compact(focus=focus))
        await self._client.settled()
        return ""  # what came of it is told by its own events

    async def _undo(self, argument: str) -> str:
        words = argument.split()
        what = [word for word in words if word in get_args(What)]
        rest = [word for word in words if word not in what and word != OVERWRITE]
        if self._client.undo is None or len(rest) > 1 or len(what) > 1:
            return "/undo [N] [files|chat|both] [overwrite]" if self._client.undo else NOTHING
        chosen = cast("What", what[0] if what else "both")
        return await self._go(await self._client.undo.undo("".join(rest), chosen, overrule=OVERWRITE in words))

    async def _redo(self, argument: str) -> str:
        if self._client.undo is None:
            return NOTHING
        return await self._go(await self._client.undo.redo(overrule=argument.strip() == OVERWRITE))

    async def _go(self, found: Preview) -> str:
        """Show what going there means, and go where the person wants it."""
        cwd = self._client.about.cwd
        rows = [f"{row.sign} {row.name} {row.note}".rstrip() for row in previewed.rows(found, cwd)]
        if found.does_nothing:
            return "\n".join((f"{found.title}: nothing would change.", *rows))
        more = [f"and {len(rows) - MOST} more"] if len(rows) > MOST else []
        text = "\n".join((previewed.summary(found), *rows[:MOST], *more))
        self._count += 1
        if self._client.undo is None or not await self._asking.agreed(f"undo-{self._count}", found.title, text):
            return "Nothing was changed."
        done = await asyncio.shield(self._client.undo.carry_out(found))
        await self._client.settled()
        return previewed.left(done.left, cwd)

    async def _escalate(self, _: str) -> str:
        self._client.submit(Escalate())
        return ""  # what comes of it is told by its own events

    async def _status(self, _: str) -> str:
        about = self._client.about
        return "\n".join(
            (
                f"session {about.session_id}",
                f"folder {about.cwd}",
                f"model {about.provider} {about.model}" + (f", effort {about.effort}" if about.effort else ""),
                f"mode {self._client.mode}",
                *await self._spent(),
            )
        )

    async def _context(self, _: str) -> str:
        meters = self._client.meters
        return "\n".join(filled.table(await meters.look())) if meters else ""

    async def _drop(self, argument: str) -> str:
        meters = self._client.meters
        if meters is None:
            return ""
        wanted = filled.numbered(await meters.look(), argument)
        if isinstance(wanted, str):
            return wanted
        op = filled.drop(wanted)
        if op is None:
            return f"{wanted.title} stays."
        self._client.submit(op)
        return ""

    async def _cost(self, _: str) -> str:
        meters = self._client.meters
        capped = meters.capped() if meters else ()
        told = [f"cap of {OF[each.period]}: ${dollars(each.used)} of ${dollars(each.cap or 0.0)}" for each in capped]
        return "\n".join((*told, *await self._spent())) or "No model was called yet."

    async def _spent(self) -> list[str]:
        costs = self._client.costs()
        lines = [
            f"{line.model} ({line.purpose}): {line.calls} calls, {line.usage.prompt:,} tokens in, "
            f"{line.usage.output_tokens:,} out, ${line.cost_usd:.4f}"
            + (f" and {line.unpriced} calls of unknown price" if line.unpriced else "")
            for line in costs
        ]
        return [*lines, *filter(None, (cascaded.saving(costs),))]

    async def _cap(self, argument: str) -> str:
        found = caps.parsed(argument)
        if isinstance(found, str):
            return found
        self._client.submit(found)
        return ""

    async def _safety(self, _: str) -> str:
        about = self._client.about
        rows = protection.told(about, about.safety) if about.safety else ()
        return "\n".join(f"{name or '·'} {text}" for name, text in rows)

    async def _tools(self, _: str) -> str:
        return ", ".join(self._client.about.tools)

    async def _mcp(self, argument: str) -> str:
        done = plugins.resolve("heartbit_tui.client.served:done")
        found = self._client.served
        return await done(found, argument) if found is not None else "No MCP server is defined."

    async def _counterparts(self, kind: "Kind", argument: str) -> str:
        told = plugins.resolve("heartbit_tui.client.counterparts:told")
        return str(told(self._client.counterparts(kind), kind, argument))

    async def _rename(self, title: str) -> str:
        if not title:
            return "/rename takes the new title."
        self._client.submit(Rename(title=title))
        return ""
