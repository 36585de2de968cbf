"""What Claude Code was set up with: `~/.claude`, `~/.claude.json`, and `.claude` of a project."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from heartbit_tui.peers import rules, servers
from heartbit_tui.peers.gathering import Gathered, strings, table
from heartbit_tui.peers.reading import LARGE
from heartbit_tui.peers.types import Item, Looked

MODELS: Mapping[str, str] = MappingProxyType(
    {"opus": "claude-opus-5-5", "sonnet": "claude-sonnet-5-5", "haiku": "claude-haiku-5-5"}
)
"""The models that its short names mean."""

MODES: Mapping[str, str] = MappingProxyType(
    {"default": "ask", "acceptEdits": "accept-edits", "plan": "plan", "auto": "auto"}
)
KNOWN = (
    "$schema", "model", "effortLevel", "permissions", "hooks", "env", "editorMode", "vimMode", "cleanupPeriodDays",
    "sandbox", "statusLine", "apiKeyHelper", "enableAllProjectMcpServers", "enabledMcpjsonServers",
    "disabledMcpjsonServers", "prefersReducedMotion", "theme", "mcpServers",
)  # fmt: skip
YOLO = "heartbit's yolo mode is given anew each time, with --permission-mode yolo; no file may set it."
NO_MODEL = "heartbit has no model of this name."
STATUS = "heartbit draws its status line itself."
HELPER = "keys are kept with `heartbit auth login anthropic`, or come from the environment."
APPROVED = "servers of a project start once you approve each: `heartbit mcp approve NAME`."
KEY = "its value is not copied. Keep it with `heartbit auth login {service}`, or set {name} in your environment."
SECRET = "its value looks like a secret and is not copied; set it in the environment that you start heartbit in."
HERE = "heartbit reads {what} where it is."
SERVICES: Mapping[str, str] = MappingProxyType(
    {"ANTHROPIC_API_KEY": "anthropic", "OPENAI_API_KEY": "openai", "OPENROUTER_API_KEY": "openrouter"}
)


def read(looked: Looked) -> tuple[Item, ...]:
    """All of it."""
    gathered = Gathered(looked)
    if looked.project is None:
        _of_person(gathered, looked.home / ".claude")
    else:
        _of_project(gathered, looked.project)
    return tuple(gathered.items)


def _of_person(gathered: Gathered, folder: Path) -> None:
    _settings(gathered, folder / "settings.json")
    state = gathered.looked.home / ".claude.json"
    servers.many(gathered, gathered.json(state, LARGE).get("mcpServers"), str(state))
    gathered.instructions(folder / "CLAUDE.md")
    for name in ("skills", "commands"):
        if (folder / name).is_dir():
            gathered.leave(name, str(folder / name), HERE.format(what=f"~/.claude/{name}"))
    if (folder / "agents").is_dir():
        gathered.leave("agents", str(folder / "agents"), "heartbit has no agents of this kind.")
    if (folder / ".credentials.json").exists():
        gathered.leave("login", str(folder / ".credentials.json"), HELPER, "key")


def _of_project(gathered: Gathered, root: Path) -> None:
    _settings(gathered, root / ".claude" / "settings.json")
    _settings(gathered, root / ".claude" / "settings.local.json", private=True)
    state = gathered.looked.home / ".claude.json"
    local = _local_servers(gathered, state, root)
    servers.many(gathered, local, f"{state} (projects)", private=True)
    for name in (".mcp.json", "CLAUDE.md", ".claude/skills", ".claude/commands"):
        if (root / name).exists():
            gathered.leave(name, str(root / name), HERE.format(what=name))
    if (root / "CLAUDE.local.md").is_file():
        gathered.leave("CLAUDE.local.md", str(root / "CLAUDE.local.md"), "name it as `@CLAUDE.local.md` in AGENTS.md.")


def _local_servers(gathered: Gathered, state: Path, root: Path) -> object:
    """The servers that the person set up for this project alone; that file lies outside of it."""
    own = Gathered(Looked(home=root, environment={}, project=None, secret=gathered.looked.secret))
    projects = table(own.json(state, LARGE).get("projects"))
    gathered.items.extend(own.items)
    return table(projects.get(str(root))).get("mcpServers")


def _settings(gathered: Gathered, path: Path, *, private: bool = False) -> None:
    document, source = gathered.json(path), str(path)
    _model(gathered, document, source, private=private)
    _permissions(gathered, table(document.get("permissions")), source, private=private)
    hooks(gathered, document.get("hooks"), source)
    environment(gathered, table(document.get("env")), source, private=private)
    if document.get("editorMode") == "vim" or document.get("vimMode") is True:
        gathered.add("setting", "ui.vim", source, True)
    if document.get("prefersReducedMotion") is True:
        gathered.add("setting", "ui.reduced_motion", source, True)
    days = document.get("cleanupPeriodDays")
    if isinstance(days, int) and not isinstance(days, bool) and days > 0:
        gathered.add("setting", "sessions.keep_days", source, days)
    sandbox = table(document.get("sandbox"))
    if isinstance(sandbox.get("enabled"), bool):
        gathered.add("setting", "sandbox.enabled", source, sandbox["enabled"], private=private)
    for key, why in (("statusLine", STATUS), ("apiKeyHelper", HELPER), ("theme", "heartbit has themes of its own.")):
        if key in document:
            gathered.leave(key, source, why)
    for key in ("enableAllProjectMcpServers", "enabledMcpjsonServers", "disabledMcpjsonServers"):
        if document.get(key):
            gathered.leave(key, source, APPROVED)
    servers.many(gathered, document.get("mcpServers"), source, private=private)
    gathered.others(document, KNOWN, source)


def _model(gathered: Gathered, document: Mapping[str, Any], source: str, *, private: bool) -> None:
    if name := gathered.string(document, "model", source):
        plain = name.partition("[")[0]
        model = MODELS.get(plain, plain if plain.startswith("claude-") else "")
        if model:
            gathered.add("setting", "provider.name", source, "anthropic", private=private)
            gathered.add("setting", "provider.model", source, model, private=private)
        else:
            gathered.leave(f"model {name[:40]}", source, NO_MODEL)
    effort = gathered.string(document, "effortLevel", source)
    if effort:
        level = effort if effort in ("low", "medium", "high") else "high"
        gathered.add("setting", "provider.effort", source, level, private=private)


def _permissions(gathered: Gathered, held: Mapping[str, Any], source: str, *, private: bool) -> None:
    for ruling in ("deny", "ask", "allow"):
        rules.all_of(gathered, ruling, strings(held.get(ruling)), source, private=private)
    if more := strings(held.get("additionalDirectories")):
        gathered.add("list", "workspace.also", source, more, private=private)
    if mode := gathered.string(held, "defaultMode", source):
        if mode in MODES:
            gathered.add("setting", "mode", source, MODES[mode], private=private)
        else:
            gathered.leave(f"defaultMode {mode[:40]}", source, YOLO)
    gathered.others(held, ("allow", "ask", "deny", "additionalDirectories", "defaultMode"), f"{source}: permissions")


def hooks(gathered: Gathered, found: object, source: str) -> None:
    """Hooks in its shape, as one file."""
    if not (held := table(found)):
        return
    if gathered.looked.secret(str(held)):
        gathered.leave("hooks", source, "they hold what looks like a key or a password.", "hooks")
    else:
        gathered.add("hooks", ", ".join(sorted(held)), source, held)


def environment(gathered: Gathered, found: Mapping[str, Any], source: str, *, private: bool = False) -> None:
    """Variables for commands; keys and what looks like a secret stay where they are."""
    for name, value in found.items():
        if name in SERVICES:
            gathered.leave(name, source, KEY.format(service=SERVICES[name], name=name), "key")
        elif not isinstance(value, str | int | float) or not str(name).isidentifier():
            gathered.leave(str(name)[:80], source, "it is no variable with a text.")
        elif servers.hides(str(name), str(value), gathered.looked.secret):
            gathered.leave(name, source, SECRET, "key")
        elif "$" in str(value):
            gathered.leave(name, source, "it refers to another variable, which heartbit does not expand here.")
        else:
            gathered.add("setting", f"tools.bash.environment.{name}", source, str(value), private=private)
