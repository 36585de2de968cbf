"""What the results of a session's calls tell of its language servers."""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import replace

from heartbit_tui.kernel.events import DiagnosticsCounted
from heartbit_tui.kernel.protocols import CallContext, Output
from heartbit_tui.lsp import delta
from heartbit_tui.lsp.servers import Findings, Servers

KEY = "lsp"
"""Under which the details of a result have how many errors and warnings came and went."""


class Results:
    """Hears of files that calls touch, and adds to their results; `folder` is the one from which paths are shown."""

    def __init__(self, servers: Servers, folder: str) -> None:
        self._servers = servers
        self._folder = folder
        self._counted: DiagnosticsCounted | None = None

    async def read(self, paths: Sequence[str]) -> None:
        """Wake those that serve these; nobody waits."""
        self._servers.warm(await _resolved(paths))

    async def before(self, paths: Sequence[str]) -> None:
        """Learn what is said of these before they change, beside whatever else goes on."""
        await self._servers.before(await _resolved(paths))

    async def after(self, output: Output, context: CallContext) -> Output:
        """The result with what came and went, waiting for it no longer than `servers.PATIENCE`."""
        findings = await self._servers.after(await _resolved(output.changed))
        self._count(context)
        return told(output, findings, self._folder)

    def _count(self, context: CallContext) -> None:
        counts, names = self._servers.counts, self._servers.names
        event = DiagnosticsCounted(errors=counts.errors, warnings=counts.warnings, servers=names)
        if event != self._counted and (names or self._counted is not None):
            self._counted = event
            context.emit(event)


def told(output: Output, findings: Findings, folder: str) -> Output:
    """The result with what changed after it."""
    text = delta.told(findings.deltas, folder)
    if not text:
        later = delta.LATER if findings.later and output.changed else ""
        return replace(output, content="\n".join(filter(None, (output.content, later)))) if later else output
    details = {**output.details, KEY: delta.details(findings.deltas)}
    return replace(output, content="\n".join(filter(None, (output.content, text))), details=details)


async def _resolved(paths: Sequence[str]) -> tuple[str, ...]:
    """Their places with links resolved."""
    return await asyncio.to_thread(lambda: tuple(map(os.path.realpath, paths))) if paths else ()
