"""Definitions of servers: what is read, what is wrong and where, and what makes one another than it was."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from heartbit_tui.config.locked import LockedFile
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.mcp import writing
from heartbit_tui.mcp.approvals import Approvals
from heartbit_tui.mcp.definitions import defined, listed, settled
from heartbit_tui.mcp.environment import for_server
from heartbit_tui.mcp.json_file import servers_of
from heartbit_tui.mcp.names import MOST, START, tool_names
from heartbit_tui.mcp.types import Address, Command, Definition, Fault, Origin, Server

ENVIRONMENT = {"HOME": "/h", "TOKEN": "abc", "EMPTY": ""}
SHARED = """{
  "mcpServers": {
    "git": {"command": "uvx", "args": ["mcp-server-git", "${HOME}/r"], "env": {"A": "${EMPTY:-usual}", "N": 3}},
    "web": {
      "type": "streamable-http",
      "url": "https://x.example/mcp", "headers": {"Authorization": "Bearer ${TOKEN}"}
    },
    "unset": {"command": "x", "env": {"K": "${NOPE}"}},
    "both": {"command": "x", "url": "https://x"},
    "none": {},
    "old": {"type": "sse", "url": "https://x/sse"},
    "file": {"url": "file:///etc/passwd"},
    "header": {"url": "https://x", "headers": {"A": "b\\r\\nC: d"}},
    "words": {"command": ["a", "b"]},
    "list": [],
    "off": {"command": "x", "disabled": true, "alwaysAllow": ["a"]}
  }
}"""


def read(text: str) -> dict[str, Definition]:
    return {each.name: each for each in servers_of(text, "/p/.mcp.json", ENVIRONMENT)}


def one(value: Any, **more: Any) -> Definition:
    return next(defined({"x": value}, lambda _: Origin(where="here:3"), ENVIRONMENT, **more))


def server(value: Mapping[str, Any], *, project: bool = True) -> Server:
    found = next(defined({"x": value}, lambda _: Origin(where="here", project=project), ENVIRONMENT))
    assert isinstance(found, Server)
    return found


def test_a_shared_file_is_read_and_each_fault_told_with_its_line() -> None:
    found = read(SHARED)
    git, web, off = found["git"], found["web"], found["off"]
    assert isinstance(git, Server)
    assert git.way == Command(program="uvx", arguments=("mcp-server-git", "/h/r"), environment={"A": "usual", "N": "3"})
    assert (git.shown, git.reads) == ("uvx mcp-server-git ${HOME}/r", ("HOME", "EMPTY"))
    assert git.origin == Origin(where="/p/.mcp.json:3", project=True)
    assert isinstance(web, Server)
    assert web.way == Address(url="https://x.example/mcp", headers={"Authorization": "Bearer abc"})
    assert isinstance(off, Server)
    assert (git.enabled, off.enabled) == (True, False)
    told = {name: each.text for name, each in found.items() if isinstance(each, Fault)}
    lines = {"unset": 8, "both": 9, "none": 10, "old": 11, "file": 12, "header": 13, "words": 14, "list": 1}
    assert {name: text.partition(": ")[0] for name, text in told.items()} == {
        name: f"/p/.mcp.json:{line}" for name, line in lines.items()
    }
    assert "the environment has no NOPE" in told["unset"]


@pytest.mark.parametrize("text", ["{", "[]", '{"mcpServers": []}', "[" * 100_000, "", "nul", "{'a': 1}"])
def test_a_file_that_is_none_is_one_fault_with_its_place(text: str) -> None:
    (fault,) = servers_of(text, "/p/.mcp.json", {})
    assert isinstance(fault, Fault)
    assert fault.text.startswith("/p/.mcp.json")


def test_the_settings_find_fault_with_keys_that_are_not_known() -> None:
    fault = one({"comand": "x"}, strict=True)
    assert isinstance(fault, Fault)
    assert fault.text == "here:3: the MCP server “x”: comand is no key of a server. Did you mean command?"
    assert isinstance(one({"command": "x", "timeout": -1}, strict=True), Fault)


def test_a_list_names_its_servers_after_their_hosts_and_programs() -> None:
    entries = [
        "http://localhost:8000/mcp",
        "https://www.example.com/mcp",
        "https://example.com/other",
        {"command": "npx", "args": ["-y", "@scope/server-memory", "--x"]},
        {"command": "/usr/bin/thing"},
        {"name": "mine", "url": "https://a.b", "auth_header": "Bearer x"},
        "",
    ]
    found = list(listed(entries, Origin(where="environment HEARTBIT_MCP_SERVERS"), {}))
    names = [each.name for each in found]
    assert names == ["localhost_8000", "example_com", "example_com_2", "server-memory", "thing", "mine", "server"]
    assert [type(each) for each in found] == [*[Server] * 6, Fault]


def test_anything_that_decides_what_runs_changes_the_digest_and_asks_again(tmp_path: Path) -> None:
    first: dict[str, Any] = {"command": "a", "args": ["b"], "env": {"K": "${TOKEN}"}, "cwd": "/x"}
    approvals = Approvals(LockedFile(tmp_path / "said.json"), "/project")
    changes: list[dict[str, Any]] = [
        {"command": "A"},
        {"args": ["b", "c"]},
        {"args": ["c"]},
        {"env": {"K": "${TOKEN}", "L": "1"}},
        {"env": {"K": "abc"}},
        {"env": {}},
        {"cwd": "/y"},
        {"type": "stdio"},
        {"unknown": 1},
        {"command": "", "url": "https://x"},
        {"command": "", "url": "https://x", "headers": {"A": "b"}},
    ]
    assert approvals.word(server(first)) == ""
    approvals.say(server(first), yes=True)
    assert (approvals.word(server(first)), approvals.word(server({**first, "timeout": 9}))) == ("yes", "yes")
    others = [server({key: value for key, value in {**first, **change}.items() if value}) for change in changes]
    assert [approvals.word(each) for each in others] == [""] * len(changes)
    assert Approvals(LockedFile(tmp_path / "said.json"), "/other").word(server(first)) == ""
    assert approvals.word(server(first, project=False)) == "yes"
    approvals.say(server(first), yes=False)
    assert approvals.word(server(first)) == "no"
    (tmp_path / "said.json").write_text("{damaged")
    assert approvals.word(server(first)) == ""


def test_of_two_with_one_name_the_later_counts_and_names_that_look_alike_are_a_fault() -> None:
    found = settled([*defined({"a": {"command": "x"}, "b c": {"command": "x"}}, lambda _: Origin(where="1"), {}),
                     *defined({"a": {"command": "y"}, "b_c": {"command": "x"}}, lambda _: Origin(where="2"), {})])  # fmt: skip
    kept = {each.name: each for each in found}
    first = kept["a"]
    assert isinstance(first, Server)
    assert (first.way, type(kept["b c"]), type(kept["b_c"])) == (Command(program="y"), Server, Fault)


@given(st.text(max_size=90), st.lists(st.text(max_size=120), max_size=12))
def test_names_are_short_plain_unlike_each_other_and_never_those_of_built_in_tools(name: str, tools: list[str]) -> None:
    given_names = tool_names(name, tools)
    assert set(given_names) == set(tools)
    found = list(given_names.values())
    assert len(set(found)) == len(found)
    assert all(each.startswith(START) and len(each) <= MOST and each.isascii() for each in found)
    assert all(sign.isalnum() or sign in "_-" for each in found for sign in each)
    assert dict(tool_names(name, tools)) == dict(given_names)


def test_a_child_gets_what_it_needs_and_what_is_given_to_it() -> None:
    around = {
        "PATH": "/bin",
        "HOME": "/h",
        "LC_ALL": "C",
        "OPENAI_API_KEY": "sk",
        "AWS_SECRET": "s",
        "BASH_FUNC_x%%": "() {",
    }
    assert for_server(around, {"MINE": "1"}) == {
        "PATH": "/bin", "HOME": "/h", "LC_ALL": "C", "TERM": "dumb", "MINE": "1"
    }  # fmt: skip


SETTINGS = """# mine
[provider]
model = "m"  # the model

[mcp.servers.other]
command = "other"
env = { A = "1" }

[ui]
theme = "dark"
"""


def test_a_server_is_written_into_settings_and_taken_out_and_nothing_else_changes() -> None:
    wanted = {"command": "uvx", "args": ["a b", 'q"'], "env": {"K": "${V}"}}
    added = writing.in_settings(SETTINGS, "f", "my server", wanted)
    assert added.startswith(SETTINGS.rstrip())
    assert tomllib.loads(added)["mcp"]["servers"]["my server"] == wanted
    assert writing.out_of_settings(added, "f", "my server") == SETTINGS
    without = writing.out_of_settings(SETTINGS, "f", "other")
    assert "# mine" in without
    assert "mcp" not in tomllib.loads(without)
    assert tomllib.loads(writing.in_settings("", "f", "a", {"url": "https://x"}))["mcp"]["servers"]["a"] == {
        "url": "https://x"
    }
    shared = writing.in_shared("", "f", "a", wanted)
    assert json.loads(shared) == {"mcpServers": {"a": wanted}}
    assert json.loads(writing.out_of_shared(shared, "f", "a")) == {"mcpServers": {}}


@pytest.mark.parametrize(
    ("text", "name"),
    [(SETTINGS, "none"), ("[mcp]\nservers = { a = { command = 'x' } }", "a"), ("not toml", "a")],
)
def test_what_cannot_be_taken_out_alone_is_left_to_the_person(text: str, name: str) -> None:
    with pytest.raises(ConfigError, match="f "):
        writing.out_of_settings(text, "f", name)
    with pytest.raises(ConfigError):
        writing.in_settings(SETTINGS, "f", "other", {"command": "x"})
