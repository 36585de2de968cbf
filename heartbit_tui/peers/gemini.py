"""What Gemini CLI was set up with: `~/.gemini`, and `.gemini` of a project."""

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from heartbit_tui.peers import claude, rules, servers
from heartbit_tui.peers.gathering import BAD_NAME, NAME, Gathered, files_of, strings, table, tables
from heartbit_tui.peers.types import Item, Looked

MODES: Mapping[str, str] = MappingProxyType({"default": "ask", "auto_edit": "accept-edits", "plan": "plan"})
DECISIONS: Mapping[str, str] = MappingProxyType({"allow": "allow", "ask_user": "ask", "deny": "deny"})
KNOWN = ("$schema", "model", "general", "tools", "mcpServers", "context", "hooks", "security", "mcp", "vimMode",
         "coreTools", "excludeTools", "allowedTools", "autoAccept", "contextFileName", "theme", "ui")  # fmt: skip
NO_SERVICE = (
    'heartbit reaches Gemini models through OpenRouter: provider.name = "openrouter", provider.model = "google/{name}".'
)
HOOKS = "its hooks get and give another JSON than heartbit's; docs/hooks.md tells the shape."
SHELL = "it runs commands while it is filled in (!{…}), which heartbit's commands do not."
TRUSTED = "its word that the server is trusted is not taken over: each call is asked about until a rule allows it"
LOGIN = "its login is not read."


def read(looked: Looked) -> tuple[Item, ...]:
    """All of it."""
    gathered = Gathered(looked)
    root = looked.project if looked.project is not None else looked.home
    folder = root / ".gemini"
    names = _settings(gathered, folder / "settings.json")
    for path in files_of(folder / "commands", ".toml"):
        _command(gathered, path, folder / "commands")
    for path in files_of(folder / "policies", ".toml"):
        _policies(gathered, path)
    gathered.skills(folder / "skills")
    for name in names:
        if name not in ("AGENTS.md", "CLAUDE.md"):
            gathered.instructions((root if looked.project is not None else folder) / name)
    if looked.project is None and (folder / "oauth_creds.json").exists():
        gathered.leave("login", str(folder / "oauth_creds.json"), LOGIN, "key")
    return tuple(gathered.items)


def _settings(gathered: Gathered, path: Path) -> tuple[str, ...]:
    """The settings of one file; the names of files of instructions that they give."""
    document, source = gathered.json(path), str(path)
    _general(gathered, document, source)
    _tools(gathered, document, source)
    for server, held in table(document.get("mcpServers")).items():
        _server(gathered, server, table(held), source)
    for key, why in (("hooks", HOOKS), ("theme", "heartbit has themes of its own."), ("security", LOGIN)):
        if document.get(key):
            gathered.leave(key, source, why)
    gathered.others(document, KNOWN, source)
    given = table(document.get("context")).get("fileName") or document.get("contextFileName")
    names = [given] if isinstance(given, str) else strings(given)
    return tuple(each for each in names if NAME.fullmatch(each.removesuffix(".md"))) or ("GEMINI.md",)


def _general(gathered: Gathered, document: Mapping[str, Any], source: str) -> None:
    model, general = document.get("model"), table(document.get("general"))
    name = model if isinstance(model, str) else table(model).get("name")
    if isinstance(name, str) and name:
        gathered.leave(f"model {name[:40]}", source, NO_SERVICE.format(name=name[:60]))
    if general.get("vimMode") is True or document.get("vimMode") is True:
        gathered.add("setting", "ui.vim", source, True)
    mode = gathered.string(general, "defaultApprovalMode", source)
    if mode in MODES:
        gathered.add("setting", "mode", source, MODES[mode])
    elif mode:
        gathered.leave(f"defaultApprovalMode {mode[:40]}", source, claude.YOLO)


def _tools(gathered: Gathered, document: Mapping[str, Any], source: str) -> None:
    tools = table(document.get("tools"))
    if isinstance(tools.get("sandbox"), bool):
        gathered.add("setting", "sandbox.enabled", source, tools["sandbox"])
    allowed, excluded = (tools.get("allowed"), tools.get("exclude"))
    for ruling, listed in (
        ("allow", allowed),
        ("allow", document.get("allowedTools")),
        ("deny", excluded),
        ("deny", document.get("excludeTools")),
    ):
        rules.all_of(gathered, ruling, map(_prefix, strings(listed)), source)
    if tools.get("core") or document.get("coreTools"):
        gathered.leave("tools.core", source, "heartbit leaves tools out one by one: tools.disabled.")


def _prefix(text: str) -> str:
    """A rule for commands means all that begin so."""
    shape = re.fullmatch(r"(ShellTool|run_shell_command)\(([^*]+)\)", text)
    return f"{shape[1]}({shape[2]}:*)" if shape else text


def _server(gathered: Gathered, name: str, held: Mapping[str, Any], source: str) -> None:
    if held.get("url") and not held.get("httpUrl") and held.get("type") != "http":
        gathered.leave(name, source, servers.OLD, "server")
        return
    url = held.get("httpUrl") or held.get("url")
    definition = {**held, **({"url": url, "type": "http"} if url else {})}
    servers.give(gathered, name, definition, source, note=TRUSTED if held.get("trust") is True else "")
    for tool in strings(held.get("excludeTools")):
        rules.give(gathered, "deny", f"mcp__{name}__{tool}", source)


def _command(gathered: Gathered, path: Path, folder: Path) -> None:
    name = path.relative_to(folder).with_suffix("").as_posix()
    if not all(map(NAME.fullmatch, name.split("/"))):
        gathered.leave(name, str(path), BAD_NAME, "command")
        return
    document = gathered.toml(path)
    prompt = gathered.string(document, "prompt", str(path))
    if "!{" in prompt:
        gathered.leave(name, str(path), SHELL, "command")
    elif prompt:
        words = re.sub(r"@\{([^}]*)\}", r"@\1", prompt.replace("{{args}}", "$ARGUMENTS"))
        described = " ".join(gathered.string(document, "description", str(path)).split()).replace('"', "'")
        head = f'---\ndescription: "{described}"\n---\n\n' if described else ""
        gathered.writing("command", name, str(path), f"{head}{words.strip()}\n")


def _policies(gathered: Gathered, path: Path) -> None:
    held = gathered.toml(path).get("rule")
    for each in tables(held):
        tools = each.get("toolName")
        ruling = DECISIONS.get(str(each.get("decision")), "ask")
        prefixes = each.get("commandPrefix")
        for tool in [tools] if isinstance(tools, str) else strings(tools):
            words = [prefixes] if isinstance(prefixes, str) else strings(prefixes)
            texts = [f"{tool}({prefix}:*)" for prefix in words] or [tool]
            if "commandRegex" in each or "argsPattern" in each:
                gathered.leave(
                    f"{ruling} {tool}"[:60], str(path), "it is a regular expression; rules here have *.", "rule"
                )
            else:
                rules.all_of(gathered, ruling, texts, str(path))
