from collections.abc import Mapping
from pathlib import Path

import pytest

from heartbit_tui.client.privacy import Contact, contacts, host_of
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import read

EVERYTHING = """
a2a_agents = ["https://agent.example:8443"]
[telemetry]
otlp_endpoint = "https://me:pw@otel.example:4318"
observability_mode = "analyze"
[provider]
name = "anthropic"
fallback_model = "gpt-x"
fallback_provider = "openai"
[providers.mine]
base_url = "https://mine.example/v1"
kind = "openai"
[mcp.servers.docs]
url = "https://mcp.example/mcp"
[mcp.servers.git]
command = "uvx"
[[knowledge.sources]]
type = "url"
url = "https://docs.example/page"
[memory.embedding]
provider = "local"
[tools.websearch]
api_key = "k"
base_url = "https://search.example"
[lsp]
enabled = false
"""


async def found(home: Path, text: str = "", *, cwd: Path | None = None, **environment: str) -> tuple[Contact, ...]:
    file = home / ".config/heartbit/config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    known: Mapping[str, str] = {"HOME": str(home), "PATH": "/usr/bin:/bin", **environment}
    options = Options(cwd=cwd or home, environment=known)
    return contacts(await read(options, SystemClock()), options.cwd)


async def test_every_host_that_the_settings_name_is_told_with_the_line_that_names_it(tmp_path: Path) -> None:
    told = await found(tmp_path, EVERYTHING, ANTHROPIC_API_KEY="x", HTTPS_PROXY="http://u:hidden@proxy.example:3128")
    file = f"{tmp_path}/.config/heartbit/config.toml"
    assert [(each.host, each.source.replace(file, "f")) for each in told if each.host != "any host"] == [
        ("api.anthropic.com", "f:7"),
        ("api.openai.com", "f:8"),
        ("huggingface.co", "f:21"),
        ("search.example", "f:23"),
        ("mcp.example", "f:13"),
        ("agent.example:8443", "f:2"),
        ("otel.example:4318", "f:4"),
        ("proxy.example:3128", "environment HTTPS_PROXY"),
        ("mine.example", "f:11"),
        ("docs.example", "f:19"),
    ]
    assert "hidden" not in str(told)
    assert "pw" not in "".join(each.host for each in told)
    assert [each.why.partition(",")[0] for each in told if each.host == "any host"] == [
        "webfetch",
        next(each.why.partition(",")[0] for each in told if each.why.startswith("commands")),
        "MCP server git is a program here",
    ]


async def test_without_a_key_only_servers_on_this_machine_are_looked_for(tmp_path: Path) -> None:
    told = await found(tmp_path, "[lsp]\nenabled = false\n[tools]\ndisabled = ['webfetch', 'bash', 'websearch']\n")
    assert [each.host for each in told] == ["127.0.0.1:11434", "127.0.0.1:8080"]


async def test_a_key_that_is_kept_is_a_host_that_could_be_contacted(tmp_path: Path) -> None:
    told = await found(tmp_path, OPENAI_API_KEY="x", OPENROUTER_API_KEY="y", OPENAI_BASE_URL="http://gate.example/v1")
    assert [(each.host, each.why.partition(" ")[0]) for each in told][:2] == [
        ("openrouter.ai", "openrouter"),
        ("gate.example", "openai,"),
    ]


async def test_what_is_off_is_not_told(tmp_path: Path) -> None:
    text = "[telemetry]\notlp_endpoint = 'http://otel.example'\nobservability_mode = 'off'\n"
    told = await found(tmp_path, text + "[memory.embedding]\nprovider = 'local'\n", HF_HUB_OFFLINE="1")
    assert {each.host for each in told} & {"huggingface.co", "otel.example"} == set()


async def test_what_a_folder_that_is_not_trusted_names_is_not_contacted(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "heartbit.toml").write_text("[telemetry]\notlp_endpoint = 'http://evil.example'\n")
    (project / ".mcp.json").write_text('{"mcpServers": {"e": {"type": "http", "url": "http://evil.example/mcp"}}}')
    told = await found(tmp_path, cwd=project, ANTHROPIC_API_KEY="x")
    assert "evil.example" not in str(told)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://me:pw@h.example:1/x?key=s", "h.example:1"),
        ("proxy:3128", "proxy:3128"),
        ("http://[::1]:4318", "[::1]:4318"),
        ("", ""),
        ("http://[", ""),
    ],
)
def test_a_host_is_told_without_login_path_and_query(url: str, host: str) -> None:
    assert host_of(url) == host
