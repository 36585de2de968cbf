"""What holds for a session, read from files, environment and command line."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from heartbit_tui.context.instructions import Instructions, load
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.kernel.protocols import Clock, Limits
from heartbit_tui.permissions import RuleGate, parse, workspace
from heartbit_tui.providers.types import Settings as ProviderSettings
from heartbit_tui.runtime.options import Options


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that the configuration decides."""

    provider: ProviderSettings
    limits: Limits
    mode: Mode
    gate: RuleGate
    instructions: Instructions
    environment: Mapping[str, str]
    store: Path
    outputs: Path
    today: datetime
    demo: bool
    warnings: tuple[str, ...]


async def read(options: Options, clock: Clock) -> Settings:
    """Read everything, off the event loop. Raises `ConfigError`, `UntrustedError`."""
    return await asyncio.to_thread(_read, options, clock)


def _read(options: Options, clock: Clock) -> Settings:
    home = options.environment.get("HOME", "/")
    data = Path(options.environment.get("XDG_DATA_HOME", f"{home}/.local/share")) / "heartbit"
    rules = [parse(rule, "allow", origin="config") for rule in options.allow]
    rules += [parse(rule, "deny", origin="config") for rule in options.deny]
    roots = [str(options.cwd), *map(str, options.extra_dirs)]
    return Settings(
        provider=ProviderSettings(),
        limits=Limits(),
        mode=options.mode or Mode.ASK,
        gate=RuleGate(rules=rules, workspace=workspace(roots, home=home), clock=clock),
        instructions=Instructions() if options.bare else load(options.cwd, None),
        environment=options.environment,
        store=data / "heartbit.db",
        outputs=data / "outputs",
        today=clock.now(),
        demo=options.demo,
        warnings=(),
    )
