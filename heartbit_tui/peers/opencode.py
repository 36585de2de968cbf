"""What opencode was set up with: `~/.config/opencode`, and `opencode.json` and `.opencode` of a project."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from heartbit_tui.peers import rules, servers
from heartbit_tui.peers.gathering import BAD_NAME, NAME, Gathered, strings, table
from heartbit_tui.peers.types import Item, Looked

SERVICES = ("anthropic", "openai", "openrouter", "ollama")
KNOWN = ("$schema", "model", "small_model", "provider", "permission", "mcp", "command", "instructions", "theme",
         "keybinds", "agent", "mode", "plugin", "formatter", "lsp", "tools", "tui")  # fmt: skip
WHY: Mapping[str, str] = MappingProxyType(
    {
        "small_model": "heartbit has no second model for small work.",
        "theme": "heartbit has themes of its own.",
        "keybinds": "keys are in keymap.toml; /keys shows them.",
        "agent": "heartbit has no agents of this kind.",
        "mode": "heartbit has no agents of this kind.",
        "plugin": "its plugins are programs for opencode.",
        "formatter": "a hook of PostToolUse formats files; docs/hooks.md tells how.",
        "lsp": "language servers on PATH are found by themselves; docs/lsp.md tells how others are named.",
        "instructions": "name the files with @ in AGENTS.md.",
    }
)
TOOLS: Mapping[str, str] = MappingProxyType({"task": "", "external_directory": "", "doom_loop": "", "codesearch": ""})
ALL_BUT = "a deny beats every allow here, so “all but” cannot be said: what is not allowed is asked about instead."
ASKS = "asking is what heartbit does where no rule speaks."
LOGIN = "it is not read. Keep keys with `heartbit auth login NAME`, or set their variables."


def read(looked: Looked) -> tuple[Item, ...]:
    """All of it."""
    gathered = Gathered(looked)
    if looked.project is None:
        base = looked.environment.get("XDG_CONFIG_HOME") or looked.home / ".config"
        folder = Path(base) / "opencode"
        files = (folder / "opencode.json", folder / "opencode.jsonc", folder / "config.json")
    else:
        folder = looked.project / ".opencode"
        files = (looked.project / "opencode.json", looked.project / "opencode.jsonc", folder / "opencode.json")
    for path in files:
        _config(gathered, path)
    for name in ("command", "commands"):
        gathered.commands(folder / name)
    for name in ("skill", "skills"):
        gathered.skills(folder / name)
    if looked.project is None:
        gathered.instructions(folder / "AGENTS.md")
        data = Path(looked.environment.get("XDG_DATA_HOME") or looked.home / ".local" / "share")
        if (data / "opencode" / "auth.json").exists():
            gathered.leave("logins", str(data / "opencode" / "auth.json"), LOGIN, "key")
    return tuple(gathered.items)


def _config(gathered: Gathered, path: Path) -> None:
    document, source = gathered.json(path), str(path)
    own = {name: table(held) for name, held in table(document.get("provider")).items()}
    if model := gathered.string(document, "model", source):
        _model(gathered, model, own, source)
    for name, held in own.items():
        _provider(gathered, name, held, source)
    _permissions(gathered, document.get("permission"), source)
    for tool, enabled in table(document.get("tools")).items():
        if enabled is False:
            rules.give(gathered, "deny", tool, source)
    for name, held in table(document.get("mcp")).items():
        _server(gathered, name, table(held), source)
    for name, held in table(document.get("command")).items():
        _command(gathered, name, table(held), source)
    for key, why in WHY.items():
        if document.get(key):
            gathered.leave(key, source, why)
    gathered.others(document, KNOWN, source)


def _model(gathered: Gathered, text: str, own: Mapping[str, Any], source: str) -> None:
    service, _, model = text.partition("/")
    if model and (service in SERVICES or service in own):
        gathered.add("setting", "provider.name", source, service)
        gathered.add("setting", "provider.model", source, model)
    else:
        gathered.leave(f"model {text[:60]}", source, "heartbit has no service of this name.")


def _provider(gathered: Gathered, name: str, held: Mapping[str, Any], source: str) -> None:
    options = table(held.get("options"))
    url, key = options.get("baseURL"), options.get("apiKey")
    if isinstance(key, str) and key:
        _key(gathered, name, key, source)
    if isinstance(url, str) and name not in SERVICES and NAME.fullmatch(name) and not gathered.looked.secret(url):
        kind = "anthropic" if "anthropic" in str(held.get("npm") or "") else "openai"
        gathered.add("setting", f"providers.{name}.kind", source, kind)
        gathered.add("setting", f"providers.{name}.base_url", source, servers.references(url))


def _key(gathered: Gathered, name: str, key: str, source: str) -> None:
    variable = servers.references(key)
    if servers.REFERENCE.fullmatch(variable) and name not in SERVICES:
        gathered.add("setting", f"providers.{name}.api_key_env", source, variable[2:-1])
    else:
        why = f"its value is not copied. Keep it with `heartbit auth login {name}`."
        gathered.leave(f"provider.{name}.options.apiKey"[:80], source, why, "key")


def _permissions(gathered: Gathered, found: object, source: str) -> None:
    held = {"*": found} if isinstance(found, str) else table(found)
    for tool, ruling in held.items():
        if isinstance(ruling, str):
            _rule(gathered, tool, "*", ruling, source)
            continue
        patterns = table(ruling)
        allows = any(value == "allow" for value in patterns.values())
        for pattern, each in patterns.items():
            if pattern in ("*", "**") and each == "deny" and allows:
                gathered.leave(f"deny {tool}(*)", source, ALL_BUT, "rule")
            else:
                _rule(gathered, tool, pattern, str(each), source)


def _rule(gathered: Gathered, tool: str, pattern: str, ruling: str, source: str) -> None:
    if tool in TOOLS or ruling not in ("allow", "ask", "deny"):
        gathered.leave(f"{ruling} {tool}"[:80], source, rules.NO_TOOL.format(name=tool[:40]), "rule")
    elif ruling == "ask" and pattern in ("*", "**"):
        gathered.leave(f"ask {tool}", source, ASKS, "rule")
    else:
        words = f"{pattern[:-2]}:*" if tool == "bash" and pattern.endswith(" *") else pattern
        rules.give(gathered, ruling, f"{tool}({words})", source)


def _server(gathered: Gathered, name: str, held: Mapping[str, Any], source: str) -> None:
    command = strings(held.get("command"))
    definition: dict[str, Any] = {"enabled": held.get("enabled")}
    if command:
        definition |= {"command": command[0], "args": command[1:], "env": held.get("environment")}
    elif isinstance(held.get("url"), str):
        definition |= {"url": held["url"], "type": "http", "headers": held.get("headers")}
    servers.give(gathered, name, definition, source)


def _command(gathered: Gathered, name: str, held: Mapping[str, Any], source: str) -> None:
    template = gathered.string(held, "template", source)
    if not NAME.fullmatch(name):
        gathered.leave(name[:80], source, BAD_NAME, "command")
    elif "!`" in template:
        gathered.leave(
            name, source, "it runs commands while it is filled in, which heartbit's commands do not.", "command"
        )
    elif template:
        described = " ".join(gathered.string(held, "description", source).split()).replace('"', "'")
        head = f'---\ndescription: "{described}"\n---\n\n' if described else ""
        gathered.writing("command", name, source, f"{head}{template.strip()}\n")
