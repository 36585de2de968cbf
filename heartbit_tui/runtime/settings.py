"""What holds for a session, read from files, environment and command line."""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from heartbit_tui.auth import KEY_NAMES, Credentials, system_vault
from heartbit_tui.config import CHAT_DEFAULTS, Config, Directories, Layer, directories, files, load
from heartbit_tui.config.dotenv import keys as keys_of
from heartbit_tui.config.keys import Value
from heartbit_tui.config.locked import LockedFile
from heartbit_tui.config.trust import Trust, TrustStore
from heartbit_tui.context import instructions
from heartbit_tui.context.instructions import Instructions
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.ops import Effort, Mode
from heartbit_tui.kernel.protocols import Clock, Limits
from heartbit_tui.permissions import Bounds, Memory, Rule, RuleGate, parse, read as read_rule, workspace
from heartbit_tui.permissions.paths import Workspace
from heartbit_tui.permissions.rules import Ruling
from heartbit_tui.permissions.sandbox import Active, Found
from heartbit_tui.runtime import owning, plugins, sandboxing
from heartbit_tui.runtime.options import CONVERSING, Identity, Options
from heartbit_tui.runtime.skill_places import readable
from heartbit_tui.runtime.watching import further

if TYPE_CHECKING:
    from heartbit_tui.config.changes import Changed

OWN_SECRETS = ("HEARTBIT_API_KEY", "HEARTBIT_MCP_TOKEN", "HEARTBIT_TELEGRAM_TOKEN")
"""The variables in which heartbit itself is given secrets."""

VERBOSE: Mapping[str, Value] = MappingProxyType({"telemetry.observability_mode": "analysis"})
"""What --verbose has in place of the defaults; the seed's."""

CHANGED = "heartbit_tui.config.changes:changed"
YOLO = "mode: yolo is given anew each time, with --permission-mode yolo; a file cannot set it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that the configuration decides; `environment` has the keys of a trusted project's `.env` too."""

    config: Config
    trust: Trust
    places: Directories
    limits: Limits
    mode: Mode
    gate: RuleGate
    workspace: Workspace
    sandbox: Found
    instructions: Instructions
    environment: Mapping[str, str]
    today: datetime
    warnings: tuple[str, ...]
    changed: "Changed | None" = None
    """What changed of a folder that was trusted; None where nothing did, or it never was."""
    identity: Identity | None = None
    """Whom the session works for, where that is not the person at this machine."""

    @property
    def credentials(self) -> Credentials:
        """Where keys are found."""
        return Credentials(
            file=LockedFile(self.places.credentials_file), environment=self.environment, vault=system_vault()
        )

    @property
    def secret_names(self) -> frozenset[str]:
        """The variables that hold keys, which commands do not get to see."""
        own = (self.config.string("provider.api_key_env"), *OWN_SECRETS)
        kept = frozenset(self.config.strings("tools.bash.keep_environment"))
        return (KEY_NAMES | frozenset(filter(None, own))) - kept

    @property
    def max_output_tokens(self) -> int:
        """How long an answer may be."""
        return self.config.integer("limits.max_output_tokens") or 8192

    @property
    def effort(self) -> Effort | None:
        """How much the model should think, where that is set."""
        text = self.config.string("provider.effort")
        return Effort(text) if text else None

    @property
    def store(self) -> Path:
        """The file with all sessions."""
        return self.places.sessions_file

    @property
    def outputs(self) -> Path:
        """Where whole outputs of commands are kept."""
        return owning.private(self.all_outputs, self.identity)

    @property
    def all_outputs(self) -> Path:
        """Where those of everybody on this machine are."""
        return _outputs(self.places)

    @property
    def unseen(self) -> tuple[str, ...]:
        """What of others commands do not see, where the session works for one of several users."""
        home = Path(self.environment.get("HOME") or "/")
        return owning.unseen(self.config, self.places, home, self.identity)


async def read(options: Options, clock: Clock) -> Settings:
    """Read everything, off the event loop. Raises `ConfigError`."""
    return await asyncio.to_thread(_read, options, clock)


def configuration(options: Options) -> Config:
    """The configuration alone, as `config explain` shows it. Raises `ConfigError`."""
    home = Path(options.environment.get("HOME") or "/")
    places, root = directories(options.environment, home), files.project_root(options.cwd)
    return _configuration(options, places, root, trusted=_trust(options, places).is_trusted)


def ground(options: Options, config: Config) -> tuple[Workspace, bool]:
    """The folders of the project without a session, and whether it is trusted. Raises `ConfigError`."""
    places = directories(options.environment, Path(options.environment.get("HOME") or "/"))
    return _workspace(options, config, places), _trust(options, places).is_trusted


def _read(options: Options, clock: Clock) -> Settings:
    owning.check(options.identity)
    home = Path(options.environment.get("HOME") or "/")
    places, root = directories(options.environment, home), files.project_root(options.cwd)
    store = TrustStore(LockedFile(places.trust_file))
    watched = further(options.cwd, places, options.config_file)
    trust = store.look(root, watched)
    changed: Changed | None = plugins.resolve(CHANGED)(store, root, watched) if trust.state == "changed" else None
    config = _configuration(options, places, root, trusted=trust.is_trusted)
    told = Instructions() if options.bare else _instructions(options, config, places)
    ground = _workspace(options, config, places)
    sandbox = sandboxing.find(config, options.environment, ground.roots)
    return Settings(
        config=config,
        trust=trust,
        places=places,
        limits=limits_of(config),
        mode=options.mode or _mode(config),
        gate=_gate(options, config, places, clock, ground, sandboxed=isinstance(sandbox, Active)),
        workspace=ground,
        sandbox=sandbox,
        instructions=told,
        environment=_environment(options, root, trusted=trust.is_trusted),
        today=clock.now(),
        warnings=(
            *((changed.text,) if changed else ()),
            *config.warnings,
            *told.warnings,
            *sandboxing.warnings(sandbox),
        ),
        changed=changed,
        identity=options.identity,
    )


def _mode(config: Config) -> Mode:
    mode = Mode(config.string("mode") or Mode.ASK)
    if mode is Mode.YOLO and not config.source("mode").startswith("flag"):
        raise ConfigError(f"{config.source('mode')}: {YOLO}", key="mode", source=config.source("mode"))
    return mode


def _instructions(options: Options, config: Config, places: Directories) -> Instructions:
    most = config.integer("context.instructions_bytes")
    names = config.strings("context.instructions")
    return instructions.load(
        options.cwd, places.config, names=names, most=instructions.MAX_BYTES if most is None else most
    )


def limits_of(config: Config) -> Limits:
    """How far a run may go by these settings."""
    usual = Limits()
    return Limits(
        max_turns=config.integer("limits.max_turns") or usual.max_turns,
        max_total_tokens=config.integer("limits.max_total_tokens"),
        max_cost_usd=config.number("limits.max_cost_usd"),
        run_timeout=config.number("limits.run_timeout"),
        tool_timeout=config.number("limits.tool_timeout"),
        max_tool_output_bytes=config.integer("limits.max_tool_output_bytes") or usual.max_tool_output_bytes,
        max_identical_tool_calls=config.integer("limits.max_identical_tool_calls") or usual.max_identical_tool_calls,
        max_parallel_calls=config.integer("limits.max_parallel_calls") or usual.max_parallel_calls,
        repeatable=frozenset({"bash_output"}),
    )


def _trust(options: Options, places: Directories) -> Trust:
    watched = further(options.cwd, places, options.config_file)
    return TrustStore(LockedFile(places.trust_file)).look(files.project_root(options.cwd), watched)


def _configuration(options: Options, places: Directories, root: Path, *, trusted: bool) -> Config:
    found = files.find(places, root, chosen=options.config_file, bare=options.bare)
    kept = [file for file in found if not options.bare or file.layer is Layer.FILE]
    defaults = {**(CHAT_DEFAULTS if options.surface in CONVERSING else {}), **(VERBOSE if options.verbose else {})}
    return load(kept, options.environment, options.flags, trusted=trusted, defaults=defaults)


def _environment(options: Options, root: Path, *, trusted: bool) -> Mapping[str, str]:
    text = files.read(root / ".env") if trusted and not options.bare else None
    return {**keys_of(text, KEY_NAMES), **options.environment} if text else options.environment


def _gate(
    options: Options, config: Config, places: Directories, clock: Clock, ground: Workspace, *, sandboxed: bool
) -> RuleGate:
    learned, outputs = Memory(LockedFile(places.permissions_file)), owning.private(_outputs(places), options.identity)
    alone = options.bare or options.identity is not None
    denied = owning.denied(learned) if options.identity is not None and not options.bare else ()
    return RuleGate(
        rules=(*_rules(options, config), *denied, _own_outputs(outputs), *readable(options, config, places)),
        workspace=ground,
        clock=clock,
        memory=None if alone else learned,
        sandboxed=sandboxed,
        bounds=_bounds(config),
    )


def _bounds(config: Config) -> Bounds:
    """What the auto mode may do unasked in one run; nothing where that is set to 0."""
    usual = Bounds()
    commands, files = config.integer("auto.commands"), config.integer("auto.files")
    cost, minutes = config.number("auto.cost_usd"), config.number("auto.minutes")
    return Bounds(
        commands=usual.commands if commands is None else commands,
        files=usual.files if files is None else files,
        cost_usd=usual.cost_usd if cost is None else cost,
        minutes=usual.minutes if minutes is None else minutes,
    )


def _workspace(options: Options, config: Config, places: Directories) -> Workspace:
    root = files.project_root(options.cwd)
    roots = dict.fromkeys(str(path) for path in (root, options.cwd, *options.extra_dirs))
    roots |= dict.fromkeys(config.strings("workspace.also"))
    home = options.environment.get("HOME") or "/"
    guarded = (str(places.config), str(places.data), str(places.state))
    return workspace(roots, home=home, guarded=guarded)


def _outputs(places: Directories) -> Path:
    return places.state / "outputs"


def _own_outputs(outputs: Path) -> Rule:
    """Whole outputs of commands may be read: the tool itself names their files."""
    return Rule(tool="read", pattern=f"{outputs}/**", action="allow", source="heartbit")


def _rules(options: Options, config: Config) -> Iterator[Rule]:
    for listed in config.permissions():
        value = cast("str | JsonObject", listed.value)
        yield read_rule(value, action=cast("Ruling", listed.action), source=listed.source)
    for text in options.allow:
        yield parse(text, "allow", source="flag --allow")
    for text in options.deny:
        yield parse(text, "deny", source="flag --deny")
