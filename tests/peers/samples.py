"""Homes of people who use other agents, as those agents write them; the secrets in them are made up."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

TOKEN = "ghp_" + "A1b2C3d4E5f6G7h8I9j0" + "K1l2M3n4O5p6"
KEY = "sk-ant-api03-" + "Zx9Yw8Vu7Ts6Rq5Po4Nm3Lk2"
PLAIN = "correct-horse-battery-7261"
RANDOM = "a91f3c77d2e84b06"
UUID = "5f0c2b9e-1d7a-4c3e-9b11-0a4f6d2c8e77"
SECRETS = (TOKEN, KEY, PLAIN, RANDOM, UUID)
"""Values that may stand nowhere but where they stood."""

CLAUDE = {
    ".claude/settings.json": json.dumps(
        {
            "$schema": "https://json.schemastore.org/claude-code-settings.json",
            "model": "opus[1m]",
            "effortLevel": "xhigh",
            "env": {"ANTHROPIC_API_KEY": KEY, "CI": "1", "MY_TOKEN": PLAIN, "BUILD_ID": UUID},
            "permissions": {
                "allow": ["Bash(npm run test:*)", "Read(~/.zshrc)", "WebFetch(domain:docs.python.org)", "mcp__github"],
                "deny": ["Read(./.env)", "Bash(curl:*)", "Task(Explore)"],
                "ask": ["Bash(git push:*)"],
                "additionalDirectories": ["../docs"],
                "defaultMode": "acceptEdits",
            },
            "hooks": {
                "PostToolUse": [{"matcher": "Edit|Write", "hooks": [{"type": "command", "command": "make fmt"}]}]
            },
            "editorMode": "vim",
            "cleanupPeriodDays": 20,
            "statusLine": {"type": "command", "command": "~/.claude/statusline.sh"},
            "theme": "dark",
            "outputStyle": "Explanatory",
            "spinnerTipsEnabled": False,
        }
    ),
    ".claude.json": json.dumps(
        {
            "numStartups": 42,
            "mcpServers": {
                "github": {
                    "type": "http",
                    "url": "https://api.githubcopilot.com/mcp/",
                    "headers": {"Authorization": f"Bearer {TOKEN}", "X-Team": "docs"},
                },
                "files": {"type": "stdio", "command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem"]},
                "db": {"command": "uvx", "args": ["mcp-db"], "env": {"DB_PASSWORD": PLAIN, "DB_HOST": "localhost"}},
                "kept": {"command": "uvx", "args": ["x"], "env": {"API_KEY": "${MY_API_KEY:-none}"}},
                "leaky": {"command": "uvx", "args": ["leaky", f"--api-key={RANDOM}"]},
                "old": {"type": "sse", "url": "https://example.com/sse"},
                "empty": {},
            },
            "projects": {"@PROJECT@": {"mcpServers": {"mine": {"command": "uvx", "args": ["mine"]}}}},
        }
    ),
    ".claude/CLAUDE.md": "# How I work\n\nSmall commits.\n",
    ".claude/skills/tidy/SKILL.md": "---\nname: tidy\ndescription: tidies\n---\n",
    ".claude/.credentials.json": json.dumps({"token": KEY}),
}
CLAUDE_PROJECT = {
    ".claude/settings.json": json.dumps(
        {"permissions": {"allow": ["Bash(make:*)"], "defaultMode": "bypassPermissions"}}
    ),
    ".claude/settings.local.json": json.dumps({"permissions": {"allow": ["Bash(./mine.sh)"]}}),
    ".mcp.json": json.dumps({"mcpServers": {"shared": {"command": "uvx", "args": ["shared"]}}}),
    "CLAUDE.md": "# Project\n",
}
CODEX = {
    ".codex/config.toml": f"""
model = "gpt-6.1-sol"
model_provider = "proxy"
model_reasoning_effort = "minimal"
approval_policy = "on-request"
sandbox_mode = "workspace-write"
notify = ["notify-send", "Codex"]

[model_providers.proxy]
name = "Proxy"
base_url = "https://llm.example.com/v1"
env_key = "PROXY_API_KEY"
wire_api = "responses"

[sandbox_workspace_write]
network_access = true
writable_roots = ["/var/cache/build"]

[shell_environment_policy]
inherit = "core"
set = {{ LANG = "C", NPM_TOKEN = "{PLAIN}" }}

[mcp_servers.context7]
command = "npx"
args = ["-y", "@upstash/context7-mcp"]
env_vars = ["CONTEXT7_KEY"]
startup_timeout_sec = 20

[mcp_servers.linear]
url = "https://mcp.linear.app/mcp"
bearer_token_env_var = "LINEAR_TOKEN"
http_headers = {{ "X-Region" = "eu" }}

[projects."/home/me/work"]
trust_level = "trusted"

[profiles.deep]
model_reasoning_effort = "high"

[tui]
notifications = true
""",
    ".codex/rules/default.rules": """
# what is fine
prefix_rule(pattern=["git", ["status", "log"]], decision="allow")
prefix_rule(pattern=["rm", "-rf"], decision="forbidden", justification="no")
prefix_rule(pattern=["gh", "pr"], decision="prompt")
print("hi")
""",
    ".codex/prompts/release.md": "---\ndescription: Write notes\n---\n\nWrite release notes for $ARGUMENTS.\n",
    ".codex/prompts/bad name!.md": "x",
    ".codex/skills/changelog/SKILL.md": "---\nname: changelog\ndescription: Writes changelogs\n---\n\nDo it.\n",
    ".codex/skills/changelog/scripts/run.sh": "echo hi\n",
    ".codex/skills/leaky/SKILL.md": f"---\nname: leaky\ndescription: d\n---\n\nUse {TOKEN}.\n",
    ".codex/AGENTS.md": "Prefer uv.\n",
    ".codex/auth.json": json.dumps({"OPENAI_API_KEY": KEY}),
}
GEMINI = {
    ".gemini/settings.json": """{
  // what I like
  "general": {"vimMode": true, "defaultApprovalMode": "auto_edit"},
  "model": {"name": "gemini-3-pro"},
  "tools": {"allowed": ["run_shell_command(git status)", "ReadFileTool"], "exclude": ["WebFetch"], "sandbox": true},
  "mcpServers": {
    "local": {"command": "node", "args": ["server.js"], "env": {"API_KEY": "$MY_KEY"}, "trust": true,
              "excludeTools": ["wipe"], "timeout": 30000},
    "remote": {"httpUrl": "https://example.com/mcp", "headers": {"X-Api-Key": "@TOKEN@"}},
    "sse": {"url": "https://example.com/sse"},
  },
  "hooks": {"BeforeTool": []},
  "ui": {"theme": "GitHub"}, /* end */
}""".replace("@TOKEN@", TOKEN),
    ".gemini/commands/git/notes.toml": 'description = "Notes"\nprompt = "Write notes for {{args}} from @{CHANGES.md}."\n',
    ".gemini/commands/live.toml": 'prompt = "Look at !{git diff}."\n',
    ".gemini/policies/mine.toml": """
[[rule]]
toolName = "run_shell_command"
commandPrefix = ["git log", "git diff"]
decision = "allow"
priority = 100

[[rule]]
toolName = "write_file"
decision = "deny"

[[rule]]
toolName = "run_shell_command"
commandRegex = "rm .*"
decision = "deny"
""",
    ".gemini/GEMINI.md": "Answer in English.\n",
    ".gemini/oauth_creds.json": json.dumps({"access_token": KEY}),
}
OPENCODE = {
    ".config/opencode/opencode.jsonc": """{
  "$schema": "https://opencode.ai/config.json",
  "model": "local/qwen3-coder", // mine
  "small_model": "anthropic/claude-haiku-4-5",
  "provider": {
    "local": {"npm": "@ai-sdk/openai-compatible", "options": {"baseURL": "http://127.0.0.1:8000/v1", "apiKey": "{env:LOCAL_KEY}"}},
    "anthropic": {"options": {"apiKey": "@KEY@"}},
  },
  "permission": {
    "edit": "ask",
    "webfetch": "deny",
    "bash": {"*": "ask", "git *": "allow", "rm *": "deny"},
    "read": {"*": "deny", "src/**": "allow"},
    "doom_loop": "ask"
  },
  "mcp": {
    "browser": {"type": "local", "command": ["npx", "-y", "@playwright/mcp"], "environment": {"TOKEN": "{env:PW_TOKEN}"}},
    "sentry": {"type": "remote", "url": "https://mcp.sentry.dev/mcp", "headers": {"Authorization": "Bearer @TOKEN@"}, "enabled": false},
    "filed": {"type": "remote", "url": "https://example.com/mcp", "headers": {"Authorization": "{file:~/.secret}"}}
  },
  "command": {"test": {"template": "Run the tests of $ARGUMENTS.", "description": "Run \\"all\\" tests"},
              "diff": {"template": "Look at !`git diff`."}},
  "tools": {"websearch": false, "bash": true},
  "agent": {"reviewer": {"prompt": "x"}},
  "theme": "tokyonight"
}""".replace("@TOKEN@", TOKEN).replace("@KEY@", KEY),
    ".config/opencode/command/review.md": "---\ndescription: Review\nagent: plan\n---\n\nReview $ARGUMENTS.\n",
    ".config/opencode/skills/deploy/SKILL.md": "---\nname: deploy\ndescription: Deploys\n---\n\nDeploy.\n",
    ".config/opencode/AGENTS.md": "Be brief.\n",
    ".local/share/opencode/auth.json": json.dumps({"anthropic": {"type": "api", "key": KEY}}),
}
VIBE = {
    ".vibe/config.toml": """
active_model = "devstral-2"
vim_keybindings = true
auto_approve = false
disabled_tools = ["web_search", "re:.*mcp.*"]
skill_paths = ["/opt/skills"]
textual_theme = "monokai"

[[providers]]
name = "mistral"
api_base = "https://api.mistral.ai/v1"
api_key_env_var = "MISTRAL_API_KEY"
api_style = "openai"

[[models]]
name = "devstral-medium-latest"
provider = "mistral"
alias = "devstral-2"

[[mcp_servers]]
name = "fetch"
transport = "stdio"
command = "uvx"
args = ["mcp-server-fetch"]

[[mcp_servers]]
name = "notes"
transport = "http"
url = "https://notes.example.com/mcp"
api_key_env = "NOTES_KEY"
api_key_header = "X-Notes"
api_key_format = "{token}"

[tools.bash]
permission = "ask"
allowlist = ["git diff", "ls"]
denylist = ["vim"]

[tools.write_file]
permission = "never"
""",
    ".vibe/skills/french/SKILL.md": "---\nname: french\ndescription: Speaks French\n---\n\nParle.\n",
    ".vibe/AGENTS.md": "Use poetry.\n",
    ".vibe/.env": f"MISTRAL_API_KEY={RANDOM}\n",
}
HOMES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {"claude": CLAUDE, "codex": CODEX, "gemini": GEMINI, "opencode": OPENCODE, "vibe": VIBE}
)


def written(folder: Path, files: Mapping[str, str], project: Path | None = None) -> Path:
    """The files in a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("@PROJECT@", str(project)), "utf-8")
    return folder
