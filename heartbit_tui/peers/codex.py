"""What Codex was set up with: `~/.codex` (or `CODEX_HOME`), and `.codex` of a project."""

import ast
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from heartbit_tui.peers import claude, rules, servers
from heartbit_tui.peers.gathering import NAME, Gathered, files_of, strings, table
from heartbit_tui.peers.types import Item, Looked

EFFORTS: Mapping[str, str] = MappingProxyType(
    {"none": "none", "minimal": "low", "low": "low", "medium": "medium", "high": "high", "xhigh": "high"}
)
WIRES: Mapping[str, str] = MappingProxyType({"chat": "openai", "responses": "openai-responses"})
DECISIONS: Mapping[str, str] = MappingProxyType({"allow": "allow", "prompt": "ask", "forbidden": "deny"})
KNOWN = (
    "model", "model_provider", "model_providers", "model_reasoning_effort", "approval_policy", "sandbox_mode",
    "sandbox_workspace_write", "mcp_servers", "shell_environment_policy", "projects", "notify", "profiles", "profile",
    "hooks", "tui",
)  # fmt: skip
NEVER = "without a question nothing but reading happens here; --permission-mode auto or yolo is chosen anew each time."
UNBOXED = "heartbit keeps its sandbox; `sandbox.enabled = false` turns it off."
TRUST = "folders are trusted one by one, after a look: `heartbit trust add`."
LOGIN = "it is not read. Keep a key with `heartbit auth login openai`, or set OPENAI_API_KEY."
MANY = 64
"""Rules that one line of alternatives may become."""


def read(looked: Looked) -> tuple[Item, ...]:
    """All of it."""
    gathered = Gathered(looked)
    if looked.project is not None:
        _config(gathered, looked.project / ".codex" / "config.toml")
        _rules(gathered, looked.project / ".codex" / "rules")
        if (looked.project / "AGENTS.md").is_file():
            gathered.leave("AGENTS.md", str(looked.project / "AGENTS.md"), claude.HERE.format(what="AGENTS.md"))
        return tuple(gathered.items)
    folder = Path(looked.environment.get("CODEX_HOME") or looked.home / ".codex")
    _config(gathered, folder / "config.toml")
    _rules(gathered, folder / "rules")
    claude.hooks(gathered, gathered.json(folder / "hooks.json").get("hooks"), str(folder / "hooks.json"))
    gathered.instructions(folder / "AGENTS.md")
    gathered.commands(folder / "prompts")
    gathered.skills(folder / "skills")
    if (folder / "auth.json").exists():
        gathered.leave("login", str(folder / "auth.json"), LOGIN, "key")
    return tuple(gathered.items)


def _config(gathered: Gathered, path: Path) -> None:
    document, source = gathered.toml(path), str(path)
    if model := gathered.string(document, "model", source):
        gathered.add("setting", "provider.model", source, model)
        if "model_provider" not in document:
            gathered.add("setting", "provider.name", source, "openai")
    if name := gathered.string(document, "model_provider", source):
        gathered.add("setting", "provider.name", source, name)
    for name, held in table(document.get("model_providers")).items():
        _provider(gathered, name, table(held), source)
    if effort := gathered.string(document, "model_reasoning_effort", source):
        gathered.add("setting", "provider.effort", source, EFFORTS.get(effort, "medium"))
    _safety(gathered, document, source)
    for name, held in table(document.get("mcp_servers")).items():
        _server(gathered, name, table(held), source)
    policy = table(document.get("shell_environment_policy"))
    claude.environment(gathered, table(policy.get("set")), source)
    claude.hooks(gathered, document.get("hooks"), source)
    for key, why in (
        ("projects", TRUST),
        ("notify", "`ui.notify` tells of ends and questions."),
        ("profiles", "heartbit has no profiles; --config FILE takes settings of a file for once."),
    ):
        if key in document:
            gathered.leave(key, source, why)
    gathered.others(document, KNOWN, source)


def _provider(gathered: Gathered, name: str, held: Mapping[str, Any], source: str) -> None:
    """A service of the person's own."""
    url = gathered.string(held, "base_url", source)
    if not url or not NAME.fullmatch(name):
        gathered.leave(
            f"model_providers.{name}"[:80], source, "it has no base_url, or a name that heartbit does not take."
        )
        return
    if gathered.looked.secret(url):
        gathered.leave(f"model_providers.{name}", source, "its address holds a secret.")
        return
    kind = WIRES.get(str(held.get("wire_api") or "chat"), "openai")
    gathered.add("setting", f"providers.{name}.kind", source, kind)
    gathered.add("setting", f"providers.{name}.base_url", source, url)
    if variable := gathered.string(held, "env_key", source):
        note = f"the key comes from {variable} of your environment"
        gathered.add("setting", f"providers.{name}.api_key_env", source, variable, note=note)


def _safety(gathered: Gathered, document: Mapping[str, Any], source: str) -> None:
    policy = document.get("approval_policy")
    if policy in ("untrusted", "on-request", "on-failure"):
        gathered.add("setting", "mode", source, "plan" if document.get("sandbox_mode") == "read-only" else "ask")
    elif policy is not None:
        gathered.leave(f"approval_policy {policy}"[:60], source, NEVER)
    if document.get("sandbox_mode") == "workspace-write":
        gathered.add("setting", "sandbox.enabled", source, True)
    elif document.get("sandbox_mode") == "danger-full-access":
        gathered.leave("sandbox_mode danger-full-access", source, UNBOXED)
    held = table(document.get("sandbox_workspace_write"))
    if isinstance(held.get("network_access"), bool):
        gathered.add("setting", "sandbox.network", source, held["network_access"])
    if roots := strings(held.get("writable_roots")):
        gathered.add("list", "sandbox.writable", source, roots)


def _server(gathered: Gathered, name: str, held: Mapping[str, Any], source: str) -> None:
    env = {**{key: f"${{{key}}}" for key in strings(held.get("env_vars"))}, **table(held.get("env"))}
    headers = {**table(held.get("http_headers"))}
    for header, variable in table(held.get("env_http_headers")).items():
        headers[header] = f"${{{variable}}}"
    if isinstance(held.get("bearer_token_env_var"), str):
        headers["Authorization"] = f"Bearer ${{{held['bearer_token_env_var']}}}"
    more = {"env": env, "headers": headers}
    servers.give(gathered, name, {**held, **{key: value for key, value in more.items() if value}}, source)


def _rules(gathered: Gathered, folder: Path) -> None:
    for path in files_of(folder, ".rules"):
        text = gathered.text(path)
        for ruling, words in _prefixes(gathered, text or "", path):
            rules.give(gathered, ruling, f"bash({words}:*)", str(path))


def _prefixes(gathered: Gathered, text: str, path: Path) -> Iterator[tuple[str, str]]:
    """The rules `prefix_rule(pattern=[…], decision="…")` of a file, which is read and never run."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        gathered.leave(path.name, str(path), "it is not valid.")
        return
    for node in tree.body:
        match node:
            case ast.Expr(value=ast.Call(func=ast.Name(id="prefix_rule"), keywords=keywords)):
                yield from _alternatives({each.arg or "": _literal(each.value) for each in keywords})
            case _:
                gathered.leave(f"line {node.lineno}", str(path), "it is no prefix_rule.", "rule")


def _alternatives(held: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    ruling = DECISIONS.get(str(held.get("decision") or "allow"), "ask")
    pattern = held.get("pattern")
    words = cast("list[object]", pattern) if isinstance(pattern, list) else []
    choices = [strings(cast("list[object]", each)) if isinstance(each, list) else [str(each)] for each in words]
    for number, chosen in enumerate(product(*choices)):
        if number >= MANY:
            return
        if chosen:
            yield ruling, " ".join(chosen)


def _literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None
