"""What Mistral Vibe was set up with: `~/.vibe` (or `VIBE_HOME`), and `.vibe` of a project."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from heartbit_tui.peers import rules, servers
from heartbit_tui.peers.gathering import NAME, Gathered, strings, table, tables
from heartbit_tui.peers.types import Item, Looked

RULINGS: Mapping[str, str] = MappingProxyType({"always": "allow", "ask": "ask", "never": "deny"})
KNOWN = ("active_model", "models", "providers", "mcp_servers", "tools", "disabled_tools", "enabled_tools", "skill_paths",
         "auto_approve", "vim_keybindings", "textual_theme", "theme", "system_prompt_id")  # fmt: skip
YOLO = "heartbit's yolo mode is given anew each time, with --permission-mode yolo; no file may set it."
KEYS = "its keys are not read. Keep them with `heartbit auth login NAME`, or set their variables."


def read(looked: Looked) -> tuple[Item, ...]:
    """All of it."""
    gathered = Gathered(looked)
    own = looked.environment.get("VIBE_HOME") or looked.home / ".vibe"
    folder = Path(own) if looked.project is None else looked.project / ".vibe"
    _config(gathered, folder / "config.toml")
    gathered.skills(folder / "skills")
    gathered.commands(folder / "commands")
    if looked.project is None:
        gathered.instructions(folder / "AGENTS.md")
        if (folder / ".env").exists():
            gathered.leave(".env", str(folder / ".env"), KEYS, "key")
    if (folder / "agents").is_dir():
        gathered.leave("agents", str(folder / "agents"), "heartbit has no agents of this kind.")
    return tuple(gathered.items)


def _config(gathered: Gathered, path: Path) -> None:
    document, source = gathered.toml(path), str(path)
    _model(gathered, document, source)
    for held in tables(document.get("mcp_servers")):
        _server(gathered, held, source)
    for tool, held in table(document.get("tools")).items():
        _tool(gathered, tool, table(held), source)
    for tool in strings(document.get("disabled_tools")):
        if not tool.startswith("re:"):
            rules.give(gathered, "deny", tool, source)
    if paths := strings(document.get("skill_paths")):
        gathered.add("list", "skills.paths", source, paths)
    if document.get("vim_keybindings") is True:
        gathered.add("setting", "ui.vim", source, True)
    if document.get("auto_approve") is True:
        gathered.leave("auto_approve", source, YOLO)
    if document.get("enabled_tools"):
        gathered.leave("enabled_tools", source, "heartbit leaves tools out one by one: tools.disabled.")
    gathered.others(document, KNOWN, source)


def _model(gathered: Gathered, document: Mapping[str, Any], source: str) -> None:
    """The active model, with the service that it is of."""
    active = gathered.string(document, "active_model", source)
    models = tables(document.get("models"))
    model = next((each for each in models if active and active in (each.get("alias"), each.get("name"))), None)
    if model is None:
        if active:
            gathered.leave(f"active_model {active[:60]}", source, "no [[models]] of the file has this name.")
        return
    service = str(model.get("provider") or "")
    held = next((each for each in tables(document.get("providers")) if each.get("name") == service), dict[str, Any]())
    url = held.get("api_base")
    if not NAME.fullmatch(service) or not isinstance(url, str) or gathered.looked.secret(url):
        gathered.leave(
            f"active_model {active[:60]}", source, "its [[providers]] has no address that can be taken over."
        )
        return
    name = service if service != "openai" else "openai-own"
    anthropic = "anthropic" in str(held.get("api_style") or "")
    settings = {f"providers.{name}.kind": "anthropic" if anthropic else "openai", f"providers.{name}.base_url": url}
    variable = held.get("api_key_env_var")
    if isinstance(variable, str) and variable:
        settings[f"providers.{name}.api_key_env"] = variable
    settings |= {"provider.name": name, "provider.model": str(model.get("name") or "")}
    for key, value in settings.items():
        note = f"the key comes from {value} of your environment" if key.endswith("api_key_env") else ""
        gathered.add("setting", key, source, value, note=note)


def _server(gathered: Gathered, held: Mapping[str, Any], source: str) -> None:
    name, command = str(held.get("name") or ""), held.get("command")
    words = command.split() if isinstance(command, str) else strings(command)
    definition: dict[str, Any] = {"env": held.get("env"), "cwd": held.get("cwd")}
    if held.get("transport") == "stdio" or words:
        definition |= {"command": words[0] if words else "", "args": [*words[1:], *strings(held.get("args"))]}
    else:
        headers = {**table(held.get("headers"))}
        variable = held.get("api_key_env")
        if isinstance(variable, str) and variable:
            shape = str(held.get("api_key_format") or "Bearer {token}")
            headers[str(held.get("api_key_header") or "Authorization")] = shape.replace("{token}", f"${{{variable}}}")
        definition |= {"url": held.get("url"), "type": "http", "headers": headers}
    if name:
        servers.give(gathered, name, definition, source)
    else:
        gathered.leave("mcp_servers", source, "a server has no name.", "server")


def _tool(gathered: Gathered, tool: str, held: Mapping[str, Any], source: str) -> None:
    ruling = RULINGS.get(str(held.get("permission") or ""))
    lists = (("allow", "allowlist"), ("deny", "denylist"))
    for kind, key in lists:
        words = strings(held.get(key))
        texts = [f"{tool}({word}:*)" if tool == "bash" else f"{tool}({word})" for word in words]
        rules.all_of(gathered, kind, texts, source)
    if ruling in ("allow", "deny"):
        rules.give(gathered, ruling, tool, source)
