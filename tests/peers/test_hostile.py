"""Files of other agents that are broken, huge or made to deceive give a sentence, and nothing else."""

import json
import os
import random
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import tomli_w

from heartbit_tui.peers import Item
from heartbit_tui.peers.reading import UnreadableError, json_of
from tests.peers.machine import NAMES, machine
from tests.peers.samples import CLAUDE, HOMES, written

SETTINGS = {
    "claude": ".claude/settings.json",
    "codex": ".codex/config.toml",
    "gemini": ".gemini/settings.json",
    "opencode": ".config/opencode/opencode.jsonc",
    "vibe": ".vibe/config.toml",
}
BROKEN = (
    b"",
    b"{",
    b"\xff\xfe\x00",
    b"[" * 20_000,
    b'{"a":' * 20_000,
    b"null",
    b"[1, 2]",
    b'"text"',
    b"a = " + b"[" * 20_000,
    b"# " + b"x" * 2_000_000,
    b"\x00" * 100,
    b'{"mcpServers": {"a": {"command": "x", "command": 1}}}',
    b"[[[[",
)


@pytest.mark.security("E4", n=65)
def test_a_broken_file_gives_a_sentence_with_its_place(tmp_path: Path) -> None:
    count = 0
    for name in NAMES:
        for number, data in enumerate(BROKEN):
            home = tmp_path / name / str(number)
            here = machine(written(home, HOMES[name], home / "project"))
            file = home / SETTINGS[name]
            file.write_bytes(data)
            told = [item for item in here.items(name) if item.source == str(file)]
            assert all(item.why.endswith(".") and len(item.why) < 300 for item in told), told
            here.plan(name)
            count += 1
    assert count == len(NAMES) * len(BROKEN)


def test_what_is_no_plain_file_is_not_waited_for(tmp_path: Path) -> None:
    for name in NAMES:
        here = machine(tmp_path / name)
        file = tmp_path / name / SETTINGS[name]
        file.parent.mkdir(parents=True)
        os.mkfifo(file)
        assert here.items(name) == ()


VALUES: tuple[object, ...] = (1, True, "x", "", [], {}, [1], {"a": 1}, 1.5, "${A}", ["x", ["y"]], {"": ""}, "a" * 5_000)


def changed(value: Any, turn: random.Random) -> Any:
    """The value with something in it replaced by something of another kind."""
    if isinstance(value, dict) and value and turn.random() < 0.85:
        table = cast("dict[str, Any]", value)
        key = turn.choice(sorted(table))
        return {**table, key: changed(table[key], turn)}
    if isinstance(value, list) and value and turn.random() < 0.7:
        items = cast("list[Any]", value)
        at = turn.randrange(len(items))
        return [*items[:at], changed(items[at], turn), *items[at + 1 :]]
    return turn.choice(VALUES)


@pytest.mark.security("E4", n=200)
def test_no_value_of_a_wrong_kind_is_more_than_a_sentence(tmp_path: Path) -> None:
    turn = random.Random(7)
    tried = 0
    for name in NAMES:
        here = machine(written(tmp_path / name, HOMES[name], tmp_path / name / "project"))
        file = tmp_path / name / SETTINGS[name]
        document = document_of(file)
        for _ in range(40):
            file.write_text(text_of(file, changed(document, turn)), "utf-8")
            for step in here.plan(name):
                assert step.told or step.to, step
            tried += 1
    assert tried == 200


def document_of(file: Path) -> Any:
    text = file.read_text("utf-8")
    return tomllib.loads(text) if file.suffix == ".toml" else json_of(text)


def text_of(file: Path, document: Any) -> str:
    table: dict[str, Any] = cast("dict[str, Any]", document) if isinstance(document, dict) else {}
    return tomli_w.dumps(table) if file.suffix == ".toml" else json.dumps(document)


def many(kind: str) -> dict[str, Any]:
    if kind == "rules":
        return {"permissions": {"allow": [f"Bash(x{n})" for n in range(20_000)]}}
    if kind == "servers":
        return {"mcpServers": {f"s{n}": {"command": "x"} for n in range(2_000)}}
    return {"env": {f"V{n}": "x" for n in range(5_000)}}


@pytest.mark.parametrize(("kind", "most"), [("rules", 5_000), ("servers", 100), ("env", 200)])
def test_far_too_many_pieces_are_cut_and_that_is_told(kind: str, most: int, tmp_path: Path) -> None:
    here = machine(written(tmp_path, {".claude/settings.json": json.dumps(many(kind))}))
    steps = here.take("claude")
    assert sum(step.state == "new" for step in steps) == most
    assert [step.told for step in steps if "more than" in step.told] == [
        f"there are more than {most:,}; the rest is left out."
    ]
    here.loaded()


NAMED = ("../../evil", "a/../../b", "/etc/x", ".hidden", "a\nb", "ü", "x" * 200, "", "-rf", "a b", "a;b", "$(id)")


@pytest.mark.security("E4", n=12)
def test_no_name_leads_out_of_the_folder_that_things_go_to(tmp_path: Path) -> None:
    commands = {"command": {name: {"template": "x"} for name in NAMED}}
    here = machine(written(tmp_path, {".config/opencode/opencode.json": json.dumps(commands)}))
    before = sorted(map(str, tmp_path.rglob("*")))
    assert {step.state for step in here.take("opencode")} == {"left out"}
    assert sorted(map(str, tmp_path.rglob("*"))) == before


@pytest.mark.security("E4", n=4)
def test_a_skill_with_links_or_too_much_in_it_is_left_out(tmp_path: Path) -> None:
    here = machine(written(tmp_path, HOMES["codex"]))
    skills = tmp_path / ".codex/skills"
    for name in ("linked", "deep", "large"):
        written(skills / name, {"SKILL.md": f"---\nname: {name}\ndescription: d\n---\n"})
    (skills / "linked/passwords").symlink_to("/etc/passwd")
    (skills / "deep/sub").mkdir()
    (skills / "deep/sub/folder").symlink_to("/etc")
    with (skills / "large/data").open("wb") as file:
        file.truncate(30_000_000)
    (skills / "whole").symlink_to("/etc")
    told = {step.item.name: step.told for step in here.take("codex") if step.item.kind == "skill" and step.told}
    assert sorted(told) == ["deep", "large", "leaky", "linked"]
    assert ("links" in told["deep"], "links" in told["linked"], "bytes" in told["large"]) == (True, True, True)
    assert sorted(path.name for path in (here.config / "skills").iterdir()) == ["changelog"]


def test_comments_and_commas_are_only_taken_out_of_what_is_no_text() -> None:
    text = '{"a": "// no /* no */ comment, ]", /* yes, " */ "b": [1, 2, ], // and "this"\n "c": "\\"//",}'
    assert json_of(text) == {"a": "// no /* no */ comment, ]", "b": [1, 2], "c": '"//'}
    with pytest.raises(UnreadableError):
        json_of('{"a": 1 /* ')


SECRET_PLACES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("args", {"command": "x", "args": ["--token", "abcdef0123456789abcd"]}),
    ("args", {"command": "x", "args": ["--api-key=short-pass"]}),
    ("url", {"type": "http", "url": "https://example.com/mcp?api_key=abcdefgh1234"}),
    ("url", {"type": "http", "url": "https://user:hunter2hunter2@example.com/mcp"}),
    ("command", {"command": "TOKEN=abcdef0123456789abcd run"}),
    ("header", {"type": "http", "url": "https://e.com", "headers": {"X-Secret": "one two"}}),
    ("header", {"type": "http", "url": "https://e.com", "headers": {"Cookie": "a=b"}}),
    (
        "header",
        {"type": "http", "url": "https://e.com", "headers": {"Authorization": "Bearer ${A}abcdef0123456789abcd"}},
    ),
    ("env", {"command": "x", "env": {"PASSWD": "hunter2"}}),
    ("env", {"command": "x", "env": {"HARMLESS": "abcdef0123456789abcd"}}),
    ("env", {"command": "x", "env": {"not-a-name-KEY": "hunter2"}}),
    ("env", {"command": "x", "env": {"URL": "postgres://me:hunter2hunter2@db/x"}}),
)
PARTS = ("abcdef0123456789abcd", "short-pass", "abcdefgh1234", "hunter2", "one two", "a=b")


@pytest.mark.security("E4", n=12)
def test_a_secret_of_a_server_is_left_where_it_is_wherever_it_stands(tmp_path: Path) -> None:
    for number, (place, server) in enumerate(SECRET_PLACES):
        home = written(tmp_path / str(number), {".claude.json": json.dumps({"mcpServers": {"s": server}})})
        here = machine(home)
        told = repr([(step.item.value, step.item.note, step.item.why, step.told) for step in here.take("claude")])
        kept = "".join(here.texts().values())
        assert [part for part in PARTS if part in told or part in kept] == [], (place, server)


def plain_servers() -> Iterator[dict[str, Any]]:
    yield {"command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem@2025.8.21", "/home/me/work"]}
    yield {"command": "docker", "args": ["run", "-i", "--rm", "-e", "GITHUB_TOKEN", "ghcr.io/github/github-mcp-server"]}
    yield {"command": "uvx", "args": ["--from", "git+https://github.com/oraios/serena", "serena-mcp-server"]}
    yield {
        "command": "node",
        "args": ["dist/index.js", "--port=8080"],
        "env": {"LOG_LEVEL": "debug", "NODE_ENV": "production"},
    }
    yield {"type": "http", "url": "https://mcp.example.com/v1/mcp", "headers": {"Accept": "application/json"}}


def test_what_is_no_secret_stays_as_it_is(tmp_path: Path) -> None:
    wanted = {f"s{number}": server for number, server in enumerate(plain_servers())}
    here = machine(written(tmp_path, {".claude.json": json.dumps({"mcpServers": wanted})}))
    items: dict[str, Item] = {item.name: item for item in here.items("claude")}
    assert {name: item.value for name, item in items.items()} == wanted


def test_a_large_state_file_is_read_all_the_same(tmp_path: Path) -> None:
    state = {"history": "x" * 5_000_000, **json.loads(CLAUDE[".claude.json"])}
    here = machine(written(tmp_path, {".claude.json": json.dumps(state)}, tmp_path / "project"))
    assert [item.name for item in here.items("claude") if item.kind == "server" and not item.why] == [
        "github",
        "files",
        "db",
        "kept",
    ]
